package overlay

import (
	"encoding/json"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// local is package testing of the Go that runs this test.
func local(t *testing.T) map[string][]byte {
	t.Helper()
	files, err := read(filepath.Join(have(t, "local").goroot, "src", "testing"))
	require.NoError(t, err)
	return files
}

func TestHookMovesNoLine(t *testing.T) {
	files := local(t)
	hooked, err := Hook(files)
	require.NoError(t, err)
	changed := 0
	for name, text := range hooked {
		file, err := parser.ParseFile(token.NewFileSet(), name, text, 0)
		require.NoError(t, err)
		assert.Equal(t, "testing", file.Name.Name)
		before, ok := files[name]
		assert.NotEqual(t, ok, strings.HasPrefix(name, prefix), name)
		if !ok {
			continue
		}
		lines, were := strings.Split(string(text), "\n"), strings.Split(string(before), "\n")
		require.Len(t, lines, len(were))
		for i := range lines {
			if lines[i] != were[i] {
				changed++
			}
		}
	}
	assert.Equal(t, 9, changed, "lines") // five of them with Verbose
}

// TestOnlyOwnNamesGetThePrefix holds that none is exported, and none is left that another file of package testing may have.
func TestOnlyOwnNamesGetThePrefix(t *testing.T) {
	hooked, err := Hook(local(t))
	require.NoError(t, err)
	own := map[string]bool{}
	for name, text := range hooked {
		if strings.HasPrefix(name, prefix) {
			file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
			require.NoError(t, err)
			declare(own, file)
		}
	}
	assert.Greater(t, len(own), 30)
	delete(own, "Verbose") // in the place of the one that gets it
	for name := range own {
		assert.True(t, strings.HasPrefix(name, prefix), name)
	}
}

func TestHookSaysWhereItDoesNotFit(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"no b.Loop", "stopOrScaleBLoop", "goOn", "0 methods stopOrScaleBLoop"},
		{"the loop has a parameter", "stopOrScaleBLoop() bool {", "stopOrScaleBLoop(d int) bool {", "0 methods stopOrScaleBLoop"},
		{"launch says something", "launch() {", "launch() error {", "0 methods launch"},
		{"launch is another type's", "(b *B) launch()", "(b *C) launch()", "0 methods launch"},
		{"launch is called twice", "go b.launch()", "go b.launch(); go b.launch()", "method launch is called in 2 places"},
		{"runs are of two sizes", "runN(n int) {", "runN(n, m int) {", "0 methods runN"},
		{"nothing is collected", "\truntime.GC()\n", "", "0 methods runN"},
		{"it is collected twice", "\truntime.GC()\n", "\truntime.GC()\n\truntime.GC()\n", "0 methods runN"},
		{"it is no Go", "func (b *B) launch", "func b *B launch", "expected"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := local(t)
			text := string(files["benchmark.go"])
			require.Contains(t, text, c.old)
			files["benchmark.go"] = []byte(strings.ReplaceAll(text, c.old, c.new))
			_, err := Hook(files)
			require.ErrorIs(t, err, ErrNoFit)
			assert.ErrorContains(t, err, c.want)
		})
	}
	files := local(t)
	files["testing.go"] = []byte(strings.Replace(string(files["testing.go"]), "func Verbose() bool", "func Verbose() int", 1))
	_, err := Hook(files)
	require.ErrorIs(t, err, ErrNoFit)
	require.ErrorContains(t, err, "0 functions Verbose")
	_, err = Hook(nil)
	require.ErrorIs(t, err, ErrNoFit)
}

func TestEarlySaysWhereItDoesNotFit(t *testing.T) {
	files, err := read(filepath.Join(have(t, "local").goroot, "src", "internal", "testlog"))
	require.NoError(t, err)
	hooked, err := Early(files)
	require.NoError(t, err)
	assert.Len(t, hooked, 2)
	for name, text := range hooked {
		_, err := parser.ParseFile(token.NewFileSet(), name, text, 0)
		require.NoError(t, err)
	}
	for name, text := range files {
		files[name] = []byte(strings.Replace(string(text), "func Open(name string)", "func Open(name, mode string)", 1))
	}
	_, err = Early(files)
	require.ErrorIs(t, err, ErrNoFit)
	_, err = Early(nil)
	require.ErrorIs(t, err, ErrNoFit)
}

func TestWriteHasWhatTheOtherOverlayHas(t *testing.T) {
	goroot, dir := have(t, "local").goroot, t.TempDir()
	path, err := Write(dir, goroot, Replace{"/src/a.go": "/else/a.go", "/src/b.go": ""})
	require.NoError(t, err)
	all, err := Read(path, "/")
	require.NoError(t, err)
	assert.Equal(t, "/else/a.go", all["/src/a.go"])
	assert.Contains(t, all, "/src/b.go")
	assert.Equal(t, filepath.Join(dir, "testing-benchmark.go"), all[filepath.Join(goroot, "src", "testing", "benchmark.go")])
	assert.NotContains(t, all, filepath.Join(goroot, "src", "testing", "allocs.go"), "it is as it was")
}

func TestWriteSaysWhatBothReplace(t *testing.T) {
	goroot := have(t, "local").goroot
	at := filepath.Join(goroot, "src", "testing", "benchmark.go")
	_, err := Write(t.TempDir(), goroot, Replace{at: "/mine/benchmark.go"})
	require.ErrorIs(t, err, ErrTaken)
	assert.ErrorContains(t, err, at+" is replaced by /mine/benchmark.go")
}

func TestWriteWithoutAGOROOT(t *testing.T) {
	_, err := Write(t.TempDir(), t.TempDir(), nil)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) { require.NoError(t, os.WriteFile(filepath.Join(dir, "o.json"), []byte(text), 0o600)) }
	text, err := json.Marshal(map[string]any{"Replace": map[string]string{"a.go": "x/../b.go", "/c/d.go": "", "/e.go": "f.go"}})
	require.NoError(t, err)
	write(string(text))
	all, err := Read("o.json", dir)
	require.NoError(t, err)
	assert.Equal(t, Replace{
		filepath.Join(dir, "a.go"): filepath.Join(dir, "b.go"), "/c/d.go": "", "/e.go": filepath.Join(dir, "f.go"),
	}, all)
	for text, want := range map[string]string{
		``:                                       "EOF",
		`{"Replace":[]}`:                         "cannot unmarshal",
		`{"Replace":{"":"a"}}`:                   "without a name",
		`{"Replace":{"a.go":"","x/../a.go":""}}`: "replaced twice",
		`{"Replace":{}} {}`:                      "more than one object",
	} {
		write(text)
		_, err := Read("o.json", dir)
		assert.ErrorContains(t, err, want, text)
	}
	_, err = Read("none.json", dir)
	require.ErrorIs(t, err, os.ErrNotExist)
}
