package archive_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/modtest"
	"github.com/tailgate-go/tailgate/internal/testbed/archive"
)

func TestTheMachineIsTold(t *testing.T) {
	dir := t.TempDir()
	assert.Empty(t, archive.ThisMachine(dir).Commit)
	git := func(args ...string) string { return modtest.Git(t, dir, args...) }
	git("init", "-q")
	git("commit", "-q", "--allow-empty", "-m", "first")
	head := git("rev-parse", "--short=12", "HEAD")
	m := archive.ThisMachine(dir)
	assert.Equal(t, head, m.Commit)
	assert.Equal(t, runtime.GOOS+"/"+runtime.GOARCH, m.System)
	assert.Positive(t, m.Cores)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "new"), nil, 0o644))
	assert.Equal(t, head+" with changes", archive.ThisMachine(dir).Commit)
	assert.GreaterOrEqual(t, archive.Load(), -1.0)
}
