package measure

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSubmoduleThatHoldsAPackage(t *testing.T) {
	for _, c := range []struct {
		name, dir string
		files     []string
		want      string
	}{
		{"none", "sub/a", []string{"su", "sub/a/x", "a"}, ""},
		{"around it", "sub/a", []string{"b", "sub"}, "sub"},
		{"at its top", "sub", []string{"sub"}, "sub"},
	} {
		assert.Equal(t, c.want, holder(c.dir, c.files), c.name)
	}
}

// A submodule whose code has changed and not its testdata has the same benchmark.
func TestDataOfAPackageInASubmodule(t *testing.T) {
	for _, c := range []struct {
		name      string
		candidate map[string]string // in the place of the baseline's; "-": not there
		want      string
	}{
		{"code alone has changed", map[string]string{"sub/a/a.go": "package a // faster"}, ""},
		{"data of another package has", map[string]string{"sub/b/testdata/in.txt": "more", "sub/a/testdata2/x": "x"}, ""},
		{"a file has other bytes", map[string]string{"sub/a/testdata/deep/in.txt": "two"}, "sub/a/testdata/deep/in.txt"},
		{"a file has more", map[string]string{"sub/a/testdata/deep/in.txt": "one more"}, "sub/a/testdata/deep/in.txt"},
		{"a file is new", map[string]string{"sub/a/testdata/new.txt": ""}, "sub/a/testdata/new.txt"},
		{"a file is gone", map[string]string{"sub/a/testdata/in.txt": "-"}, "sub/a/testdata/in.txt"},
		{"a link leads elsewhere", map[string]string{"sub/a/testdata/link": "-> deep/in.txt"}, "sub/a/testdata/link"},
		{"a link has become a file", map[string]string{"sub/a/testdata/link": "one"}, "sub/a/testdata/link"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var tops [2]string
			for i := range tops {
				tops[i] = t.TempDir()
				files := map[string]string{
					"sub/a/a.go": "package a", "sub/a/testdata/in.txt": "one", "sub/a/testdata/deep/in.txt": "one",
					"sub/a/testdata/link": "-> in.txt",
				}
				if i == candidateSide {
					for name, text := range c.candidate {
						files[name] = text
					}
				}
				for name, text := range files {
					name = filepath.Join(tops[i], filepath.FromSlash(name))
					require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
					switch {
					case text == "-":
					case len(text) > 3 && text[:3] == "-> ":
						require.NoError(t, os.Symlink(text[3:], name))
					default:
						require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
					}
				}
			}
			got, err := differentData(tops, "sub/a")
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
	got, err := differentData([2]string{t.TempDir(), t.TempDir()}, "sub/a")
	require.NoError(t, err)
	assert.Empty(t, got, "neither has any")
}
