package measure

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

// trees are two trees with these files, as one side and the other have them, all of them written an hour ago.
func trees(t *testing.T, baseline, candidate map[string]string) (tops [2]string) {
	t.Helper()
	past := time.Now().Add(-time.Hour)
	for i, files := range []map[string]string{baseline, candidate} {
		tops[i] = t.TempDir()
		for name, text := range files {
			file := filepath.Join(tops[i], name)
			require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
			require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
			require.NoError(t, os.Chtimes(file, past, past))
		}
	}
	return tops
}

// lookedAt is a smoke run in a side's tree that opened these files.
func lookedAt(top string, names ...string) looked {
	l := looked{began: time.Now(), at: testbin.Inputs{Known: true}}
	for _, name := range names {
		if !filepath.IsAbs(name) {
			name = filepath.Join(top, name)
		}
		l.at.All = append(l.at.All, testbin.Input{Path: name, Opened: true})
	}
	return l
}

func TestInputsOfBothSides(t *testing.T) {
	const pointer = pointerMagic + "\noid sha256:4d7a\nsize 12345\n"
	for _, c := range []struct {
		name                string
		baseline, candidate string // content of p/in.txt; "-": there is none
		changed             []string
		same                bool
		code                policy.Code
		side                string
	}{
		{"the same", "a", "a", nil, true, "", ""},
		{"on neither side", "-", "-", nil, true, "", ""},
		{"git sees the change", "a", "b", []string{"p/in.txt"}, false, "", ""},
		{"git sees that it is new", "-", "b", []string{"p/in.txt"}, false, "", ""},
		{"git sees a change of the submodule that it is in", "a", "b", []string{"p"}, false, "", ""},
		{"git sees a change of another", "a", "b", []string{"p/in", "p/in.txt2"}, false, policy.UncommittedInput, ""},
		{"an ignored file of the work tree", "-", "b", nil, false, policy.UncommittedInput, "candidate"},
		{"a file that only the baseline has", "a", "-", nil, false, policy.UncommittedInput, "baseline"},
		{"other content of one length, and no change", "a", "b", nil, false, policy.UncommittedInput, ""},
		{"a pointer in the place of the baseline's content", pointer, "content", nil, false, policy.PointerInput, "baseline"},
		{"of the candidate's, which has changed", "content", pointer, []string{"p/in.txt"}, false, policy.PointerInput, "candidate"},
		{"two pointers are a change as any other", pointer, pointer + "x", []string{"p/in.txt"}, false, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := [2]map[string]string{{}, {}}
			for i, text := range []string{c.baseline, c.candidate} {
				if files[i]["p/p.go"] = "package p"; text != "-" {
					files[i]["p/in.txt"] = text
				}
			}
			tops := trees(t, files[0], files[1])
			in := inputs{other: "baseline", tops: tops, changed: c.changed, known: map[string]difference{}, left: mostCompared}
			differs, strange := in.compare([2]looked{lookedAt(tops[0], "p/p.go", "p/in.txt"), lookedAt(tops[1], "p/p.go", "p/in.txt")})
			assert.Equal(t, c.same, differs == "", differs)
			assert.Equal(t, c.code, strange.Code)
			if c.code != "" {
				assert.Equal(t, policy.Facts{Side: c.side, Words: []string{"p/in.txt"}}, strange.Facts)
				assert.Len(t, strange.Advice, 1)
			}
		})
	}
}

