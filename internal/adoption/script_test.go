// Package adoption tests tailgate as its users have it: whole foreign modules, measured and judged through the real go test, and
// gates that are killed. Its tests stand apart from package regress, whose `go test -v` measures.
package adoption

import (
	"testing"

	"github.com/tailgate-go/tailgate/internal/modtest"

	// What the scripts build is theirs alone to know: without these go test would reuse a result from before tailgate changed.
	_ "github.com/tailgate-go/tailgate/regress"
	_ "github.com/tailgate-go/tailgate/workload"
)

func TestScripts(t *testing.T) {
	besideOthers(t)
	modtest.Run(t)
}
