package deploy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/fleet"
	"github.com/tailgate-go/tailgate/internal/modtest"
)

// counting is a server whose reply depends on nothing but the request, and which counts how often it got each.
type counting struct {
	mu  sync.Mutex
	got map[string]int // by body
}

func (c *counting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if !bytes.Contains(body, []byte(`"max_tokens":1,`)) { // a first request is none of the load
		c.mu.Lock()
		c.got[string(body)]++
		c.mu.Unlock()
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"id":"1","choices":[{"index":0,"text":"x","finish_reason":"length"}],
		"usage":{"prompt_tokens":7,"completion_tokens":%d,"total_tokens":9}}`, 1+len(body)%50)
}

// counted is a server in this process, and its address.
func counted(t *testing.T) (*counting, string) {
	c := &counting{got: map[string]int{}}
	s := httptest.NewServer(c)
	t.Cleanup(s.Close)
	return c, s.URL
}

// written is a scenario of 301 requests at each of two rates, in a file. Its prompts are the same in every process.
func written(t *testing.T) string {
	t.Helper()
	text, err := json.Marshal(map[string]any{
		"version": 1, "name": "case", "model": "m",
		"adapters": []map[string]any{{"name": "a-1", "share": 0.7, "tier": "high"}, {"name": "a-2", "share": 0.3, "tier": "low"}},
		"dataset":  map[string]any{"file": filepath.Join(modtest.Root(t), "testdata/datasets/billsum.json"), "seed": 3},
		"arrivals": map[string]any{"seed": 5}, "rates": []int{600, 700}, "prompts": 301, "idle": "2s", "timeout": "20s",
		"cache": "warm", // cold prompts begin with words of each process's own
	})
	require.NoError(t, err)
	name := filepath.Join(t.TempDir(), "case.json")
	require.NoError(t, os.WriteFile(name, text, 0o644))
	return name
}

// closed is a scenario of numbers of requests under way, in a file.
func closed(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "closed.json")
	require.NoError(t, os.WriteFile(name, []byte(`{"version": 1, "name": "closed", "model": "m", "prompts": 9, "concurrency": [1, 8],
		"dataset": {"synthetic": {"input_tokens": 9, "output_tokens": 9}}}`), 0o644))
	return name
}

// generator is this test binary, with settings in its environment.
func generator(t *testing.T, env ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^$", "-test.bench=^BenchmarkLoad$", "-test.benchtime=1x")
	cmd.Env = append(os.Environ(), env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	return cmd, &out
}

// merge is what this binary makes of outputs.
func merge(t *testing.T, outputs string) (string, error) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestMerge$", "-workload.in=-")
	cmd.Stdin = strings.NewReader(outputs)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// shards runs eight of them, of which one may be killed when it has printed its first rate. It does not matter whether they were
// on time: on a busy machine they are not.
func shards(t *testing.T, scenario, url string, killed int) string {
	t.Helper()
	start := time.Now().Add(8 * time.Second) // a busy machine has eight processes up by then
	var cmds []*exec.Cmd
	var outs []*bytes.Buffer
	for i := range 8 {
		cmd, out := generator(t, "TAILGATE_SCENARIO="+scenario, "TAILGATE_TARGET="+url, "TAILGATE_SHARDS=8",
			fmt.Sprintf("JOB_COMPLETION_INDEX=%d", i),
			"TAILGATE_START="+start.Format(time.RFC3339Nano))
		if i+1 == killed {
			reads, writes := io.Pipe()
			cmd.Stdout = io.MultiWriter(out, writes)
			cmd.Stderr = cmd.Stdout // as one: a buffer takes one writer at a time
			defer writes.Close()
			go killAfterFirstShare(cmd, reads)
		}
		require.NoError(t, cmd.Start())
		cmds, outs = append(cmds, cmd), append(outs, out)
	}
	var all strings.Builder
	for i, cmd := range cmds {
		_ = cmd.Wait() // it fails when it was late or killed, and the outputs say so
		all.WriteString(outs[i].String() + "\n")
	}
	return all.String()
}

// killAfterFirstShare kills a generator once it has printed a rate, and reads on until its output ends.
func killAfterFirstShare(cmd *exec.Cmd, out io.Reader) {
	var seen bytes.Buffer
	buffer := make([]byte, 4<<10)
	for {
		n, err := out.Read(buffer)
		if seen.Write(buffer[:n]); bytes.Contains(seen.Bytes(), []byte("\n#tailgate-distribution ")) {
			_ = cmd.Process.Kill()
		}
		if err != nil {
			return
		}
	}
}

func TestEightProcessesSendWhatOneSends(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for eight processes")
	}
	scenario := written(t)
	alone, url := counted(t)
	cmd, out := generator(t, "TAILGATE_SCENARIO="+scenario, "TAILGATE_TARGET="+url)
	_ = cmd.Run() // likewise
	one, err := fleet.Merge(strings.NewReader(out.String()))
	require.NoError(t, err, out)

	together, url := counted(t)
	outputs := shards(t, scenario, url, 0)
	eight, err := fleet.Merge(strings.NewReader(outputs))
	require.NoError(t, err, outputs)

	assert.Equal(t, alone.got, together.got, "the same requests, each as often")
	require.Len(t, one, 2)
	require.Len(t, eight, 2)
	for i, a := range one {
		b := eight[i]
		assert.Equal(t, []any{a.Benchmark, a.Scenario, a.Schedule, a.Seed, a.Rate, a.Requests},
			[]any{b.Benchmark, b.Scenario, b.Schedule, b.Seed, b.Rate, b.Requests})
		assert.Equal(t, []any{301, 301, 0, a.Replies}, []any{b.Attempted, b.Succeeded, b.Failed, b.Replies})
		assert.Equal(t, a.Metrics, b.Metrics)
		for name, d := range a.Distributions {
			assert.Equal(t, d.Len(), b.Distributions[name].Len(), name)
		}
		assert.True(t, b.Measured, "the clocks")
		assert.Len(t, b.Shards, 8)
	}

	text, err := merge(t, outputs)
	if err == nil { // all were on time
		assert.Contains(t, text, "BenchmarkLoad/case=case/rate=600 \t     301\t")
		assert.Contains(t, text, "p99-latency.tier.high-ns")
	} else {
		assert.Contains(t, text, "invalid: Load/case=case/rate=")
	}
}

func TestAShardThatIsKilledIsMissed(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for eight processes")
	}
	_, url := counted(t)
	outputs := shards(t, written(t), url, 3)
	text, err := merge(t, outputs)
	require.Error(t, err)
	assert.Contains(t, text, "invalid: fleet: Load/case=case/rate=700: shard 3 of 8 is missing, and with it 38 of 301 requests")
	assert.NotContains(t, text, "rate=600: shard")
	assert.NotContains(t, text, "\nBenchmark", "no result")
}

func TestSettingsThatMakeNoSenseFail(t *testing.T) {
	scenario := "TAILGATE_SCENARIO=" + written(t)
	_, url := counted(t)
	target := "TAILGATE_TARGET=" + url
	for _, c := range []struct {
		name string
		env  []string
		says string
	}{
		{"no file", []string{"TAILGATE_SCENARIO=nowhere.json"}, "open nowhere.json"},
		{"no rates", []string{"TAILGATE_SCENARIO=" + closed(t), target}, "scenario closed has no rates"},
		{"no target", []string{scenario}, "target: url is missing"},
		{"no shard", []string{scenario, target, "TAILGATE_SHARD=9/8"}, "i from 1 to n"},
		{"no start", []string{scenario, target, "TAILGATE_SHARD=1/8"}, "shards begin together: set TAILGATE_START"},
		{"no time", []string{scenario, target, "TAILGATE_START=noon"}, `the start is "noon": write how long after`},
		{"no place to meet", []string{scenario, target, "TAILGATE_SHARD=1/8", "TAILGATE_START=30s"}, `the shards meet at ""`},
		{"no time to wait", []string{scenario, target, "TAILGATE_START=30s", "TAILGATE_WAIT=long"},
			`the time to wait for other shards is "long"`},
		{"no duration", []string{scenario, target, "TAILGATE_BETWEEN=-1s"}, `the time between rates is "-1s"`},
		{"a start that has passed", []string{scenario, target, "TAILGATE_START=2020-01-01T00:00:00Z"},
			"let it be later, so that every shard is up by then"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd, out := generator(t, c.env...)
			require.Error(t, cmd.Run())
			assert.Contains(t, out.String(), c.says)
			assert.NotContains(t, out.String(), "#tailgate-share")
			assert.Contains(t, []int{exitTooLate, exitNotBegun}, cmd.ProcessState.ExitCode(), "the Job ends")
		})
	}
	cmd, out := generator(t, scenario, target, "TAILGATE_SHARD=1/8", "TAILGATE_SHARDS=8")
	cmd.Args = append(cmd.Args, "-workload.shard=9/8")
	require.Error(t, cmd.Run())
	assert.Contains(t, out.String(), `shard "9/8": write i/n`, "the flag wins")

	text, err := merge(t, "PASS\n")
	require.Error(t, err)
	assert.Contains(t, text, "invalid: fleet: there are no shares")
}

// A shard that is up too late says so by its exit status, which ends the Job.
func TestAShardThatIsUpTooLateHasAStatusOfItsOwn(t *testing.T) {
	_, url := counted(t)
	for _, c := range []struct {
		name, start string
		code        int
	}{
		{"the start is over", time.Now().Add(-time.Minute).UTC().Format(time.RFC3339), exitTooLate},
		{"no start that can be read", "noon", exitNotBegun},
	} {
		cmd, out := generator(t, "TAILGATE_SCENARIO="+written(t), "TAILGATE_TARGET="+url, "TAILGATE_START="+c.start)
		require.Error(t, cmd.Run(), c.name)
		assert.Equal(t, c.code, cmd.ProcessState.ExitCode(), "%s: %s", c.name, out)
	}
}
