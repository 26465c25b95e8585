package measure

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSameFiles(t *testing.T) {
	for _, row := range []struct {
		name                string
		baseline, candidate map[string]string
		same                bool
	}{
		{"no folder on either side", nil, nil, true},
		{"a folder on one side", nil, map[string]string{"a": ""}, false},
		{"the same files", map[string]string{"a": "1", "sub/b": "2"}, map[string]string{"a": "1", "sub/b": "2"}, true},
		{"another content", map[string]string{"a": "1"}, map[string]string{"a": "2"}, false},
		{"a file more", map[string]string{"a": "1"}, map[string]string{"a": "1", "b": "1"}, false},
		{"another name", map[string]string{"a": "1"}, map[string]string{"b": "1"}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			root := t.TempDir()
			for side, files := range map[string]map[string]string{"baseline": row.baseline, "candidate": row.candidate} {
				for name, text := range files {
					path := filepath.Join(root, side, filepath.FromSlash(name))
					require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
					require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
				}
			}
			same, err := sameFiles(filepath.Join(root, "baseline"), filepath.Join(root, "candidate"))
			require.NoError(t, err)
			assert.Equal(t, row.same, same)
		})
	}
}

// A link may lead anywhere.
func TestALinkIsNotKnownToBeTheSame(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.Symlink(root, filepath.Join(root, "link")))
	_, err := sameFiles(root, root)
	assert.ErrorIs(t, err, errInputs)
}
