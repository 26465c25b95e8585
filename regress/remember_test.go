package regress

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGatesThatShareAHistoryHaveNamesOfTheirOwn(t *testing.T) {
	top := t.TempDir()
	folder := func(name, goMod string) string {
		dir := filepath.Join(top, name)
		require.NoError(t, os.MkdirAll(dir, 0o755))
		if goMod != "" {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte(goMod), 0o644))
		}
		return dir
	}
	shop := folder("shop", "// The shop.\nmodule example.com/shop // its path\n\ngo 1.26\n")
	infer := folder("shop/infer", "")
	depot := folder("depot", "module \"example.com/depot\"\r\n")
	broken := folder("broken", "go 1.26\n")
	command := settings{packages: []string{"."}, bench: ".", byCommand: true}
	some := settings{packages: []string{"./a", "./b/..."}, bench: "Chat|Embed", byCommand: true}
	for _, c := range []struct {
		s         settings
		dir, name string
		want      string
	}{
		{settings{packages: []string{"./..."}, bench: "Chat"}, shop, "TestGate", "example.com/shop/TestGate"},
		{settings{}, infer, "TestGate/part", "example.com/shop/infer/TestGate/part"},
		{settings{}, depot, "TestGate", "example.com/depot/TestGate"},
		{settings{}, broken, "TestGate", "TestGate"},
		{command, shop, "command", "example.com/shop/command ."},
		{command, depot, "command", "example.com/depot/command ."},
		{some, shop, "command", "example.com/shop/command ./a ./b/... -bench=Chat|Embed"},
	} {
		assert.Equal(t, c.want, c.s.remembered(c.dir, c.name))
	}
}
