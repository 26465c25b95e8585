package archive_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/testbed/archive"
)

type result struct {
	Name   string
	Levels []float64
}

func TestResultsAreAddedToAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new", "results.jsonl")
	none, err := archive.Read[result](file)
	require.NoError(t, err)
	assert.Empty(t, none)
	first, second := result{"a", []float64{1, 1.5}}, result{Name: "b\nc"}
	require.NoError(t, archive.Add(file, first))
	require.NoError(t, archive.Add(file, second))
	got, err := archive.Read[result](file)
	require.NoError(t, err)
	assert.Equal(t, []result{first, second}, got)

	data, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, data[:len(data)-5], 0o644)) // killed while it was written
	got, err = archive.Read[result](file)
	require.NoError(t, err)
	assert.Equal(t, []result{first}, got)
	require.NoError(t, archive.Add(file, second))
	got, err = archive.Read[result](file)
	require.NoError(t, err)
	assert.Equal(t, []result{first, second}, got)

	require.NoError(t, os.WriteFile(file, append([]byte("{\n"), data...), 0o644))
	_, err = archive.Read[result](file)
	assert.ErrorContains(t, err, "results.jsonl:1: ")
}

func TestWhatIsNoFileIsAnError(t *testing.T) {
	dir := t.TempDir()
	require.Error(t, archive.Add(dir, result{}))
	_, err := archive.Read[result](dir)
	require.Error(t, err)
	require.Error(t, archive.Add(filepath.Join(dir, "file"), make(chan int)))
	assert.NoFileExists(t, filepath.Join(dir, "file"))
}
