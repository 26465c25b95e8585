package output

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/wholefile"
	"github.com/tailgate-go/tailgate/policy"
)

func openRoot(t *testing.T, dir string) *os.Root {
	t.Helper()
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, root.Close()) })
	return root
}

// unsealed is what a gate leaves that is no shard.
func unsealed(*Folder) error { return nil }

func TestEveryOutcomeHasItsPage(t *testing.T) {
	for name, doc := range map[string]report.Document{
		"ok":               {Report: policy.Report{Verdicts: []policy.Verdict{{Outcome: policy.OK}}}},
		"regressed":        {Report: policy.Report{Verdicts: []policy.Verdict{{Outcome: policy.Regressed, Fails: true}}}},
		"invalid":          {Error: "candidate: example.com/infer does not build"},
		"nothing to judge": {},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := newFolder(t.TempDir())
			require.NoError(t, err)
			doc.Began = time.Now()
			_, err = Leave(out, doc, unsealed, nil)
			require.NoError(t, err)
			for _, file := range []string{"verdict.json", "report.md", "summary.md", "report.html", "junit.xml"} {
				assert.FileExists(t, filepath.Join(out.Dir, file))
			}
			left, err := os.ReadDir(out.Dir)
			require.NoError(t, err)
			assert.Len(t, left, 6, "beside the marker no part of a file is left")
		})
	}
}

func TestAFolderIsNewUntilAGateHasComparedTwoRevisions(t *testing.T) {
	dir := t.TempDir()
	sides := report.Document{Baseline: report.Side{What: "HEAD"}, Candidate: report.Side{What: "the work tree"}, First: true}
	with := func(outcome policy.Outcome, change func(*report.Document)) *report.Document {
		doc := sides
		doc.Report.Verdicts = []policy.Verdict{{Outcome: outcome}}
		change(&doc)
		return &doc
	}
	none := func(*report.Document) {}
	for _, c := range []struct {
		name  string
		doc   *report.Document // nil: the gate is killed
		isNew bool             // afterwards
	}{
		{"killed", nil, true},
		{"invalid", with(policy.OK, func(d *report.Document) { d.Error = "it does not build" }), true},
		{"of an invalid benchmark", with(policy.Invalid, none), true},
		{"of an added benchmark", with(policy.Added, none), true},
		{"of a tree and itself", with(policy.OK, func(d *report.Document) { d.Baseline = d.Candidate }), true},
		{"said nothing, as in CI", with(policy.OK, func(d *report.Document) { d.First = false }), true},
		{"of two revisions", with(policy.OK, none), false},
		{"invalid, later", with(policy.OK, func(d *report.Document) { d.Error = "it does not build" }), false},
	} {
		out, err := newFolder(dir)
		require.NoError(t, err)
		if c.doc != nil {
			c.doc.Began = time.Now()
			_, err = Leave(out, *c.doc, unsealed, nil)
		} else {
			err = out.Close()
		}
		require.NoError(t, err)
		out, err = newFolder(dir)
		require.NoError(t, err)
		assert.Equal(t, c.isNew, out.New, c.name)
		require.NoError(t, out.Close())
	}
}

func TestAHistoryHasItsPageUntilTheNextGate(t *testing.T) {
	dir := t.TempDir()
	out, err := newFolder(dir)
	require.NoError(t, err)
	_, err = Leave(out, report.Document{Began: time.Now(), History: &report.History{}}, unsealed, nil)
	require.NoError(t, err)
	assert.FileExists(t, filepath.Join(dir, "history.html"))
	assert.FileExists(t, filepath.Join(dir, "history.json"))
	out, err = newFolder(dir)
	require.NoError(t, err)
	require.NoError(t, out.Close())
	assert.NoFileExists(t, filepath.Join(dir, "history.html"))
	assert.NoFileExists(t, filepath.Join(dir, "history.json"))
}

func TestAPageThatCannotBeWrittenChangesNoVerdict(t *testing.T) {
	dir := t.TempDir()
	out, err := newFolder(dir)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "report.html", "taken"), 0o755))
	doc := report.Document{Began: time.Now(), Report: policy.Report{Verdicts: []policy.Verdict{{Outcome: policy.OK}}}}
	doc, err = Leave(out, doc, unsealed, nil)
	require.NoError(t, err)
	assert.True(t, doc.Passes())
	assert.Contains(t, doc.Text(), "not all reports could be written: rename")
	assert.FileExists(t, filepath.Join(dir, "verdict.json"))
}

// published is what the folder's verdict.json says.
func published(t *testing.T, dir string) (doc struct {
	Outcome, Error string
	Pass           bool
},
) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, Verdict))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &doc))
	return doc
}

