package measure

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWhatABenchmarkMayRead(t *testing.T) {
	for name, want := range map[string]bool{
		"shop.go": false, "a/b/shop_test.go": false, "go.mod": false, "go.sum": false, "go.work": false, "README.md": false,
		"pace.txt": true, "models/small.gguf": true, "Makefile": true, ".github/workflows/ci.yml": false, "docs/.github/ci.yml": true,
		"testdata/shop.go": true, "a/testdata/b/README.md": true, "testdata": true,
	} {
		assert.Equal(t, want, isInput(name), name)
	}
}
