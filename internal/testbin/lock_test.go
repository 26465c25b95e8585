//go:build unix && !aix && !solaris

package testbin

import (
	"context"
	"fmt"
	"os"
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
	assert.Equal(t, os.FileMode(0o600), info.Mode())
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

func TestLockTakesOnlyAPlainFileOfThisUsers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	target := filepath.Join(dir, "target")
	require.NoError(t, os.WriteFile(target, []byte("precious"), 0o644))
	for name, plant := range map[string]func(path string) error{
		"a symbolic link": func(path string) error { return os.Symlink(target, path) },
		"a dangling link": func(path string) error { return os.Symlink(target+"2", path) },
		"a folder":        func(path string) error { return os.Mkdir(path, 0o755) },
		"a pipe":          func(path string) error { return syscall.Mkfifo(path, 0o644) },
	} {
		path := filepath.Join(dir, name)
		require.NoError(t, plant(path))
		_, err := Lock(t.Context(), path, nil)
		require.ErrorContains(t, err, "the lock must be a plain file of this user's; remove what is there", name)
		assert.ErrorContains(t, err, path)
	}
	text, err := os.ReadFile(target)
	require.NoError(t, err)
	assert.Equal(t, "precious", string(text))
	assert.NoFileExists(t, target+"2")
	_, err = Lock(t.Context(), filepath.Join(dir, "none", "x.lock"), nil)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestLockPathIsOnePerUser(t *testing.T) {
	t.Setenv("TMPDIR", "/a")
	assert.Equal(t, fmt.Sprintf("/a/tailgate-%d.lock", os.Getuid()), LockPath())
}

func TestLockTakesNoFileOfAnotherUsers(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.lock")
	require.NoError(t, os.WriteFile(path, nil, 0o666))
	if err := os.Chown(path, os.Geteuid()+1, -1); err != nil {
		t.Skip("only root can give a file away")
	}
	_, err := Lock(t.Context(), path, nil)
	require.ErrorContains(t, err, path+": the lock must be a plain file of this user's; remove what is there")
}
