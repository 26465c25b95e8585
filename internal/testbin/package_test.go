package testbin

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPackages(t *testing.T) {
	t.Parallel()
	repo := newRepo(t, shop+`
-- plain/plain.go --
package other
-- onlytests/x_test.go --
package onlytests
-- external/x.go --
package external
-- external/x_test.go --
package external_test
-- nested/go.mod --
module example.com/nested

go 1.26
-- nested/n.go --
package nested
-- empty/README --
`)
	shopPackage := func(dir, name string, hasTests bool) Package {
		return Package{"example.com/shop/" + dir, filepath.Join(repo.Root, dir), name, "example.com/shop", repo.Root, hasTests}
	}
	infer := shopPackage("infer", "infer", true)
	external := shopPackage("external", "external", true)
	onlyTests := shopPackage("onlytests", "onlytests", true)
	plain := shopPackage("plain", "other", false)
	nested := filepath.Join(repo.Root, "nested")

	for name, test := range map[string]struct {
		dir      string
		patterns []string
		want     []Package
	}{
		"a folder":                      {repo.Root, []string{"./infer"}, []Package{infer}},
		"all below, no nested module":   {repo.Root, []string{"./..."}, []Package{external, infer, onlyTests, plain}},
		"an import path, twice matched": {repo.Root, []string{"example.com/shop/infer", "./i..."}, []Package{infer}},
		"the folder itself by default":  {filepath.Join(repo.Root, "plain"), nil, []Package{plain}},
		"from within a nested module": {nested, nil,
			[]Package{{"example.com/nested", nested, "nested", "example.com/nested", nested, false}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Packages(t.Context(), test.dir, test.patterns...)
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
		})
	}
	for name, test := range map[string]struct{ pattern, text string }{
		"a folder that does not exist":      {"./none", "directory not found"},
		"a folder without Go files":         {"./empty", "no Go files"},
		"a wildcard that matches nothing":   {"./infer/x...", ": ./infer/x...: no Go package here; go list shows what there is"},
		"a module that is not required":     {"example.com/other", "example.com/other"},
		"a nested module, from the outside": {"./nested", "does not contain package example.com/shop/nested"},
		"something like a flag":             {"-deps", "-deps"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Packages(t.Context(), repo.Root, "./infer", test.pattern)
			require.ErrorContains(t, err, test.text)
		})
	}
}