func TestNoVerdictPassesWhoseGateHadAnErrorAtTheEnd(t *testing.T) {
	for name, c := range map[string]struct {
		taken string // a file that cannot be written
		seal  func(*Folder) error
		want  string
	}{
		"no seal":                  {"", func(*Folder) error { return errors.New("no space left on device") }, "no space left on device"},
		"no report, but a verdict": {"report.md", unsealed, "report.md"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			out, err := newFolder(dir)
			require.NoError(t, err)
			if c.taken != "" {
				require.NoError(t, os.MkdirAll(filepath.Join(dir, c.taken, "taken"), 0o755))
			}
			doc := report.Document{Began: time.Now(), Report: policy.Report{Verdicts: []policy.Verdict{{Outcome: policy.OK}}}}
			doc, err = Leave(out, doc, c.seal, nil)
			require.ErrorContains(t, err, c.want)
			assert.False(t, doc.Passes())
			said := published(t, dir)
			assert.False(t, said.Pass)
			assert.Equal(t, "invalid", said.Outcome)
			assert.Contains(t, said.Error, c.want)
		})
	}
}

func TestNoFileStaysOpenWhereTheOtherCannotBeMade(t *testing.T) {
	dir := t.TempDir()
	out, err := newFolder(dir)
	require.NoError(t, err)
	defer out.Close()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "anchor.txt", "taken"), 0o755))
	_, err = out.Begin(true)
	require.ErrorContains(t, err, "anchor.txt")
	open, err := filepath.Glob("/proc/self/fd/*") // where the system has them
	require.NoError(t, err)
	for _, fd := range open {
		file, _ := os.Readlink(fd) // the folder of the others is no longer open
		assert.NotContains(t, []string{filepath.Join(dir, "baseline.txt"), filepath.Join(dir, "candidate.txt")}, file)
	}
}

// The code under test can put into the gate's folder what it likes, and a pull request can bring the folder along.
func TestNothingIsWrittenOutsideTheOutputFolder(t *testing.T) {
	precious := "precious"
	for name, plant := range map[string]func(t *testing.T, module, out, outside string){
		"links in the place of files": func(t *testing.T, _, out, outside string) {
			for _, file := range []string{
				"verdict.json", "report.md", "summary.md", "report.html", "junit.xml", "baseline.txt", "candidate.txt", "bisect.json",
				"bisect.txt",
			} {
				require.NoError(t, os.Symlink(filepath.Join(outside, "file"), filepath.Join(out, file)))
			}
		},
		"dangling links": func(t *testing.T, _, out, outside string) {
			for _, file := range []string{"verdict.json", "report.md", "baseline.txt"} {
				require.NoError(t, os.Symlink(filepath.Join(outside, "new"), filepath.Join(out, file)))
			}
		},
		"links in the place of the gate's own": func(t *testing.T, module, _, outside string) {
			for _, file := range []string{"stamp", ".gitignore"} {
				require.NoError(t, os.Symlink(filepath.Join(outside, "file"), filepath.Join(module, folder, file)))
			}
		},
		"a link in the place of the profiles": func(t *testing.T, _, out, outside string) {
			require.NoError(t, os.Symlink(outside, filepath.Join(out, "profiles")))
		},
		"a link in the place of a search's steps": func(t *testing.T, _, out, outside string) {
			require.NoError(t, os.Symlink(outside, filepath.Join(out, "steps")))
		},
		"a link in the place of the output": func(t *testing.T, _, out, outside string) {
			require.NoError(t, os.Remove(out))
			require.NoError(t, os.Symlink(outside, out))
		},
		"a link in the place of the folder": func(t *testing.T, module, _, outside string) {
			require.NoError(t, os.RemoveAll(filepath.Join(module, folder)))
			require.NoError(t, os.Symlink(outside, filepath.Join(module, folder)))
		},
		"a link to another folder of the module": func(t *testing.T, module, _, _ string) {
			require.NoError(t, os.RemoveAll(filepath.Join(module, folder)))
			require.NoError(t, os.Mkdir(filepath.Join(module, "infer"), 0o755))
			require.NoError(t, os.Symlink("infer", filepath.Join(module, folder)))
		},
		"a file in the place of the folder": func(t *testing.T, module, _, _ string) {
			require.NoError(t, os.RemoveAll(filepath.Join(module, folder)))
			require.NoError(t, os.WriteFile(filepath.Join(module, folder), nil, 0o644))
		},
	} {
		t.Run(name, func(t *testing.T) {
			module, outside := t.TempDir(), t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(module, "go.mod"), []byte("module example.com/shop\n"), 0o644))
			require.NoError(t, os.WriteFile(filepath.Join(outside, "file"), []byte(precious), 0o644))
			inside := filepath.Join(module, folder, "TestGate")
			require.NoError(t, os.MkdirAll(inside, 0o755))
			plant(t, module, inside, outside)

			var doc report.Document
			out, _, err := Of(Test{Dir: module, Name: "TestGate"}, "")
			if err == nil {
				doc.Began = time.Now()
				results, err := out.Begin(true)
				require.NoError(t, err)
				for _, f := range results.files {
					_, err := f.WriteString("results")
					require.NoError(t, err)
				}
				require.NoError(t, results.Finish())
				_ = out.Profile("1.pb.gz", wholefile.Text("profile"))
				if below, err := out.Below("steps/01"); err == nil {
					_ = below.Write(Verdict, wholefile.Text("{}"))
					_ = below.Close()
				}
				_ = out.Search(report.Bisection{}, true)
				_ = out.RemoveBelow("steps")
				_, err = Leave(out, doc, unsealed, nil)
				require.NoError(t, err)
				assert.FileExists(t, filepath.Join(module, folder, "TestGate", "verdict.json"))
			} else {
				assert.ErrorContains(t, err, "output folder: ")
				assert.ErrorContains(t, err, "name another with -regress.out")
			}
			left, err := os.ReadDir(outside)
			require.NoError(t, err)
			assert.Len(t, left, 1, "something came")
			data, err := os.ReadFile(filepath.Join(outside, "file"))
			require.NoError(t, err)
			assert.Equal(t, precious, string(data))
			if entries, err := os.ReadDir(filepath.Join(module, "infer")); err == nil {
				assert.Empty(t, entries)
			}
		})
	}
}

