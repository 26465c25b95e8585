package adoption

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/modtest"
)

// besideOthers lets a test run beside others under -short, where none is held to what it measures.
func besideOthers(t *testing.T) {
	if testing.Short() {
		t.Parallel()
	}
}

// committed is a module in a repository of one commit, with its test binary in .tmp/gate.test.
func committed(t *testing.T, archive string) (dir string, env []string) {
	t.Helper()
	dir, env = modtest.Unpack(t, archive)
	for _, args := range [][]string{
		{"git", "init", "-q"}, {"git", "add", "-A"}, {"git", "commit", "-q", "-m", "first"},
		{"go", "test", "-c", "-o", ".tmp/gate.test", "."},
	} {
		command(t, dir, env, args...)
	}
	return dir, env
}

// command runs a command that succeeds, and returns what it prints.
func command(t *testing.T, dir string, env []string, args ...string) string {
	t.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Env = dir, env
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%v: %s", args, out)
	return string(out)
}
