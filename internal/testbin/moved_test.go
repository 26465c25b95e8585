package testbin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMovedLines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, earlier, later string
		want                 []int64 // of each line
	}{
		{"nothing", "a b c", "a b c", []int64{1, 2, 3}},
		{"lines before", "a b c", "x y a b c", []int64{0, 0, 1, 2, 3}},
		{"lines within", "a b c", "a x y b c", []int64{1, 0, 0, 2, 3}},
		{"lines behind", "a b c", "a b c x", []int64{1, 2, 3, 0}},
		{"lines less", "a b c d", "a d", []int64{1, 4}},
		{"a line changed", "a b c", "a x c", []int64{1, 0, 3}},
		{"one by three, and two less", "a b c d e f", "a x y z c f", []int64{1, 0, 0, 0, 3, 6}},
		{"a new file", "", "a b", []int64{0, 0}},
	} {
		dir := t.TempDir()
		earlier, later := filepath.Join(dir, "a file.go"), filepath.Join(dir, "-later.go")
		for name, text := range map[string]string{earlier: c.earlier, later: c.later} {
			lines := strings.Join(strings.Fields(text), "\n")
			require.NoError(t, os.WriteFile(name, []byte(lines+"\n"), 0o644))
		}
		if c.earlier == "" {
			require.NoError(t, os.WriteFile(earlier, nil, 0o644))
		}
		m, err := ReadMoved(t.Context(), earlier, later)
		require.NoError(t, err, c.name)
		var got []int64
		for line := range int64(len(c.want)) {
			got = append(got, m.Was(line+1))
		}
		assert.Equal(t, c.want, got, c.name)
	}
	_, err := ReadMoved(t.Context(), filepath.Join(t.TempDir(), "none"), os.Args[0])
	assert.Error(t, err)
	assert.EqualValues(t, 7, Moved(nil).Was(7))
}
