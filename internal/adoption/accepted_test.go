package adoption

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/modtest"
	"github.com/tailgate-go/tailgate/internal/readme"
)

// The session of the page on slowdowns that are meant: red, a trailer, accepted.
func TestDocsOfAccepted(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and measures")
	}
	dir, env := modtest.Unpack(t, "testdata/script/accepted.txtar")
	page, err := readme.Read("../..", "docs/accepted.md")
	require.NoError(t, err)
	session, err := page.Block("sh", "git commit -q --amend")
	require.NoError(t, err)
	run := func(line string) (string, error) {
		cmd := exec.Command("sh", "-c", line)
		cmd.Dir, cmd.Env = dir, append(env, "TAILGATE_LOCK="+filepath.Join(dir, ".tmp", "tailgate.lock"))
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	out, err := run("mkdir .tmp && git init -q -b main && git add -A && git commit -q -m first && git tag v1.4.0 && " +
		"cp testdata/slow.go work.go && git commit -q -a -m slow")
	require.NoError(t, err, out)
	commands := session.Commands()
	require.Len(t, commands, 3)
	out, err = run(commands[0].Line)
	require.Error(t, err, out)
	assert.Contains(t, out, "FAIL: 1 regressed")
	assert.Contains(t, out, "Perf-Accept: example.com/shop/Wait ns/op <=+")
	for _, c := range commands[1:] {
		out, err = run(c.Line)
		require.NoError(t, err, out)
	}
	assert.Contains(t, out, "PASS: 1 accepted")
	assert.Contains(t, out, "answers are checked now")
}
