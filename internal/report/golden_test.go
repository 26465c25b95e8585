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
			if _, without := withoutMarkdown[name]; !without {
				golden(t, name+".md", []byte(d.Markdown()))
			}
			// Where the processor fuses multiplication and addition the last digits differ.
			if slices.Contains([]string{"causes", "counts", "duet", "error", "invalid", "too-few"}, name) && runtime.GOARCH == "amd64" {
				golden(t, name+".json", data)
			}
		})
	}
	files, err := filepath.Glob("testdata/*.[tm]*") // .txt and .md
	require.NoError(t, err)
	for _, file := range files {
		name, extension, _ := strings.Cut(filepath.Base(file), ".")
		assert.Contains(t, documents, name, "no test reads %s", file)
		if extension == "md" {
			assert.NotContains(t, withoutMarkdown, name, "no test reads %s", file)
		}
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
