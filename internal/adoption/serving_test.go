package adoption

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	// The copy below is tailgate itself: without these go test would reuse a result from before it changed.
	_ "github.com/tailgate-go/tailgate/internal/testbed/stack"
	_ "github.com/tailgate-go/tailgate/workload/serving"

	"github.com/tailgate-go/tailgate/internal/modtest"
)

// clone makes a repository of this one's work tree, with one commit.
func clone(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	listed, err := exec.Command("git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		t.Skip("this is no git repository: ", err)
	}
	dir := t.TempDir()
	for name := range strings.SplitSeq(strings.TrimRight(string(listed), "\x00"), "\x00") {
		data, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) {
			continue // deleted, and not yet committed
		}
		require.NoError(t, err)
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o777))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o666))
	}
	modtest.Git(t, dir, "init", "-q", "-b", "main")
	modtest.Git(t, dir, "add", "-A")
	modtest.Git(t, dir, "commit", "-q", "-m", "as it stands")
	return dir
}

// The shipped gate on a service finds that adapters have three slots where they had fifteen, and nothing where nothing is: not in
// the same commit, and not in half a millisecond a request, which is below its floor of one.
func TestTheServingGateTellsAChangeOfTheService(t *testing.T) {
	if testing.Short() {
		t.Skip("it measures for half a minute")
	}
	dir := clone(t)
	gate := func(flags ...string) (string, error) {
		cmd := exec.Command("go", append([]string{"test", "-count=1", "-v", "-run", "^TestServingGate$", "./regress",
			"-regress.baseline=HEAD", "-regress.profile=off"}, flags...)...)
		cmd.Dir = dir
		began := time.Now()
		out, err := cmd.CombinedOutput()
		t.Log(time.Since(began).Round(time.Second), flags)
		return string(out), err
	}
	const verdict = "Serving/case=multi-lora-gate/rate=200 p50-ttft-ns: "

	out, err := gate()
	require.NoError(t, err, "%s", out)
	assert.Contains(t, out, "ok: "+verdict)

	out, err = gate("-regress.inject=500us")
	require.NoError(t, err, "%s", out)
	assert.Contains(t, out, "ok: "+verdict)

	file := filepath.Join(dir, "testdata", "scenarios", "multi-lora-gate.json")
	scenario, err := os.ReadFile(file)
	require.NoError(t, err)
	edited := strings.Replace(string(scenario), `"max_loras": 15`, `"max_loras": 3`, 1)
	require.NotEqual(t, string(scenario), edited)
	require.NoError(t, os.WriteFile(file, []byte(edited), 0o666))
	out, err = gate()
	require.Error(t, err, "%s", out)
	assert.Contains(t, out, "regressed: "+verdict)
}
