package source

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/testbin"
)

func TestNewestRelease(t *testing.T) {
	for _, c := range []struct {
		name, prefix string
		tags         []string
		want         string
	}{
		{"numbers are no words", "", []string{"v1.9.0", "v1.10.0", "v1.2.30"}, "v1.10.0"},
		{"a pre-release is none", "", []string{"v1.0.0", "v2.0.0-rc.1", "v1.0.1-alpha"}, "v1.0.0"},
		{"nor is what has more or less than three numbers", "",
			[]string{"v1", "v1.2", "1.2.3", "v1.2.3.4", "v01.2.3", "v1.2.3+meta"}, ""},
		{"another module's is none", "", []string{"infer/v9.0.0", "v1.0.0"}, "v1.0.0"},
		{"a nested module has its own", "infer/", []string{"infer/v1.2.3", "infer/v1.2.4", "v9.0.0", "a/infer/v8.0.0"}, "infer/v1.2.4"},
		{"a major version is higher", "", []string{"v2.0.0", "v1.99.99"}, "v2.0.0"},
		{"numbers may be larger than a machine's", "",
			[]string{"v1.0.99999999999999999999", "v1.0.100000000000000000000"}, "v1.0.100000000000000000000"},
		{"there are none", "", nil, ""},
	} {
		assert.Equal(t, c.want, newest(c.prefix, c.tags), c.name)
	}
	for folder, want := range map[string]string{
		".": "", "infer": "infer/", "a/infer": "a/infer/", "v2": "", "infer/v2": "infer/", "infer/v2x": "infer/v2x/",
	} {
		assert.Equal(t, want, tagPrefix(folder), folder)
	}
}

func TestAnchor(t *testing.T) {
	dir, git := repository(t) // main: one - two - three; feature, which is checked out: two - four - five
	dir, err := filepath.EvalSymlinks(dir)
	require.NoError(t, err)
	for _, module := range []string{".", "infer", "infer/v2"} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, module, "sub"), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, module, "go.mod"), []byte("module m\n"), 0o644))
	}
	git("tag", "v1.0.0", "feature~3")
	git("tag", "-a", "-m", "annotated", "v1.1.0", "feature~2")
	git("tag", "infer/v0.1.0", "feature~3")
	git("tag", "v1.2.0", "main")    // of the branch that this one has left
	git("tag", "v1.3.0", "feature") // after the baseline
	git("tag", "v1.1.1-rc.1", "feature~2")
	repo, err := testbin.Open(t.Context(), dir)
	require.NoError(t, err)
	at := func(ref string) Source {
		commit, err := repo.Resolve(t.Context(), ref)
		require.NoError(t, err)
		return commitSource(ref, commit, "")
	}
	choose := func(value string, baseline Source, packages ...string) (*Source, string, error) {
		a := Anchored{Anchor: report.Setting{Name: "anchor", Value: value, Source: "-regress.anchor"}, Packages: packages}
		return a.Choose(t.Context(), dir, repo, baseline)
	}
	for _, c := range []struct {
		name, value, baseline string
		packages              []string
		what, why             string
	}{
		{"a revision", "feature~3", "feature~1", []string{"."}, "(one)", "given by -regress.anchor"},
		{"the newest release before the baseline, and no other's", LatestTag, "feature~1", []string{"."},
			"v1.1.0, ", "the newest release before the baseline"},
		{"that of a nested module", LatestTag, "feature~1", []string{"./infer/..."}, "infer/v0.1.0, ", "the newest release"},
		{"that of a nested module's major version", LatestTag, "feature~1", []string{"./infer/v2/sub"}, "infer/v0.1.0, ", ""},
		{"that of a folder that is no module", LatestTag, "feature~1", []string{"./sub"}, "v1.1.0, ", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			anchor, note, err := choose(c.value, at(c.baseline), c.packages...)
			require.NoError(t, err)
			require.NotNil(t, anchor)
			assert.Empty(t, note)
			assert.Contains(t, anchor.Side.What, c.what)
			assert.Contains(t, anchor.Side.Why, c.why)
			assert.Equal(t, anchor.Commit.Hash, anchor.Side.Commit)
		})
	}

	t.Run("the baseline itself is no third side", func(t *testing.T) {
		anchor, note, err := choose(LatestTag, at("feature~2"), ".")
		require.NoError(t, err)
		assert.Nil(t, anchor)
		assert.Contains(t, note, "(two), is the baseline: there is no third side to measure")
	})
	t.Run("none is asked for", func(t *testing.T) {
		anchor, note, err := choose("", Source{})
		require.NoError(t, err)
		assert.Nil(t, anchor)
		assert.Empty(t, note)
	})
	for _, c := range []struct {
		name, value string
		baseline    Source
		packages    []string
		says        string
	}{
		{"packages of several modules", LatestTag, at("feature"), []string{".", "./infer"}, "the packages are of several modules"},
		{"no such revision", "v9.9.9", at("feature"), []string{"."}, "v9.9.9 is no git revision: "},
		{"a server's address", "http://localhost:1", at("feature"), nil, "is an address: name a git revision, or latest-tag"},
		{"saved results", "feature", Source{Saved: "baseline.txt"}, nil, "measured in the same rounds as two git revisions"},
		{"servers", "feature", Source{Address: "http://localhost:1"}, nil, "measured in the same rounds as two git revisions"},
		{"a baseline without a commit", LatestTag, Source{}, []string{"."}, "the baseline has no commit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			anchor, _, err := choose(c.value, c.baseline, c.packages...)
			assert.Nil(t, anchor)
			require.ErrorContains(t, err, "anchor (-regress.anchor): ")
			assert.ErrorContains(t, err, c.says)
		})
	}
	t.Run("no release tag", func(t *testing.T) {
		git("tag", "-d", "infer/v0.1.0")
		_, _, err := choose(LatestTag, at("feature"), "./infer")
		require.ErrorContains(t, err, "no release tag such as infer/v1.2.3 is an ancestor of the baseline, ")
		assert.ErrorContains(t, err, ": tag a release, or name a revision")
	})
	t.Run("no repository", func(t *testing.T) {
		a := Anchored{Anchor: report.Setting{Value: "v1.0.0", Source: "Gate.Anchor"}}
		_, _, err := a.Choose(t.Context(), t.TempDir(), nil, Source{})
		assert.ErrorContains(t, err, "is in no git repository")
	})
}

func TestLatestTagOfAShallowClone(t *testing.T) {
	dir, git := repository(t)
	git("tag", "v1.0.0", "feature~3")
	clone := t.TempDir()
	git("clone", "-q", "--depth=1", "--branch=feature", "file://"+dir, clone)
	repo, err := testbin.Open(t.Context(), clone)
	require.NoError(t, err)
	commit, err := repo.Resolve(t.Context(), "HEAD")
	require.NoError(t, err)
	a := Anchored{Anchor: report.Setting{Value: LatestTag, Source: "Gate.Anchor"}, Packages: []string{"."}}
	_, _, err = a.Choose(t.Context(), clone, repo, commitSource("", commit, ""))
	require.ErrorContains(t, err, "this clone is shallow: git fetch --unshallow --tags")
}
