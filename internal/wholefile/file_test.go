package wholefile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAFileThatIsNotWrittenToItsEndLeavesTheOldOne(t *testing.T) {
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	defer root.Close()
	require.NoError(t, Write(root, "a.txt", Text("old")))
	broken := errors.New("no more")
	err = Write(root, "a.txt", func(w io.Writer) error {
		_, err := io.WriteString(w, "new")
		return errors.Join(err, broken)
	})
	require.ErrorIs(t, err, broken)
	data, err := os.ReadFile(filepath.Join(dir, "a.txt"))
	require.NoError(t, err)
	assert.Equal(t, "old", string(data))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 1, "nothing is left beside it")
}

func TestWhoeverReadsAFileThatIsReplacedHasTheOldTextToItsEnd(t *testing.T) {
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	defer root.Close()
	require.NoError(t, Write(root, "a.txt", Text("the old text")))
	reader, err := os.Open(filepath.Join(dir, "a.txt"))
	require.NoError(t, err)
	defer reader.Close()
	require.NoError(t, Write(root, "a.txt", Text("new")))
	old, err := io.ReadAll(reader)
	require.NoError(t, err)
	assert.Equal(t, "the old text", string(old))
	text, err := os.ReadFile(filepath.Join(dir, "a.txt"))
	require.NoError(t, err)
	assert.Equal(t, "new", string(text))

	require.NoError(t, os.MkdirAll(filepath.Join(dir, "b.txt", "full"), 0o755))
	require.Error(t, Write(root, "b.txt", Text("new")))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 2, "nothing is left of what could not be written")
}

func TestSweepRemovesOnlyWhatAKilledProcessHadBegun(t *testing.T) {
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	defer root.Close()
	for name, age := range map[string]time.Duration{
		".a.txt-ABCDEFGHIJ": time.Hour, ".1-Chat_rate=20.cpu.baseline.pb.gz-ABCDEFG234": time.Hour, ".b.txt-ABCDEFGHIJ": 0,
		".c.txt": time.Hour, "d-ABCDEFGHIJ": time.Hour,
	} {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, nil, 0o644))
		require.NoError(t, os.Chtimes(file, time.Time{}, time.Now().Add(-age)))
	}
	Sweep(root, ".")
	Sweep(root, "missing")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	assert.Equal(t, []string{".b.txt-ABCDEFGHIJ", ".c.txt", "d-ABCDEFGHIJ"}, left)
}
