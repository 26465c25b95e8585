//go:build unix && !aix && !solaris

package testbin

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLockIsHeldByOneGateAtATime(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.lock")
	release, err := Lock(t.Context(), path, func(holder string) { t.Error(holder) })
	require.NoError(t, err)

	told := make(chan string, 10)
	taken := make(chan func())
	go func() {
		release, err := Lock(t.Context(), path, func(holder string) { told <- holder })
		assert.NoError(t, err)
		taken <- release
	}()
	assert.Regexp(t, fmt.Sprintf(`^process %d, since \d{4}-\d\d-\d\dT`, os.Getpid()), <-told)
	select {
	case <-taken:
		t.Fatal("two hold the lock")
	default:
	}
	release()
	second := <-taken
	release() // again: it must not release the second's

	ctx, cancel := context.WithCancel(t.Context())
	_, err = Lock(ctx, path, func(string) { cancel() })
	require.ErrorIs(t, err, context.Canceled)
	assert.ErrorContains(t, err, fmt.Sprintf("%s: held by process %d", path, os.Getpid()))
	second()
	assert.Empty(t, told, "told once")

	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o666), info.Mode(), "for all users")
}

func TestLockIsNotInherited(t *testing.T) {
	s := newScratch(t)
	path := filepath.Join(t.TempDir(), "x.lock")
	release, err := Lock(t.Context(), path, nil)
	require.NoError(t, err)
	process := startHanging(t, t.Context(), s)
	defer process.Kill()
	release()
	release, err = Lock(t.Context(), path, func(holder string) { t.Error(holder) })
	require.NoError(t, err)
	release()
}

func TestLockSurvivesTheRemovalOfItsFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.lock")
	release, err := Lock(t.Context(), path, nil)
	require.NoError(t, err)
	require.NoError(t, os.Remove(path))
	release()
	release, err = Lock(t.Context(), path, nil)
	require.NoError(t, err)
	defer release()
	assert.FileExists(t, path)
}

func TestLockTakesOnlyAPlainFileWithOneName(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	target := filepath.Join(dir, "target")
	require.NoError(t, os.WriteFile(target, []byte("precious"), 0o644))
	for name, plant := range map[string]func(path string) error{
		"a symbolic link": func(path string) error { return os.Symlink(target, path) },
		"a dangling link": func(path string) error { return os.Symlink(target+"2", path) },
		"a folder":        func(path string) error { return os.Mkdir(path, 0o755) },
		"a pipe":          func(path string) error { return syscall.Mkfifo(path, 0o644) },
		"a second name":   func(path string) error { return os.Link(target, path) },
	} {
		path := filepath.Join(dir, name)
		require.NoError(t, plant(path))
		_, err := Lock(t.Context(), path, nil)
		require.ErrorContains(t, err, "the lock must be a plain file with one name, which all users may open; remove what is there", name)
		assert.ErrorContains(t, err, path)
	}
	text, err := os.ReadFile(target)
	require.NoError(t, err)
	assert.Equal(t, "precious", string(text))
	assert.NoFileExists(t, target+"2")
	_, err = Lock(t.Context(), filepath.Join(dir, "none", "x.lock"), nil)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestLockPathIsOnePerMachine(t *testing.T) {
	t.Setenv(LockEnv, "")
	t.Setenv("TMPDIR", t.TempDir())
	if !isWritable("/tmp") {
		t.Skip("nothing can be written to /tmp")
	}
	assert.Equal(t, "/tmp/tailgate.lock", LockPath())
	t.Setenv(LockEnv, "/shared/x.lock")
	assert.Equal(t, "/shared/x.lock", LockPath())
}

func init() {
	roles["lock"] = func() { // takes the lock, or says who holds it
		_, err := Lock(context.Background(), os.Getenv("TESTBIN_LOCK"), func(holder string) {
			fmt.Println("held by", holder)
			os.Exit(0)
		})
		fmt.Println("taken", err)
	}
}

// Gates of two users wait for each other, whoever made the file and whatever umask he had.
func TestLockIsOneForAllUsers(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can be two users")
	}
	const nobody = 65534
	dir, err := os.MkdirTemp("/tmp", "testbin-lock") // all users may enter it, as no test's own
	require.NoError(t, err)
	defer os.RemoveAll(dir)
	require.NoError(t, os.Chmod(dir, 0o1777|os.ModeSticky))
	lock := func(path string, as uint32) string {
		cmd := exec.Command("/proc/self/exe")
		cmd.Env = append(os.Environ(), "TESTBIN_ROLE=lock", "TESTBIN_LOCK="+path)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: as, Gid: as}}
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
	for name, made := range map[string]struct {
		mode  os.FileMode
		owner int
	}{
		"another user's":                    {0o666, nobody},
		"another user's, who lets all read": {0o644, 1},
		"root's, who lets all read":         {0o644, 0},
		"this user's, who lets nobody read": {0o600, nobody},
		"root's, for all":                   {0o666, 0},
		"nobody's yet":                      {0, 0},
	} {
		path := filepath.Join(dir, name)
		if made.mode != 0 {
			require.NoError(t, os.WriteFile(path, nil, 0o600))
			require.NoError(t, os.Chmod(path, made.mode))
			require.NoError(t, os.Chown(path, made.owner, made.owner))
		}
		assert.Equal(t, "taken <nil>\n", lock(path, nobody), name)
		release, err := Lock(t.Context(), path, func(holder string) { t.Error(holder) })
		require.NoError(t, err, name)
		assert.Regexp(t, fmt.Sprintf(`^held by process %d, since `, os.Getpid()), lock(path, nobody), name)
		release()
		assert.Equal(t, "taken <nil>\n", lock(path, nobody), name)
	}
}
