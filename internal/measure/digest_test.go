package measure

import (
	"maps"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/testbin"
)

// What a commit's benchmark reads is the same as of another if and only if nothing differs that it looked at or may have read.
func TestWhatACommitReads(t *testing.T) {
	top := t.TempDir()
	files := map[string]string{
		"go.mod": "100644 blob 1", "README.md": "100644 blob 2", "p/p.go": "100644 blob 3", "p/testdata/in.txt": "100644 blob 4",
		"q/q.go": "100644 blob 5", "q/prices.txt": "100644 blob 6", "data/a.txt": "100644 blob 7", "q/sub": "160000 commit 8",
		"docs/a.md": "100644 blob 9",
	}
	of := looked{at: testbin.Inputs{Known: true, All: []testbin.Input{
		{Path: filepath.Join(top, "p/p.go"), Opened: true}, {Path: filepath.Join(top, "docs"), Opened: true},
		{Path: filepath.Join(top, "q/sub/x.txt"), Opened: true}, {Path: filepath.Join(top, "p/none.txt")},
		{Path: filepath.Join(top, ".git/HEAD"), Opened: true}, {Path: "/dev/null", Opened: true},
	}}}
	c := inputs{tops: [2]string{top, top}, places: []place{{dir: "p"}, {dir: "q"}}}
	read, known := c.read("p", of, files)
	require.True(t, known)
	assert.NotEmpty(t, read)
	for _, x := range []struct {
		name, file, is string
		same           bool
	}{
		{"documentation", "README.md", "100644 blob 20", true},
		{"code of another package", "q/q.go", "100644 blob 20", true},
		{"data of another package", "q/prices.txt", "100644 blob 20", true},
		{"what it opened", "p/p.go", "100644 blob 20", false},
		{"its testdata, which its log need not tell of", "p/testdata/in.txt", "100644 blob 20", false},
		{"data of no package", "data/a.txt", "100644 blob 20", false},
		{"a submodule in which it read", "q/sub", "160000 commit 20", false},
		{"a name in a folder that it opened", "docs/b.md", "100644 blob 20", false},
		{"a folder in that", "docs/c/b.md", "100644 blob 20", false},
		{"the content of what is in that", "docs/a.md", "100644 blob 20", false},
		{"a file that it looked for", "p/none.txt", "100644 blob 20", false},
	} {
		other := maps.Clone(files)
		other[x.file] = x.is
		got, known := c.read("p", of, other)
		require.True(t, known)
		assert.Equal(t, x.same, assert.ObjectsAreEqual(read, got), x.name)
	}
	files["p/p.go"] = "120000 blob 3"
	_, known = c.read("p", of, files)
	assert.False(t, known, "a link leads anywhere")
}
