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
	shopPackage := func(dir, name string) Package {
		return Package{"example.com/shop/" + dir, filepath.Join(repo.Root, dir), name}
	}
	infer := shopPackage("infer", "infer")
	external := shopPackage("external", "external")
	onlyTests := shopPackage("onlytests", "onlytests")
	plain := shopPackage("plain", "other")
	nested := filepath.Join(repo.Root, "nested")
	inner := Package{"example.com/nested", nested, "nested"}

	for name, test := range map[string]struct {
		dir, pattern string
		want         []Package
	}{
		"a folder":                      {repo.Root, "./infer", []Package{infer}},
		"its whole path":                {nested, filepath.Join(repo.Root, "infer"), []Package{infer}},
		"all below, no nested module":   {repo.Root, "./...", []Package{external, infer, onlyTests, plain}},
		"some of a folder":              {filepath.Join(repo.Root, "infer"), "../i...", []Package{infer}},
		"an import path":                {repo.Root, "example.com/shop/infer", []Package{infer}},
		"the folder itself":             {filepath.Join(repo.Root, "plain"), ".", []Package{plain}},
		"within a nested module":        {nested, "./...", []Package{inner}},
		"a nested module, from outside": {repo.Root, "./nested", []Package{inner}},
		"the module around":             {nested, "../...", []Package{external, infer, onlyTests, plain}},
		"the folder around":             {filepath.Join(nested, "none"), "..", []Package{inner}},
		"from a folder that is not there, a folder that is": {filepath.Join(repo.Root, "none", "below"), "../../infer",
			[]Package{infer}},
		"an import path from there": {filepath.Join(repo.Root, "none", "below"), "example.com/shop/infer", []Package{infer}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Packages(t.Context(), test.dir, test.pattern)
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
		})
	}
	for name, test := range map[string]struct{ pattern, text string }{
		"a folder that does not exist":           {"./none", filepath.Join(repo.Root, "none") + ": no Go package here"},
		"a folder without Go files":              {"./empty", "no Go files"},
		"a wildcard that matches nothing":        {"./infer/x...", "infer: ./x...: no Go package here; go list shows what there is"},
		"a module that is not required":          {"example.com/other", "example.com/other"},
		"all below a folder that does not exist": {"./none/...", filepath.Join(repo.Root, "none") + ": no Go package here"},
		"something like a flag":                  {"-deps", "-deps"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Packages(t.Context(), repo.Root, test.pattern)
			require.ErrorContains(t, err, test.text)
		})
	}
}

func TestPatternsThatNoRevisionHas(t *testing.T) {
	t.Parallel()
	repo := newRepo(t, `
-- go.work --
go 1.26

use ./store
-- store/go.mod --
module example.com/store

go 1.26
-- store/store.go --
package store
-- perf/go.mod --
module example.com/perf

go 1.26
-- perf/perf.go --
package perf
`)
	for pattern, want := range map[string]string{
		"./...":  "name the folders of modules that go.work lists, such as ./store/...",
		"./perf": "or add the module to it: go work use FOLDER",
		"-x":     "write it as for go test",
	} {
		_, err := Packages(t.Context(), repo.Root, pattern)
		require.ErrorIs(t, err, ErrPattern, pattern)
		assert.ErrorContains(t, err, want)
	}
	packages, err := Packages(t.Context(), repo.Root, "./store/...")
	require.NoError(t, err)
	assert.Len(t, packages, 1)
	_, err = Packages(t.Context(), repo.Root, "./store/none")
	assert.ErrorIs(t, err, ErrNoPackage, "another revision may have it")
}
