package adoption

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/modtest"
	"github.com/tailgate-go/tailgate/internal/readme"
)

// What docs/history.md says to type after each commit keeps a history and shows it.
func TestHistoryOfAModule(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and measures")
	}
	dir, env := modtest.Unpack(t, "testdata/history.txtar")
	env = append(env, "REGRESS_PROFILE=off")
	page, err := readme.Read("../..", "docs/history.md")
	require.NoError(t, err)
	block, err := page.Block("sh", "-regress.history=../history")
	require.NoError(t, err)
	module := filepath.Join(dir, "shop")
	tailgate := filepath.Join(dir, "tailgate")
	command(t, modtest.Root(t), env, "go", "build", "-o", tailgate, "./regress/tailgate")
	must := func(line string) string {
		t.Helper()
		cmd := exec.Command("sh", "-c", line)
		cmd.Dir, cmd.Env = module, env
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s: %s", line, out)
		return string(out)
	}
	must("git init -q && git add -A && git commit -q -m first")
	for _, change := range []string{"second", "third"} {
		must("echo " + change + " > docs.md && git add -A && git commit -q -m " + change)
		for _, line := range block.Commands() {
			assert.Contains(t, must(strings.Replace(line.Line, "tailgate ", tailgate+" ", 1)), "along the line of commits")
		}
	}
	kept, err := os.ReadDir(filepath.Join(dir, "history"))
	require.NoError(t, err)
	assert.Len(t, kept, 4, "a file a report")
	for _, folder := range []string{"TestGate", "command"} {
		text, err := os.ReadFile(filepath.Join(module, ".tailgate", folder, "history.html"))
		require.NoError(t, err)
		assert.Regexp(t, `^0 of \d metrics? changed along 2 commits$`, between(string(text), "<h1>", "</h1>"))
		assert.FileExists(t, filepath.Join(module, ".tailgate", folder, "history.json"))
	}
}

// between is the part of text between the first begin and the end behind it.
func between(text, begin, end string) string {
	_, text, _ = strings.Cut(text, begin)
	text, _, _ = strings.Cut(text, end)
	return text
}