func TestNoNameLeadsOutOfTheOutputFolder(t *testing.T) {
	for _, name := range []string{
		"TestGate", "../../..", "TestGate/../../../x", "/etc/passwd", "a//b", ".", "..",
		"C:\\x", "con\x00", "\n::error::", "TestGate/ .. /x",
	} {
		t.Run(name, func(t *testing.T) {
			top := t.TempDir()
			module := filepath.Join(top, "module")
			require.NoError(t, os.Mkdir(module, 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(module, "go.mod"), []byte("module example.com/shop\n"), 0o644))
			out, _, err := Of(Test{Dir: module, Name: name}, "")
			require.NoError(t, err)
			defer out.Close()
			require.NoError(t, out.Write("verdict.json", wholefile.Text("{}")))
			left, err := os.ReadDir(top)
			require.NoError(t, err)
			assert.Len(t, left, 1)
			within, err := filepath.Rel(filepath.Join(module, folder), out.Dir)
			require.NoError(t, err)
			assert.True(t, filepath.IsLocal(within) && within != ".", out.Dir)
			assert.FileExists(t, filepath.Join(out.Dir, "verdict.json"))
		})
	}
}

func TestWhatAKilledGateHadBegunToWriteGoesWithTheNext(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, mark(openRoot(t, dir)))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "profiles"), 0o755))
	for name, c := range map[string]struct {
		age   time.Duration
		stays bool
	}{
		".verdict.json-ABCDEFGHIJ":                        {time.Hour, false},
		".report.html-2345672345":                         {-time.Hour, false}, // a clock that was wrong
		"profiles/.1-Serve.cpu.baseline.pb.gz-ABCDEFGHIJ": {time.Hour, false},
		".summary.md-ABCDEFGHIJ":                          {0, true}, // another gate may be writing it
		".verdict.json-notours":                           {time.Hour, true},
		"mine-ABCDEFGHIJ":                                 {time.Hour, true},
	} {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, nil, 0o644))
		then := time.Now().Add(-c.age)
		require.NoError(t, os.Chtimes(file, then, then))
		out, err := newFolder(dir)
		require.NoError(t, err)
		require.NoError(t, out.Close())
		if c.stays {
			assert.FileExists(t, file)
		} else {
			assert.NoFileExists(t, file)
		}
	}
}

func TestOutputFolderStaysBelowItsParent(t *testing.T) {
	for name, want := range map[string]string{
		"TestGate":            "TestGate",
		"TestSelf/planted":    "TestSelf/planted",
		"TestGate/../../etc":  "TestGate/_/_/etc",
		"TestGate/a:b*c\x00d": "TestGate/a_b_c_d",
		"TestGate//. ./ok":    "TestGate/_/_/ok",
	} {
		assert.Equal(t, want, safe(name))
	}
}
