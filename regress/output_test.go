package regress

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

func TestEveryOutcomeHasItsPage(t *testing.T) {
	for name, doc := range map[string]report.Document{
		"ok":               {Report: policy.Report{Verdicts: []policy.Verdict{{Outcome: policy.OK}}}},
		"regressed":        {Report: policy.Report{Verdicts: []policy.Verdict{{Outcome: policy.Regressed, Fails: true}}}},
		"invalid":          {Error: "candidate: example.com/infer does not build"},
		"nothing to judge": {},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := newOutput(t.TempDir())
			require.NoError(t, err)
			doc.Began = time.Now()
			_, err = finish(doc, out, nil)
			require.NoError(t, err)
			for _, file := range []string{"verdict.json", "report.md", "summary.md", "report.html"} {
				assert.FileExists(t, filepath.Join(out.dir, file))
			}
			left, err := os.ReadDir(out.dir)
			require.NoError(t, err)
			assert.Len(t, left, 4, "no part of a file is left")
		})
	}
}

func TestAPageThatCannotBeWrittenChangesNoVerdict(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "report.html", "taken"), 0o755))
	out, err := newOutput(dir)
	require.NoError(t, err)
	doc := report.Document{Began: time.Now(), Report: policy.Report{Verdicts: []policy.Verdict{{Outcome: policy.OK}}}}
	result, err := finish(doc, out, nil)
	require.NoError(t, err)
	assert.True(t, result.Passes())
	assert.Contains(t, result.Text(), "not all reports could be written: rename")
	assert.FileExists(t, filepath.Join(dir, "verdict.json"))
}

// The code under test can put into the gate's folder what it likes, and a pull request can bring the folder along.
func TestNothingIsWrittenOutsideTheOutputFolder(t *testing.T) {
	precious := "precious"
	for name, plant := range map[string]func(t *testing.T, module, out, outside string){
		"links in the place of files": func(t *testing.T, _, out, outside string) {
			for _, file := range []string{"verdict.json", "report.md", "summary.md", "report.html", "baseline.txt", "candidate.txt"} {
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
			out, err := settings{}.output(module, "TestGate", &doc)
			if err == nil {
				doc.Began = time.Now()
				require.NoError(t, out.begin(&live{}))
				for _, f := range out.files {
					_, err := f.WriteString("results")
					require.NoError(t, err)
				}
				require.NoError(t, out.finish())
				_ = writeFile(out.root, "profiles/1.pb.gz", text("profile"))
				_, err = finish(doc, out, nil)
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
	for _, name := range []string{"TestGate", "../../..", "TestGate/../../../x", "/etc/passwd", "a//b", ".", "..", "C:\\x", "con\x00", "\n::error::", "TestGate/ .. /x"} {
		t.Run(name, func(t *testing.T) {
			top := t.TempDir()
			module := filepath.Join(top, "module")
			require.NoError(t, os.Mkdir(module, 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(module, "go.mod"), []byte("module example.com/shop\n"), 0o644))
			out, err := settings{}.output(module, name, &report.Document{})
			require.NoError(t, err)
			defer out.close()
			require.NoError(t, writeFile(out.root, "verdict.json", text("{}")))
			left, err := os.ReadDir(top)
			require.NoError(t, err)
			assert.Len(t, left, 1)
			within, err := filepath.Rel(filepath.Join(module, folder), out.dir)
			require.NoError(t, err)
			assert.True(t, filepath.IsLocal(within) && within != ".", out.dir)
			assert.FileExists(t, filepath.Join(out.dir, "verdict.json"))
		})
	}
	for _, name := range []string{"../../x", "Chat/../../x", "a/b", "a\x00b", "-flag", "x; rm -rf /", "", "\x1b[2J"} {
		assert.Regexp(t, `^[A-Za-z0-9.=_-]*$`, plainName(name))
	}
}

func TestAFileThatIsTooLargeIsNotRead(t *testing.T) {
	name := filepath.Join(t.TempDir(), "policy.json")
	require.NoError(t, os.WriteFile(name, make([]byte, 1025), 0o644))
	_, err := readFile(name, 1024)
	require.EqualError(t, err, name+": more than 1 KiB")
	data, err := readFile(name, 1025)
	require.NoError(t, err)
	assert.Len(t, data, 1025)
	if _, err := os.Stat("/dev/zero"); err == nil {
		_, err := Gate{PolicyFile: "/dev/zero"}.settle(fromNowhere)
		assert.EqualError(t, err, "Gate.PolicyFile: /dev/zero: more than 2048 KiB; leave the policy out for the default: p95-ns, 10 %, 1 ms")
	}
}

func TestWhatAKilledGateHadBegunToWriteGoesWithTheNext(t *testing.T) {
	dir := t.TempDir()
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
		out, err := newOutput(dir)
		require.NoError(t, err)
		require.NoError(t, out.close())
		if c.stays {
			assert.FileExists(t, file)
		} else {
			assert.NoFileExists(t, file)
		}
	}
}
