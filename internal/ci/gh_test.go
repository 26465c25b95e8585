package ci

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// gh stands for GitHub's command, on a PATH of its own: it notes how it was called and what it was to post.
type gh struct {
	t   *testing.T
	dir string
}

const fakeGH = `#!/bin/sh
dir=${0%/*}
echo "$*" >>"$dir/calls"
if [ -e "$dir/denied" ]; then
	echo 'HTTP 403: Resource not accessible by integration' >&2
	exit 1
fi
case $* in
*--jq*) cat "$dir/comments" ;;
*--field*) for last; do :; done; cp "${last#body=@}" "$dir/body" ;;
esac
`

func newGH(t *testing.T) gh {
	t.Helper()
	g := gh{t, t.TempDir()}
	g.file("comments", "")
	require.NoError(t, os.WriteFile(filepath.Join(g.dir, "gh"), []byte(fakeGH), 0o755))
	return g
}

func (g gh) file(name, text string) {
	g.t.Helper()
	require.NoError(g.t, os.WriteFile(filepath.Join(g.dir, name), []byte(text), 0o644))
}

// env is an environment in which gh is found first.
func (g gh) env(env []string) []string {
	path := os.Getenv("PATH")
	for _, pair := range env {
		if value, ok := strings.CutPrefix(pair, "PATH="); ok {
			path = value
		}
	}
	return []string{"PATH=" + g.dir + string(filepath.ListSeparator) + path}
}

func (g gh) calls() string { g.t.Helper(); return read(g.t, filepath.Join(g.dir, "calls")) }
func (g gh) body() string  { g.t.Helper(); return read(g.t, filepath.Join(g.dir, "body")) }

// comment runs the action's script on a page.
func comment(t *testing.T, env []string) {
	t.Helper()
	temp := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(temp, "tailgate-page.md"), []byte("## tailgate\n"), 0o644))
	cmd := exec.Command("bash", filepath.Join(repository(t), ".github/actions/gate/comment.sh"))
	cmd.Env = append(os.Environ(), "RUNNER_TEMP="+temp, "GITHUB_REPOSITORY=shop/shop", "GITHUB_JOB=gate", "PULL_REQUEST=7",
		"GITHUB_WORKFLOW=Perf", "GATE_ARTIFACT=tailgate", "GATE_DIRECTORY=.")
	cmd.Env = append(cmd.Env, env...)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Empty(t, string(out), "a comment is a courtesy: nobody is to read of it in the log")
}

func TestComment(t *testing.T) {
	const marker = "<!-- tailgate workflow=Perf job=gate artifact=tailgate folder=. -->"
	t.Run("is another one for each use", func(t *testing.T) {
		seen := map[string]bool{}
		for _, c := range []struct{ env, title string }{
			{"GITHUB_JOB=gate", "### Perf, gate\n"},
			{"GITHUB_JOB=other", "### Perf, other\n"},
			{"GITHUB_WORKFLOW=Nightly", "### Nightly, gate\n"},
			{"GATE_ARTIFACT=tailgate-1.26", "### Perf, gate, tailgate-1.26\n"},
			{"GATE_ARTIFACT=", "### Perf, gate, no artifact\n"},
			{"GATE_DIRECTORY=infer", "### Perf, gate, in infer\n"},
			{`GITHUB_WORKFLOW=a "b" --> $(id)` + "\n`c`", "### a _b_ --_ __id___c_, gate\n"},
		} {
			g := newGH(t)
			comment(t, append(g.env(nil), c.env))
			line, rest, _ := strings.Cut(g.body(), "\n")
			assert.Equal(t, c.title, strings.TrimSuffix(rest, "\n## tailgate\n"))
			assert.Regexp(t, `^<!-- tailgate [^">$\x60]* -->$`, line)
			assert.Contains(t, g.calls(), `startswith("`+line+`")`)
			seen[line] = true
		}
		assert.Len(t, seen, 7)
	})
	t.Run("is posted once", func(t *testing.T) {
		g := newGH(t)
		comment(t, g.env(nil))
		assert.Contains(t, g.calls(), "api --paginate repos/shop/shop/issues/7/comments --jq ")
		assert.Contains(t, g.calls(), `.user.login == "github-actions[bot]" and (.body | startswith("`+marker+`"))`)
		assert.Contains(t, g.calls(), "api --silent --method POST repos/shop/shop/issues/7/comments --field body=@")
		assert.Equal(t, marker+"\n### Perf, gate\n\n## tailgate\n", g.body())
	})
	t.Run("is then replaced", func(t *testing.T) {
		g := newGH(t)
		g.file("comments", "101\n102\n")
		comment(t, g.env(nil))
		assert.Contains(t, g.calls(), "api --silent --method PATCH repos/shop/shop/issues/comments/101 --field body=@")
		assert.NotContains(t, g.calls(), "POST")
		assert.Equal(t, marker+"\n### Perf, gate\n\n## tailgate\n", g.body())
	})
	t.Run("is silently left out where it is not permitted", func(t *testing.T) {
		g := newGH(t)
		g.file("denied", "")
		comment(t, g.env(nil))
		assert.NotContains(t, g.calls(), "--field")
	})
	t.Run("is silently left out where there is no gh", func(t *testing.T) {
		bin := t.TempDir()
		for _, name := range []string{"bash", "cat"} {
			path, err := exec.LookPath(name)
			require.NoError(t, err)
			require.NoError(t, os.Symlink(path, filepath.Join(bin, name)))
		}
		comment(t, []string{"PATH=" + bin})
	})
}
