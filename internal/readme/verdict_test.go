package readme

import (
	"bufio"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
	// What the commands build: see serving_test.go.
	_ "github.com/tailgate-go/tailgate/internal/testbed/standin"
)

// The commands that lead from a server to a verdict are executed, on other ports and with shorter loads: two stand-ins, a gate of
// both, a recording of one and a gate against that. Where requests have a time at which they are due, a busy machine may be late,
// and nothing else may be wrong; the saved loads have none.
func TestFromAServerToAVerdict(t *testing.T) {
	if testing.Short() {
		t.Skip("builds, and gates servers for half a minute")
	}
	page := read(t, "docs/servers.md")
	trial, err := page.Block("sh", "serving/standin@latest")
	require.NoError(t, err)
	saved, err := page.Block("sh", "-baseline=none -candidate=")
	require.NoError(t, err)
	for _, shown := range read(t, "README.md").Blocks {
		if strings.Contains(shown.Text, "serving/standin@latest") {
			assert.Equal(t, trial.Text, shown.Text, "the README shows the page's commands")
		}
	}
	commands := append(trial.Commands(), saved.Commands()...)
	require.Len(t, commands, 4)

	dir, bin := t.TempDir(), t.TempDir()
	for name, pkg := range map[string]string{"tailgate": "./regress/tailgate", "standin": "./workload/serving/standin"} {
		build := exec.Command("go", "build", "-trimpath", "-o", filepath.Join(bin, name), pkg)
		build.Dir = root
		out, err := build.CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	ours := []string{
		"go run github.com/tailgate-go/tailgate/workload/serving/standin@latest", "exec standin",
		"go run github.com/tailgate-go/tailgate/regress/tailgate@latest", "tailgate", "-output-tokens=32", "",
		"-rate=20", "-rate=100 -output-tokens=8",
	}
	for _, stands := range []string{"127.0.0.1:8001", "127.0.0.1:8002"} {
		ours = append(ours, stands, free(t))
	}
	local := strings.NewReplacer(ours...)
	const at, inTurn = "-rate=100 -output-tokens=8", "-concurrency=16 -output-tokens=8"
	env := append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "REGRESS_PROFILE=off", "REGRESS_BUDGET=30s",
		"TAILGATE_LOCK="+filepath.Join(t.TempDir(), "x.lock"))

	standin := exec.Command("sh", "-c", local.Replace(commands[0].Line))
	standin.Dir, standin.Env, standin.Stderr = dir, env, os.Stderr
	said, err := standin.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, standin.Start())
	t.Cleanup(func() {
		_ = standin.Process.Signal(os.Interrupt)
		assert.NoError(t, standin.Wait(), "it ends well when it is interrupted")
	})
	lines := bufio.NewScanner(said)
	for range 2 {
		require.True(t, lines.Scan())
		assert.Regexp(t, `^llama of scenario standin takes requests at http://127\.0\.0\.1:\d+$`, lines.Text())
	}

	judged := func(load, out string) []verdictJSON {
		t.Helper()
		assert.Regexp(t, `workflow +Serving/case=flags/`+load+` `, out)
		data, err := os.ReadFile(filepath.Join(dir, ".tailgate/command/verdict.json"))
		require.NoError(t, err, out)
		var found struct{ Verdicts []verdictJSON }
		require.NoError(t, json.Unmarshal(data, &found))
		units := map[string]bool{}
		for _, v := range found.Verdicts {
			units[v.Unit] = true
			assert.True(t, v.Outcome != policy.Invalid || v.Code == policy.Late, out)
		}
		assert.Equal(t, map[string]bool{
			"p50-ttft-ns": true, "p95-ttft-ns": true, "p50-tpot-ns": true, "p95-tpot-ns": true, "errors-percent": true, "req/s": true,
		}, units, out)
		return found.Verdicts
	}
	out, _ := shell(dir, env, local.Replace(commands[1].Line))
	for _, v := range judged("rate=100", out) { // of twins, in turns
		assert.NotEqual(t, policy.Regressed, v.Outcome, out)
	}

	saving := strings.ReplaceAll(local.Replace(commands[2].Line), at, inTurn)
	out, err = shell(dir, env, saving)
	require.NoError(t, err, out)
	text, err := os.ReadFile(filepath.Join(dir, "before.txt"))
	require.NoError(t, err)
	assert.Regexp(t, regexp.MustCompile(`(?m)^#   TTFT +\d`), string(text))
	var results struct {
		Version int
		Runs    []struct{ Name string }
	}
	data, err := os.ReadFile(filepath.Join(dir, "before.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &results))
	assert.Equal(t, 1, results.Version)
	runs := strings.Count(string(text), "\nBenchmarkServing/case=flags/concurrency=16")
	assert.Len(t, results.Runs, runs)
	logged, err := os.ReadFile(filepath.Join(dir, "before.csv"))
	require.NoError(t, err)
	assert.Equal(t, 100*runs, strings.Count(string(logged), "\nflags,,16,")-runs, "and one for each run with b.N = 1")

	out, _ = shell(dir, env, strings.ReplaceAll(local.Replace(commands[3].Line), at, inTurn))
	for _, v := range judged("concurrency=16", out) { // not at the same time: what the machine did meanwhile may tell
		assert.NotEqual(t, policy.Invalid, v.Outcome, out)
	}
}

// verdictJSON is what verdict.json has of each.
type verdictJSON struct {
	Unit    string
	Outcome policy.Outcome
	Code    policy.Code
}

// free is an address of loopback that nobody has.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}
