package testbin

import (
	"debug/elf"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// places prints how far apart some functions are, which is no matter of where the system loads the program, and a variable that
// the linker may set.
const places = `
-- infer/place_test.go --
package infer

import (
	"fmt"
	"reflect"
	"testing"
)

var mark string

func TestPlace(t *testing.T) {
	at := func(f any) uintptr { return reflect.ValueOf(f).Pointer() }
	fmt.Print(mark, int(at(TestPlace)-at(BenchmarkInfer)), " ", int(at(fmt.Print)-at(testing.Main)), " ")
}
`

func place(t *testing.T, b *Binary) string {
	t.Helper()
	output, err := b.Run(t.Context(), RunOptions{Args: []string{"-test.run=^TestPlace$"}})
	require.NoError(t, err)
	require.Zero(t, output.ExitCode, "%s", output.Stdout)
	return string(output.Stdout)
}

func relink(t *testing.T, b *Binary, layout int64) *Binary {
	t.Helper()
	links, err := b.Relink(t.Context(), layout)
	require.NoError(t, err)
	require.Len(t, links, 1)
	relinked := links[0]
	assert.Equal(t, layout, relinked.Layout)
	assert.Equal(t, b.Dir, relinked.Dir)
	assert.Equal(t, b.GoVersion, relinked.GoVersion)
	assert.NotEqual(t, b.Path, relinked.Path)
	assert.Len(t, relinked.Path, len(b.Path), "the length of arguments moves the stack")
	return relinked
}

func TestRelinkMovesFunctions(t *testing.T) {
	notShort(t)
	t.Parallel()
	repo := newRepo(t, shop+places)
	s := newScratch(t)
	baseline := build(t, s, newTree(t, s, repo).Dir, "infer")
	candidate := build(t, s, repo.Root, "infer")
	links, err := candidate.Relink(t.Context(), 1, 2)
	require.NoError(t, err)
	first, second := links[0], links[1]
	assert.Equal(t, relink(t, baseline, 1).SHA256, first.SHA256, "the same code in the same layout")
	assert.Equal(t, candidate.SHA256, relink(t, second, 0).SHA256, "the linker's own order")

	linked := []*Binary{candidate, first, second}
	hashes, at := map[string]bool{}, map[string]bool{}
	for _, b := range linked {
		hashes[b.SHA256] = true
		at[place(t, b)] = true
	}
	assert.Len(t, hashes, len(linked))
	assert.Len(t, at, len(linked), at)
	assert.Len(t, hasBinary(t, s, "infer"), 6, "none to compare with is left")
}

func TestRelinkSaysWhyItCannot(t *testing.T) {
	t.Parallel()
	repo := newRepo(t, shop)
	s := newScratch(t)
	b := build(t, s, repo.Root, "infer")

	write(t, repo.Root, "-- infer/infer.go --\npackage infer\n\nfunc Infer() int { return 2 }\n")
	_, err := b.Relink(t.Context(), 1)
	require.ErrorIs(t, err, ErrChanged)
	assert.ErrorContains(t, err, filepath.Join(repo.Root, "infer")+": the source has changed")
	hash := b.SHA256
	require.NoError(t, b.identify())
	assert.Equal(t, hash, b.SHA256, "the file is left alone")

	write(t, repo.Root, "-- infer/infer.go --\npackage infer\n\nfunc Infer() int { return text }\n")
	_, err = b.Relink(t.Context(), 1)
	var failed *BuildError
	require.ErrorAs(t, err, &failed)
	assert.Contains(t, failed.Output, "undefined: text")
}

func TestRelinkKeepsTheFlagsOfTheUser(t *testing.T) {
	t.Setenv("GOFLAGS", "'-ldflags=-w -X=example.com/shop/infer.mark=kept' -ldflags=example.com/other=-s")
	repo := newRepo(t, shop+places)
	b := build(t, newScratch(t), repo.Root, "infer")
	linked, relinked := place(t, b), place(t, relink(t, b, 1))
	assert.Contains(t, linked, "kept")
	assert.Contains(t, relinked, "kept")
	assert.NotEqual(t, linked, relinked)
}

func TestWithoutTablesForDebuggersTheSameRuns(t *testing.T) {
	notShort(t)
	if runtime.GOOS != "linux" {
		t.Skip("reads ELF files")
	}
	t.Parallel()
	repo := newRepo(t, shop+places)
	b := build(t, newScratch(t), repo.Root, "infer")
	whole := filepath.Join(t.TempDir(), "whole.test")
	run(t, b.Dir, "go", "test", "-c", "-trimpath", "-buildvcs=false", "-overlay="+b.hooks.overlay,
		"-ldflags=", "-o", whole, ".") // without what GOFLAGS has here
	for _, name := range []string{".text", ".rodata", ".gopclntab", ".data", ".noptrdata"} {
		assert.Equal(t, section(t, whole, name), section(t, b.Path, name), name)
	}
	assert.NotNil(t, section(t, whole, ".debug_info"))
	assert.Nil(t, section(t, b.Path, ".debug_info"))
}

// section is the content of a part of an ELF file; nil if it has none of that name.
func section(t *testing.T, path, name string) []byte {
	t.Helper()
	f, err := elf.Open(path)
	require.NoError(t, err)
	defer f.Close()
	s := f.Section(name)
	if s == nil {
		return nil
	}
	data, err := s.Data()
	require.NoError(t, err)
	return data
}

func TestLinkFlags(t *testing.T) {
	for name, test := range map[string]struct {
		goflags string
		want    []string
	}{
		"nothing is set":            {"\n", nil},
		"nothing is for the linker": {"-trimpath -ldflagsx=-w -tags=ldflags", nil},
		"one flag":                  {"-v -ldflags=-w -x\n", []string{"-ldflags=-w -w -randlayout=7"}},
		"two dashes":                {"--ldflags=-w", []string{"-ldflags=-w -w -randlayout=7"}},
		"quotes around it":          {`"-ldflags=-w -s"`, []string{"-ldflags=-w -s -w -randlayout=7"}},
		"quotes within quotes": {`'-ldflags=-w -extldflags "-a -b"'`,
			[]string{`-ldflags=-w -extldflags "-a -b" -w -randlayout=7`}},
		"quotes that stick to the next": {`'-ldflags=-w''-v'`, []string{"-ldflags=-w -w -randlayout=7"}},
		"an equals sign in the value":   {"-ldflags=-X=a.b=c", []string{"-ldflags=-X=a.b=c -w -randlayout=7"}},
		"flags taken back": {"-ldflags=-w -ldflags=",
			[]string{"-ldflags=-w -w -randlayout=7", "-ldflags= -w -randlayout=7"}},
		"patterns": {"-ldflags=all=-w -ldflags=./x=",
			[]string{"-ldflags=all=-w -w -randlayout=7", "-ldflags=./x= -w -randlayout=7"}},
		"a layout of the user's":         {"-ldflags=-randlayout=3", []string{"-ldflags=-randlayout=3 -w -randlayout=7"}},
		"a quote that has no other half": {"'-ldflags=-w", []string{"-ldflags=-w -w -randlayout=7"}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, append([]string{"-ldflags=-w -randlayout=7"}, test.want...), linkFlags(test.goflags, 7))
		})
	}
	assert.Equal(t, []string{"-ldflags=-w -randlayout=-7"}, linkFlags("", -7))
	assert.Equal(t, []string{"-ldflags=-w", "-ldflags=-X=a.b=c -w"}, linkFlags("-ldflags=-X=a.b=c", 0), "the linker's own order")
}

func TestFlagsAreSplitAsTheyWereJoined(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want, joined []string
		for _, quote := range rapid.SliceOf(rapid.SampledFrom([]string{"", "'", `"`})).Draw(t, "quotes") {
			pattern := `[^'"]*` // between quotes
			if quote == "" {
				pattern = `[^'" \t\r\n][^ \t\r\n]*`
			}
			flag := rapid.StringMatching(pattern).Draw(t, "flag")
			want = append(want, flag)
			joined = append(joined, quote+flag+quote)
		}
		require.Equal(t, want, splitFlags(strings.Join(joined, rapid.StringMatching(`[ \t\r\n]+`).Draw(t, "space"))))
	})
}

func FuzzLinkFlags(f *testing.F) {
	f.Add(`'-ldflags=`)
	f.Fuzz(func(t *testing.T, goflags string) { require.NotEmpty(t, linkFlags(goflags, 1)) })
}
