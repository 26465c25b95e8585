package adoption

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/modtest"
	"github.com/tailgate-go/tailgate/internal/readme"
)

// TestTheSessionOfTheAnchorPage types what stands in the page's session, two steps after a release, and wants all of it, but for
// its numbers.
func TestTheSessionOfTheAnchorPage(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and measures")
	}
	page, err := readme.Read("../..", "docs/anchor.md")
	require.NoError(t, err)
	session, err := page.Block("console", "-regress.anchor=latest-tag")
	require.NoError(t, err)
	typed := session.Commands()
	require.Len(t, typed, 1)

	dir, env := modtest.Unpack(t, "testdata/script/anchor.txtar")
	env = append(env, "TAILGATE_LOCK="+filepath.Join(t.TempDir(), "lock"))
	run := func(line string) string {
		cmd := exec.Command("sh", "-c", line)
		cmd.Dir, cmd.Env = dir, env
		out, err := cmd.CombinedOutput()
		if line != typed[0].Line {
			require.NoError(t, err, "%s: %s", line, out)
		} else {
			require.Error(t, err, "it must go red: %s", out)
		}
		return string(out)
	}
	run("rm -rf second/*_test.go && git init -q -b main && git add -A && git commit -q -m 'keep the cache warm' && git tag v1.4.0")
	run("cp second/pace.go pace.go && git commit -q -a -m 'check the input' && cp third/pace.go pace.go")
	out := run(typed[0].Line)
	printed := strings.Join(strings.Fields(out), " ")
	_, shown, _ := strings.Cut(session.Text, "\n") // what was typed is above
	parts := strings.Split(shown, "...\n")
	require.Greater(t, len(parts), 3)
	for _, part := range parts {
		assert.Regexp(t, likeness(part), printed, "the gate does not print:\n%s\n%s", part, out)
	}
	assert.FileExists(t, filepath.Join(dir, ".tailgate/TestGate/anchor.txt"))
	data, err := os.ReadFile(filepath.Join(dir, ".tailgate/TestGate/verdict.json"))
	require.NoError(t, err)
	assert.Contains(t, string(data), `"outcome": "drifted"`)
}

var (
	figure   = regexp.MustCompile(`[0-9a-f]{12}|[0-9]+(\\\.[0-9]+)?`)
	launches = regexp.MustCompile(`, [0-9]+ launches`) // a verdict that settled before the last look does not tell
)

// likeness is the pattern of what was printed, on one line, with other numbers and hashes.
func likeness(text string) string {
	pattern := launches.ReplaceAllString(regexp.QuoteMeta(strings.Join(strings.Fields(text), " ")), `(, \d+ launches)?`)
	return figure.ReplaceAllString(pattern, `[0-9a-f.]+`)
}