// A path that leads out of the tree leads elsewhere from the tree of the baseline.
func TestInputsOutsideThatTheTreesName(t *testing.T) {
	for _, c := range []struct {
		name                string
		baseline, candidate string // content of ../models/x; "-": there is none
		same                bool
		side                string
	}{
		{"the same", "a", "a", true, ""},
		{"on neither side", "-", "-", true, ""},
		{"beside the work tree", "-", "b", false, "candidate"},
		{"beside the baseline", "a", "-", false, "baseline"},
		{"another", "a", "b", false, ""},
	} {
		var tops [2]string
		for i, text := range []string{c.baseline, c.candidate} {
			dir := t.TempDir()
			tops[i] = filepath.Join(dir, "tree")
			require.NoError(t, os.MkdirAll(filepath.Join(tops[i], "p"), 0o755))
			if text != "-" {
				require.NoError(t, os.Mkdir(filepath.Join(dir, "models"), 0o755))
				file := filepath.Join(dir, "models", "x")
				require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
				past := time.Now().Add(-time.Hour) // no smoke run wrote it
				require.NoError(t, os.Chtimes(file, past, past))
			}
		}
		in := inputs{other: "baseline", tops: tops, known: map[string]difference{}, left: mostCompared}
		differs, strange := in.compare([2]looked{lookedAt(tops[0], "../models/x"), lookedAt(tops[1], "../models/x")})
		assert.Equal(t, c.same, differs == "", c.name)
		assert.Equal(t, c.same, strange.Code == "", c.name)
		if !c.same {
			assert.Equal(t, policy.Reason{
				Code: policy.UncommittedInput, Facts: policy.Facts{Side: c.side, Words: []string{"../models/x"}},
				Advice: []policy.Advice{{Do: policy.CommitInput}},
			}, strange, c.name)
		}
		// One that only one side names, such as a temporary file, is none.
		differs, strange = in.compare([2]looked{lookedAt(tops[0], "../models/x"), lookedAt(tops[1], "../models/y")})
		assert.Empty(t, differs, c.name)
		assert.Empty(t, strange.Code, c.name)
	}
}

func TestInputsThatAreNone(t *testing.T) {
	tops := trees(t,
		map[string]string{".git": "gitdir: x", "a/.tailgate/x": "1", "out.log": "1", "big": "12345", "one": "1", "d/a": "", "d/b": ""},
		map[string]string{".git/HEAD": "x", "a/.tailgate/x": "2", "out.log": "2", "big": "54321", "one": "2", "d/a": "", "d/c": ""})
	compare := func(files ...string) (bool, policy.Reason) {
		in := inputs{other: "baseline", tops: tops, known: map[string]difference{}, left: 4}
		differs, strange := in.compare([2]looked{lookedAt(tops[0], files...), lookedAt(tops[1], files...)})
		return differs == "", strange
	}
	outside := filepath.Join(t.TempDir(), "outside")
	for name, files := range map[string][]string{
		"git's and the gate's own":                 {".git/HEAD", ".git", "a/.tailgate/x"},
		"outside of both trees":                    {outside, "/dev/null"},
		"by one path, from the work tree for both": {filepath.Join(tops[1], "one")},
	} {
		same, strange := compare(files...)
		assert.True(t, same, name)
		assert.Empty(t, strange.Code, name)
	}
	in := inputs{tops: tops, known: map[string]difference{}, changed: []string{"one"}}
	both := lookedAt(tops[1], "one")
	_, _ = in.compare([2]looked{both, both})
	assert.Equal(t, []string{"one"}, in.own, "it has changed, and both sides read the candidate's")

	same, strange := compare("one")
	assert.False(t, same)
	assert.Equal(t, policy.UncommittedInput, strange.Code)

	same, strange = compare("big")
	assert.False(t, same, "more than may be compared is taken for changed")
	assert.Empty(t, strange.Code)

	same, strange = compare("d")
	assert.False(t, same, "a folder lists other names")
	assert.Empty(t, strange.Code, "which need not matter")

	now := time.Now()
	for _, top := range tops {
		require.NoError(t, os.Chtimes(filepath.Join(top, "out.log"), now, now))
	}
	_, strange = compare("out.log")
	assert.Empty(t, strange.Code, "both runs wrote it")
}

// C code reads data wherever it lies, and no line of the log says so.
func TestWhatCCodeMayRead(t *testing.T) {
	of := looked{at: testbin.Inputs{Known: true, Early: true}, foreign: true}
	for file, want := range map[string]string{
		"models/x.gguf": "models/x.gguf", "q/testdata/x": "q/testdata/x", "lib/libllama.so": "lib/libllama.so",
		"README.md": "", "q/q.go": "", "go.sum": "", ".github/workflows/ci.yml": "",
	} {
		in := inputs{places: []place{{dir: "."}, {dir: "p"}, {dir: "q"}}, changed: []string{file}}
		assert.Equal(t, want, in.mayRead("p", of.hidden()), file)
	}
	all := []testbin.Reach{{ImportPath: "a", Foreign: true}, {ImportPath: "b"}}
	assert.Equal(t, map[string]bool{"a": true, "b": false}, foreign(all))
}

