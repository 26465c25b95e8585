package adoption

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var plainScaled = flag.Int("plainscale", 2, "how many plain benchmarks TestPlainScale gates, all of one package")

// plainCrowd is a package of n plain benchmarks of about 50 ns to 50 us, by b.Loop and by b.N, and a gate on them by the default
// policy.
func plainCrowd(n int) string {
	var b strings.Builder
	b.WriteString(`-- shop.go --
package shop

func Sum(of []byte) (sum int) {
	for _, v := range of {
		sum += int(v)
	}
	return sum
}
-- shop_test.go --
package shop

import (
	"testing"

	"github.com/tailgate-go/tailgate/regress"
)

var page [64 << 10]byte

var sum int

func TestGate(t *testing.T) { regress.Check(t, regress.Gate{Baseline: "HEAD"}) }
`)
	for i := range n {
		loop := "for b.Loop()"
		if i%2 == 1 {
			loop = "for range b.N"
		}
		fmt.Fprintf(&b, "\nfunc BenchmarkSum%d(b *testing.B) {\n\t%s {\n\t\tsum += Sum(page[:%d])\n\t}\n}\n", i, loop, 64<<(i%10))
	}
	return b.String()
}

// A gate on many plain benchmarks of one package, of which all must be measured with links of their own, since what all of them run
// has changed: go test -v -run TestPlainScale ./internal/adoption -plainscale 48 tells what it took, and how long the report is.
func TestPlainScale(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and measures")
	}
	dir, env := crowded(t, plainCrowd(*plainScaled))
	const more = "package shop\n\nvar more = Sum([]byte(\"more\"))\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "more.go"), []byte(more), 0o644))

	gate := exec.Command("go", "test", "-v", "-count=1", "-timeout", "0", "-run", "^TestGate$", ".", "-regress.profile=off")
	gate.Dir, gate.Env = dir, env
	began := time.Now()
	out, _ := gate.CombinedOutput() // on a busy machine it may fail: how often is not what is counted here
	took := time.Since(began)
	data, err := os.ReadFile(filepath.Join(dir, ".tailgate", "TestGate", "verdict.json"))
	require.NoError(t, err, "%s", out)
	var got struct {
		Verdicts []struct{ Benchmark, Unit, Outcome string }
		Phases   []struct {
			Name    string
			Seconds float64
		}
	}
	require.NoError(t, json.Unmarshal(data, &got))
	outcomes := map[string]int{}
	for _, v := range got.Verdicts {
		assert.NotEqual(t, "invalid", v.Outcome, "%s %s", v.Benchmark, v.Unit)
		if v.Unit == "ns/op" {
			outcomes[v.Outcome]++
		}
	}
	assert.Len(t, got.Verdicts, 3**plainScaled)
	markdown, err := os.ReadFile(filepath.Join(dir, ".tailgate", "TestGate", "report.md"))
	require.NoError(t, err)
	first := bytes.Index(out, []byte("tailgate TestGate"))
	last := bytes.Index(out, []byte("=== ATTR  TestGate regress.outcome"))
	require.True(t, first >= 0 && last > first, "%s", out)
	lines := bytes.Count(out[first:last], []byte("\n"))
	assert.Less(t, lines, 120)
	assert.Less(t, len(markdown), 8000)
	row := fmt.Sprintf("%d plain benchmarks: ns/op %v, %.1f s;", *plainScaled, outcomes, took.Seconds())
	for _, p := range got.Phases {
		row += fmt.Sprintf(" %s %.1f s,", p.Name, p.Seconds)
	}
	t.Logf("%s %d lines, report.md %d bytes", row, lines, len(markdown))
}
