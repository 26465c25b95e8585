package testbin

import (
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReaches(t *testing.T) {
	t.Parallel()
	repo := newRepo(t, shop+`
-- api/api.go --
package api

import _ "example.com/shop/infer"
-- api/api_test.go --
package api

import (
	_ "embed"
	"testing"
)

//go:embed api_test.go
var tests string

func TestAPI(t *testing.T) {}
-- top/top_test.go --
package top_test

import (
	"maps"
	"slices"
	_ "example.com/shop/api"
	_ "example.com/shop/help"
	"testing"
)

func TestTop(t *testing.T) {}
-- help/help.go --
package help

import _ "embed"

//go:embed testdata/help.txt
var text string
-- help/testdata/help.txt --
read this
-- plain/plain.go --
package plain
-- perf/go.mod --
module example.com/shop/perf

go 1.24
-- perf/load/load_test.go --
package load

import "testing"

func TestLoad(t *testing.T) {}
`)
	want := func(top string) []Reach {
		of := func(path string, near ...string) Reach {
			dirs := map[string]int{}
			for distance, dir := range near {
				dirs[filepath.Join(top, dir)] = distance
			}
			return Reach{ImportPath: "example.com/shop/" + path, Dirs: dirs}
		}
		last := of("top", "top", "api", "infer")
		last.Dirs[filepath.Join(top, "help")] = 1
		return []Reach{of("api", "api", "infer"), of("infer", "infer"), last}
	}
	got, err := Reaches(t.Context(), repo.Root, "./...")
	require.NoError(t, err)
	for _, r := range got { // what they reach is in those folders, a file or more in each
		folders := map[string]bool{}
		for _, file := range r.Files {
			assert.FileExists(t, file)
			folders[filepath.Dir(file)] = true
		}
		delete(folders, filepath.Join(repo.Root, "help/testdata"))
		assert.Equal(t, slices.Sorted(maps.Keys(r.Dirs)), slices.Sorted(maps.Keys(folders)), r.ImportPath)
		if r.ImportPath == "example.com/shop/top" {
			assert.Equal(t, []string{filepath.Join(repo.Root, "help/testdata/help.txt")}, r.Embedded)
		} else {
			assert.Empty(t, r.Embedded, "what tests embed is not the code's")
		}
	}
	assert.Equal(t, want(repo.Root), bare(got))

	tree := newTree(t, newScratch(t), repo)
	got, err = tree.Reaches(t.Context(), tree.Dir, "./api", "./infer", "./top")
	require.NoError(t, err)
	assert.Equal(t, want(tree.Dir), bare(got))

	// From a nested module, the module around it, and its own.
	load := Reach{ImportPath: "example.com/shop/perf/load", Dirs: map[string]int{filepath.Join(repo.Root, "perf/load"): 0}}
	got, err = Reaches(t.Context(), filepath.Join(repo.Root, "perf"), "../...", "./none", "./load")
	require.NoError(t, err)
	assert.Equal(t, append(want(repo.Root), load), bare(got))
	tree = newTree(t, newScratch(t), repo)
	got, err = tree.Reaches(t.Context(), filepath.Join(tree.Dir, "perf"), "../...")
	require.NoError(t, err)
	assert.Equal(t, want(tree.Dir), bare(got))

	for _, pattern := range []string{"./none", "./none/...", "./plain"} {
		_, err = Reaches(t.Context(), repo.Root, pattern)
		require.ErrorIs(t, err, ErrNoPackage, pattern)
	}
}

// bare leaves the files out.
func bare(found []Reach) []Reach {
	for i := range found {
		found[i].Files, found[i].Embedded = nil, nil
	}
	return found
}