// The log has the files of the first iteration: who opens any may open others later.
func TestWhoReadsMayReadMore(t *testing.T) {
	top := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(top, "p"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(top, "p", "a.bin"), nil, 0o644))
	in := inputs{tops: [2]string{t.TempDir(), top}}
	assert.True(t, in.reads(lookedAt(top, "p/a.bin")))
	assert.False(t, in.reads(lookedAt(top)))
	assert.False(t, in.reads(lookedAt(top, "p")), "a folder's files are compared")
	assert.False(t, in.reads(lookedAt(top, "p/none")))
	assert.False(t, in.reads(lookedAt(top, os.Args[0])), "outside")
	asked := lookedAt(top, "p/a.bin")
	asked.at.All[0].Opened = false
	assert.False(t, in.reads(asked))
}

// A benchmark may read another file of a folder that it lists in each iteration, and its smoke run has but one.
func TestFilesOfAFolderThatIsListedAreRead(t *testing.T) {
	files := func(text string) map[string]string {
		return map[string]string{"p/p.go": "package p", "assets/a.tmpl": "a", "assets/b.tmpl": text, "assets/deep/c.tmpl": text}
	}
	tops := trees(t, files("1"), files("2"))
	for _, c := range []struct {
		name    string
		changed string
		looked  []string
		opened  bool
		want    string
	}{
		{"a file in it", "assets/b.tmpl", []string{"assets", "assets/a.tmpl"}, true, "assets"},
		{"a file below it", "assets/deep/c.tmpl", []string{"assets", "assets/a.tmpl"}, true, "assets"},
		{"a file of the top", "assets/b.tmpl", []string{"."}, true, "."},
		{"a submodule in it", "assets/deep", []string{"assets"}, true, "assets"},
		{"a file beside it", "assets.txt", []string{"assets", "assets/a.tmpl"}, true, ""},
		{"a folder that is not opened", "assets/b.tmpl", []string{"assets"}, false, ""},
		{"a file alone", "assets/b.tmpl", []string{"assets/a.tmpl"}, true, ""},
	} {
		in := inputs{
			other: "baseline", tops: tops, changed: []string{c.changed}, known: map[string]difference{}, left: mostCompared,
		}
		of := [2]looked{lookedAt(tops[0], c.looked...), lookedAt(tops[1], c.looked...)}
		for _, l := range of {
			for i := range l.at.All {
				l.at.All[i].Opened = c.opened
			}
		}
		differs, strange := in.compare(of)
		assert.Equal(t, c.want, differs, c.name)
		assert.Empty(t, strange.Code, c.name)
	}
}

func TestWhatMayBeReadWithoutALog(t *testing.T) {
	top := t.TempDir()
	program := filepath.Join(top, "serve")
	require.NoError(t, os.WriteFile(program, nil, 0o755))
	for _, c := range []struct {
		name    string
		changed []string
		opened  []string
		want    string
	}{
		{"nothing has changed", nil, []string{program}, ""},
		{"documentation and code", []string{"README.md", "a/a.go", "go.mod", ".github/workflows/ci.yml"}, nil, ""},
		{"data of its own", []string{"README.md", "p/prices.txt"}, nil, "p/prices.txt"},
		{"data of no package", []string{"data/prices.txt"}, nil, "data/prices.txt"},
		{"of a package above", []string{"config.yml"}, nil, "config.yml"},
		{"of other packages", []string{"q/prices.txt", "p/r/data/prices.txt"}, nil, ""},
		{"testdata of its own", []string{"p/testdata/x.go"}, nil, "p/testdata/x.go"},
		{"testdata of the top", []string{"testdata/x"}, nil, "testdata/x"},
		{"testdata of other packages", []string{"q/testdata/x", "p/s/testdata/y"}, nil, ""},
		{"code, where it starts a program", []string{"cmd/serve/main.go"}, []string{program}, "cmd/serve/main.go"},
		{"documentation, where it starts a program", []string{"README.md"}, []string{program}, ""},
	} {
		in := inputs{places: []place{{dir: "."}, {dir: "p"}, {dir: "q"}, {dir: "p/r"}}, changed: c.changed}
		of := lookedAt(top, c.opened...)
		assert.Equal(t, c.want, in.mayRead("p", of.hidden()), c.name)
		if of.at.Early = true; len(c.opened) == 0 {
			assert.Empty(t, in.mayRead("p", of.hidden()), "%s: the log has what is read early", c.name)
		} else {
			assert.Equal(t, c.want, in.mayRead("p", of.hidden()), c.name)
		}
	}
}
