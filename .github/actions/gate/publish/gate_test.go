package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// command is a line that the runner takes for one of ours: a mark, with no property but these and nothing after the text.
var command = regexp.MustCompile(`^::(error|warning|notice) (file=[^,:]*,line=\d+,)?title=[^,:\r\n]*::[^\r\n]*$`)

// FuzzReadGate holds that a verdict.json of any content is refused in words, or leads to commands of ours alone, and to an outcome
// that there is.
func FuzzReadGate(f *testing.F) {
	f.Setenv("PATH", "") // the go command is not asked where a package is
	dir := f.TempDir()
	name := filepath.Join(dir, "verdict.json")
	for _, text := range []string{
		`{"name": "TestGate", "outcome": "regressed", "verdicts": [{"package": "example.com/shop", "benchmark": "Chat", "unit": "p95-ns",
			"outcome": "regressed", "fails": true, "reason": "the whole interval is beyond both limits", "change_percent": 48.9}]}`,
		`{"outcome": "invalid", "error": "baseline: no such commit\n::set-output name=outcome::ok"}`,
		`{"outcome": "ok", "pass": true, "planted": "50%", "verdicts": [{"benchmark": "\u001b[31m\r\n::error::x", ` +
			`"outcome": "inconclusive"}, {"outcome": "blind"}, {"outcome": "invalid"}]}`,
		`{"outcome": "fine"}`, `{"outcome": "ok", "verdicts": [null]}`, `[]`, `null`, ``, `{"outcome": "ok"} {}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		require.NoError(t, os.WriteFile(name, data, 0o644))
		g, err := readGate(name, time.Time{})
		if err != nil {
			require.Nil(t, g)
			require.Regexp(t, command, mark{level: "error", title: "tailgate", text: err.Error()}.String())
			return
		}
		require.Contains(t, byGravity, g.Outcome)
		levels := map[string]int{}
		for _, m := range marks([]gate{*g, *g}) {
			line := m.String()
			require.Regexp(t, command, line)
			levels[m.level]++
		}
		for level, n := range levels {
			require.LessOrEqual(t, n, mostMarks+2, level) // and an error of each gate
		}
		lines := strings.Split(assignments(map[string]string{"outcome": g.Outcome}), "\n")
		require.Len(t, lines, 4)
		require.Equal(t, g.Outcome, lines[1])
	})
}

func TestWhatCannotBeReadInTheWorkspaceIsPassedOver(t *testing.T) {
	top := t.TempDir()
	for _, dir := range []string{"data/.tailgate", "shop/.tailgate/TestGate", "shop/.git/.tailgate"} {
		require.NoError(t, os.MkdirAll(filepath.Join(top, filepath.FromSlash(dir)), 0o755))
	}
	s := searched{top: top}
	walk := func(unreadable string) error {
		s.found = nil
		return filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
			// as WalkDir does it, once it has tried to read the folder
			if path == unreadable {
				if err := s.visit(path, entry, fs.ErrPermission); err != nil {
					return err
				}
				return fs.SkipDir
			}
			return s.visit(path, entry, err)
		})
	}
	require.NoError(t, walk(filepath.Join(top, "data")))
	want := []string{filepath.Join(top, "shop", ".tailgate")}
	require.Equal(t, want, s.found)
	require.ErrorIs(t, walk(top), fs.ErrPermission)

	if os.Getuid() == 0 {
		return // who may read everything
	}
	require.NoError(t, os.Chmod(filepath.Join(top, "data"), 0))
	defer os.Chmod(filepath.Join(top, "data"), 0o755)
	t.Setenv("GITHUB_WORKSPACE", top)
	found, err := resultFolders()
	require.NoError(t, err)
	require.Equal(t, want, found)
	gate := filepath.Join(top, "shop", ".tailgate", "TestGate")
	require.NoError(t, os.Chmod(gate, 0))
	defer os.Chmod(gate, 0o755)
	t.Setenv("RUNNER_TEMP", t.TempDir())
	require.NoError(t, os.WriteFile(filepath.Join(os.Getenv("RUNNER_TEMP"), "tailgate-began"), nil, 0o644))
	_, err = findGates(found)
	require.ErrorIs(t, err, fs.ErrPermission, "a gate's own folder is another thing")
}

// The comment of an earlier push says that its gates passed: where none was started, it does not stay.
func TestAPageIsLeftWhereNoGateWasStarted(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("GITHUB_WORKSPACE", t.TempDir())
	t.Setenv("RUNNER_TEMP", temp)
	require.ErrorContains(t, publish(), "the gate was not started")
	text, err := os.ReadFile(filepath.Join(temp, "tailgate-page.md"))
	require.NoError(t, err)
	require.Contains(t, string(text), "FAIL: invalid: no gate has left a verdict")
}
