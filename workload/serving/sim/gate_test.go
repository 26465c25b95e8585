package sim

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// scenario is a load on all adapters, in a file. How late its requests are sent counts as latency, and is no matter beside that.
func scenario(t *testing.T) string {
	t.Helper()
	var shares []map[string]any
	for i := range adapters {
		shares = append(shares, map[string]any{"name": adapter(i), "share": 1.0 / adapters})
	}
	return written(t, "simulator.json", map[string]any{
		"version": 1, "name": "simulator", "model": model, "adapters": shares,
		"dataset": map[string]any{"synthetic": map[string]any{"input_tokens": 50, "output_tokens": 4}},
		"rates":   []int{200}, "prompts": 30, "stream": true, "ignore_eos": true, "timeout": "30s", "max_lag_percent": 1e6,
	})
}

// rules are those of the default policy for servers that a short run can be judged by.
func rules(t *testing.T) string {
	t.Helper()
	return written(t, "policy.json", map[string]any{"version": 1, "rules": []map[string]any{
		{"metric": "p50-ns", "stage": "ttft", "max_regression_percent": 10, "min_regression": "5ms"},
		{"metric": "p50-ns", "stage": "tpot", "max_regression_percent": 10, "min_regression": "500us"},
		{"metric": "errors-percent", "max_regression_percent": 0, "min_regression": 1, "direction": "lower"},
	}})
}

// written is a file with the value as JSON.
func written(t *testing.T, name string, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(file, text, 0o644))
	return file
}

// command is the gate as a program.
func command(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "tailgate")
	out, err := exec.Command("go", "build", "-C", "../../..", "-trimpath", "-o", file, "./regress/tailgate").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return file
}

// gate compares two servers, and returns the exit status and each rule's outcome, by unit.
func gate(t *testing.T, command string, flags ...string) (status int, outcomes map[string]string, out string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), command, flags...)
	cmd.Dir = t.TempDir()
	text, err := cmd.CombinedOutput()
	failed, ok := errors.AsType[*exec.ExitError](err)
	if ok {
		status = failed.ExitCode()
	} else {
		require.NoError(t, err)
	}
	var verdict struct {
		Verdicts []struct{ Unit, Outcome string }
	}
	data, err := os.ReadFile(filepath.Join(cmd.Dir, ".tailgate", "command", "verdict.json"))
	require.NoError(t, err, "%s", text)
	require.NoError(t, json.Unmarshal(data, &verdict))
	outcomes = map[string]string{}
	for _, v := range verdict.Verdicts {
		outcomes[v.Unit] = v.Outcome
	}
	return status, outcomes, string(text)
}

// The gate finds what the simulator of the candidate was told to do otherwise, on the metrics that show it. Where a metric must be
// ok the simulator's times are long beside the stalls of a busy machine, of some 30 ms: a tenth of the time to first token, and of
// the time of all tokens after it, is 20 ms.
func TestTheGateTellsWhatTheSimulatorDoes(t *testing.T) {
	if testing.Short() {
		t.Skip("runs gates for a minute")
	}
	flags := []string{"-scenario=" + scenario(t), "-policy=" + rules(t)}
	tailgate := command(t)
	const ttft, tpot, failed = "p50-ttft-ns", "p50-tpot-ns", "errors-percent"
	for _, c := range []struct {
		name      string
		ttft, itl string
		changed   []string
		status    int
		outcomes  map[string]string
	}{
		{"fifteen adapters at once, as before", "200ms", "66ms", nil, 0, map[string]string{ttft: "ok", tpot: "ok", failed: "ok"}},
		{"three adapters at once", "100ms", "10ms", []string{"--max-loras=3"}, 1, map[string]string{ttft: "regressed", failed: "ok"}},
		{"tokens take 15 % longer", "200ms", "66ms", []string{"--inter-token-latency=76ms"}, 1,
			map[string]string{ttft: "ok", tpot: "regressed", failed: "ok"}},
		{"one request of five is refused", "50ms", "10ms", []string{"--failure-injection-rate=20", "--failure-types=rate_limit"}, 1,
			map[string]string{failed: "regressed"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			times := []string{"--time-to-first-token=" + c.ttft, "--inter-token-latency=" + c.itl}
			baseline, candidate := simulate(t, times...), simulate(t, append(times, c.changed...)...)
			status, outcomes, out := gate(t, tailgate, append(flags, "-baseline="+baseline, "-candidate="+candidate)...)
			assert.Equal(t, c.status, status, "%s", out)
			assert.Len(t, outcomes, 3, "%s", out)
			for unit, outcome := range c.outcomes {
				assert.Equal(t, outcome, outcomes[unit], "%s: %s", unit, out)
			}
		})
	}
}
