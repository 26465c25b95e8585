package adoption

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/modtest"
)

// quick is a scenario of one model, whose service may work on so many requests at once.
func quick(t *testing.T, dir, name string, atOnce int) string {
	t.Helper()
	s := map[string]any{
		"version": 1, "name": name, "model": "llama", "rates": []int{100}, "prompts": 60, "stream": true, "ignore_eos": true,
		"stack": map[string]any{"device": "h100", "replicas": 1, "max_num_seqs": atOnce, "max_model_len": 2048},
		"dataset": map[string]any{
			"file": filepath.Join(modtest.Root(t), "testdata", "datasets", "infinity-instruct.json"), "max_input_tokens": 1024,
			"max_output_tokens": 80,
		},
		"timeout": "30s", "max_lag_percent": 1e6,
	}
	data, err := json.Marshal(s)
	require.NoError(t, err)
	file := filepath.Join(dir, name+".json")
	require.NoError(t, os.WriteFile(file, data, 0o644))
	return file
}

// A team without Go code starts two servers and gates them by the command, or one against what it was before.
func TestTheCommandLoadsServers(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and measures")
	}
	dir := t.TempDir() // no module, no repository
	env := append(os.Environ(), apart(t.TempDir())...)
	tools := map[string]string{}
	for name, pkg := range map[string]string{"tailgate": "./regress/tailgate", "standin": "./workload/serving/standin"} {
		tools[name] = filepath.Join(t.TempDir(), name)
		command(t, modtest.Root(t), env, "go", "build", "-trimpath", "-o", tools[name], pkg)
	}
	host := func(scenario string) (url string) {
		cmd := exec.Command(tools["standin"], scenario)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		t.Cleanup(func() {
			_ = cmd.Process.Signal(os.Interrupt)
			assert.NoError(t, cmd.Wait(), "it ends well when it is interrupted")
		})
		line, err := bufio.NewReader(out).ReadString('\n')
		require.NoError(t, err)
		return line[strings.LastIndex(line, "http://") : len(line)-1]
	}
	gate := func(args ...string) (status int, out string) {
		cmd := exec.Command(tools["tailgate"], args...)
		cmd.Dir, cmd.Env = dir, env
		data, err := cmd.CombinedOutput()
		if failed, ok := errors.AsType[*exec.ExitError](err); ok {
			return failed.ExitCode(), string(data)
		}
		require.NoError(t, err)
		return 0, string(data)
	}
	scenario := "-scenario=" + quick(t, dir, "chat", 64)
	before, same, slow := host(quick(t, dir, "wide", 64)), host(quick(t, dir, "wide", 64)), host(quick(t, dir, "narrow", 16))

	status, out := gate(scenario, "-baseline="+before, "-candidate="+same, "-budget=20s")
	assert.Contains(t, []int{0, 2}, status, "%s", out)
	status, out = gate(scenario, "-baseline="+before, "-candidate="+slow)
	assert.Equal(t, 1, status, "%s", out)
	var verdict struct {
		Verdicts []struct{ Package, Unit, Outcome string }
	}
	data, err := os.ReadFile(filepath.Join(dir, ".tailgate", "command", "verdict.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &verdict))
	outcomes := map[string]string{}
	for _, v := range verdict.Verdicts {
		outcomes[v.Unit] = v.Outcome
		assert.Equal(t, "github.com/tailgate-go/tailgate/regress/tailgate", v.Package)
	}
	assert.Equal(t, "regressed", outcomes["p50-ttft-ns"], "%s", out)
	assert.Equal(t, "ok", outcomes["errors-percent"], "%s", out)

	saved := filepath.Join(dir, "before.txt")
	status, out = gate(scenario, "-baseline=none", "-candidate="+before)
	require.Equal(t, 0, status, "%s", out)
	assert.Equal(t, 10, strings.Count(out, "\nBenchmarkServing/case=chat/rate=100"), "%s", out)
	assert.Equal(t, 1, strings.Count(out, "\n# case=chat/rate=100, 600 of 600 requests succeeded"), "one table of all runs: %s", out)
	require.NoError(t, os.WriteFile(saved, []byte(out), 0o644))
	status, out = gate(scenario, "-baseline="+saved, "-candidate="+same)
	assert.Contains(t, []int{0, 2}, status, "%s", out)
	status, out = gate(scenario, "-baseline="+saved, "-candidate="+slow)
	assert.Equal(t, 1, status, "%s", out)

	// Without a file, and with so many requests under way: two addresses, and one against saved results.
	clients := []string{"-model=llama", "-concurrency=16", "-requests=60", "-output-tokens=8", "-budget=20s"}
	status, out = gate(append(clients, "-baseline="+before, "-candidate="+same)...)
	assert.Contains(t, []int{0, 2}, status, "%s", out)
	assert.Contains(t, out, "Serving/case=flags/concurrency=16")
	results, log := filepath.Join(dir, "before.json"), filepath.Join(dir, "before.csv")
	status, out = gate(append(clients[:len(clients)-1:len(clients)-1], "-baseline=none", "-candidate="+before, "-results="+results,
		"-log="+log)...)
	require.Equal(t, 0, status, "%s", out)
	var kept struct{ Runs []struct{ Name string } }
	data, err = os.ReadFile(results)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &kept))
	assert.Len(t, kept.Runs, 10, "all processes' runs")
	data, err = os.ReadFile(log)
	require.NoError(t, err)
	assert.Equal(t, 10*(60+1), strings.Count(string(data), "\nflags,,16,"), "and one request of each run with b.N = 1")
	require.NoError(t, os.WriteFile(saved, []byte(out), 0o644))
	status, out = gate(append(clients, "-baseline="+saved, "-candidate="+same)...)
	assert.Contains(t, []int{0, 2}, status, "%s", out)
	assert.Contains(t, out, "Serving/case=flags/concurrency=16")

	for what, args := range map[string][]string{
		"no servers":                 {scenario},
		"one server and no baseline": {scenario, "-candidate=" + before},
		"a server and a revision":    {scenario, "-candidate=" + before, "-baseline=HEAD"},
		"packages, too":              {scenario, "-candidate=" + before, "-baseline=" + same, "./..."},
		"a planted slowdown":         {scenario, "-candidate=" + before, "-baseline=" + same, "-inject=5ms"},
		"no such scenario":           {"-scenario=none.json", "-candidate=" + before, "-baseline=" + same},
		"no such flag":               {"-model=llama", "-rate=slow", "-candidate=" + before, "-baseline=" + same},
		"a file and flags":           {scenario, "-rate=5", "-candidate=" + before, "-baseline=" + same},
		"results of many rounds":     {scenario, "-results=r.json", "-candidate=" + before, "-baseline=" + same},
		"a recording with a budget":  {scenario, "-baseline=none", "-candidate=" + before, "-budget=20s"},
		"nobody answers":             {scenario, "-candidate=" + before, "-baseline=http://127.0.0.1:1"},
	} {
		status, out := gate(args...)
		assert.Equal(t, 3, status, "%s: %s", what, out)
	}
}
