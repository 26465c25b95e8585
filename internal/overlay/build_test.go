package overlay

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestHooksBuildElsewhere holds that package testing builds with the hooks for other systems, some of which have no seat.
func TestHooksBuildElsewhere(t *testing.T) {
	if testing.Short() {
		t.Skip("builds what package testing needs three times")
	}
	r := have(t, "local")
	path, err := Write(t.TempDir(), r.goroot, nil)
	require.NoError(t, err)
	for _, system := range [][2]string{{"windows", "amd64"}, {"darwin", "arm64"}, {"linux", "386"}} {
		cmd := exec.CommandContext(t.Context(), filepath.Join(r.goroot, "bin", "go"), "build", "-overlay="+path, "testing")
		cmd.Env = append(os.Environ(), "GOROOT="+r.goroot, "GOTOOLCHAIN=local", "GOFLAGS=", "GOOS="+system[0], "GOARCH="+system[1])
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%v: %s", system, out)
	}
}
