package report

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestGolden compares each report with what a reader has approved. To approve another, move the .got file over the golden one.
func TestGolden(t *testing.T) {
	for name, document := range documents {
		t.Run(name, func(t *testing.T) {
			d := document()
			data, err := jsonOf(d)
			require.NoError(t, err)
			golden(t, name+".txt", []byte(d.Text()))
			golden(t, name+".md", []byte(d.Markdown()))
			// Where the processor fuses multiplication and addition the last digits differ.
			if slices.Contains([]string{"causes", "counts", "duet", "error", "invalid", "too-few"}, name) && runtime.GOARCH == "amd64" {
				golden(t, name+".json", data)
			}
		})
	}
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	for _, file := range files {
		assert.Contains(t, documents, strings.TrimSuffix(filepath.Base(file), ".txt"), "no test reads it")
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	want, err := os.ReadFile(path)
	if err == nil && bytes.Equal(want, got) {
		return
	}
	require.NoError(t, os.WriteFile(path+".got", got, 0o666))
	t.Errorf("%s differs from what was printed: see %s.got", path, path)
}
