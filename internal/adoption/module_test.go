package adoption

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/modtest"
	"github.com/tailgate-go/tailgate/internal/testbin"
)

// apart are the variables of a gate whose temporary files are in a folder, where it finds and leaves what a machine's gates do.
func apart(temp string) []string {
	return []string{"TMPDIR=" + temp, testbin.LockEnv + "=" + lockIn(temp)}
}

// lockIn is where gates that are apart meet.
func lockIn(temp string) string { return filepath.Join(temp, "tailgate.lock") }

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
	env = append(env, "REGRESS_IDENTICAL=measure")
	for _, args := range [][]string{
		{"git", "init", "-q"}, {"git", "add", "-A"}, {"git", "commit", "-q", "-m", "first"},
		{"go", "test", "-c", "-o", ".tmp/gate.test", "."},
	} {
		command(t, dir, env, args...)
	}
	return dir, env
}

// crowded is a module, given as txtar, in a repository of one commit. Its gates wait for no other: what they measure does not
// matter.
func crowded(t *testing.T, module string) (dir string, env []string) {
	t.Helper()
	archive := filepath.Join(t.TempDir(), "module.txtar")
	require.NoError(t, os.WriteFile(archive, []byte(module), 0o644))
	dir, env = modtest.Unpack(t, archive)
	env = append(env, apart(t.TempDir())...)
	for _, args := range [][]string{{"git", "init", "-q"}, {"git", "add", "-A"}, {"git", "commit", "-q", "-m", "first"}} {
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
