package ci

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// The tests that gate are a pull request's code: they get no handle on the runner, and what they print is no command.
func TestTestsDoNotOrderTheRunnerAbout(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go"), []byte("#!/bin/sh\nenv\necho args: \"$@\"\nexit 3\n"), 0o755))
	cmd := exec.Command("bash", filepath.Join(repository(t), ".github/actions/gate/gate.sh"))
	withheld := []string{"ACTIONS_RUNTIME_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH",
		"GITHUB_STATE", "GITHUB_STEP_SUMMARY"}
	cmd.Env = []string{
		"PATH=" + dir + ":" + os.Getenv("PATH"), "RUNNER_TEMP=" + dir, "GITHUB_SHA=kept", "GITHUB_BASE_REF=main",
		"GATE_DIRECTORY=" + dir, "GATE_RUN=^TestGate$",
		"GATE_PACKAGES=. ./more\n  ./last\n", "GATE_BENCH=", "GATE_BASELINE=", "GATE_ANCHOR=v1.4.0", "GATE_POLICY=",
		"GATE_ACCEPT=off", "GATE_HISTORY=past", "GATE_BUDGET=", "GATE_INJECT=", "GATE_EXPECT=",
		"GATE_TIMEOUT=1h", "GATE_SHARD=", "GATE_COSTS=", "GATE_IN=", "GATE_OUT=",
	}
	for _, name := range withheld {
		cmd.Env = append(cmd.Env, name+"=hunter2")
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	assert.Equal(t, 3, exit.ExitCode(), "that of go test")
	log := string(out)
	assert.Contains(t, log, "args: test -v -count=1 -timeout 1h -run ^TestGate$ . ./more ./last\n", "lines part packages as spaces do")
	assert.Contains(t, log, "GITHUB_SHA=kept\n")
	assert.Contains(t, log, "REGRESS_ANCHOR=v1.4.0\n")
	assert.Contains(t, log, "REGRESS_ACCEPT=off\n")
	assert.Contains(t, log, "REGRESS_HISTORY="+dir+"/past\n")
	assert.NotContains(t, log, "REGRESS_BASELINE")
	assert.Contains(t, log, "GITHUB_BASE_REF=main\n")
	assert.NotContains(t, log, "hunter2")

	first, rest, _ := strings.Cut(log, "\n")
	token, found := strings.CutPrefix(first, "::stop-commands::")
	require.True(t, found, first)
	assert.Regexp(t, `^[0-9a-f]{32}$`, token)
	assert.True(t, strings.HasSuffix(rest, "\n::"+token+"::\n"))
	assert.Equal(t, 1, strings.Count(rest, token), "what is printed meanwhile cannot know it")
}

// What an earlier use in the same job left must not be taken for this one's, whose set-up may fail before any of it is made anew.
func TestAUseOfTheActionBeginsWithoutWhatAnEarlierOneLeft(t *testing.T) {
	var action struct {
		Runs struct {
			Steps []struct{ If, Run string }
		}
	}
	require.NoError(t, yaml.Unmarshal([]byte(read(t, filepath.Join(repository(t), ".github/actions/gate/action.yml"))), &action))
	first := action.Runs.Steps[0]
	assert.Equal(t, "always()", first.If, "the use may be one that runs after a failure")

	l := newLeft(t, buildPublish(t))
	l.gate(".tailgate/TestGate", verdictOf("ok", true, ""))
	passed, _, _, _ := l.publish()
	require.True(t, passed)
	require.FileExists(t, filepath.Join(l.temp, "tailgate-page.md"))

	for range 2 { // there may be nothing to remove
		cmd := exec.Command("bash", "-e", "-o", "pipefail", "-c", first.Run)
		cmd.Env = append(os.Environ(), "RUNNER_TEMP="+l.temp)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	passed, log, _, _ := l.publish()
	assert.False(t, passed)
	assert.Contains(t, log, "the gate was not started")
	page := read(t, filepath.Join(l.temp, "tailgate-page.md"))
	assert.Contains(t, page, "FAIL: invalid: no gate has left a verdict", "what the comment says is not of the earlier use")
	assert.NotContains(t, page, "PASS")
}
