package readme

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/modtest"
	"github.com/tailgate-go/tailgate/internal/testbed/stack"
	// What the commands build is the go command's alone to know: without these go test would reuse a result from before tailgate
	// changed.
	_ "github.com/tailgate-go/tailgate/regress"
	_ "github.com/tailgate-go/tailgate/workload/serving"
)

// shell runs a line in a folder.
func shell(dir string, env []string, line string) (string, error) {
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir, cmd.Env = dir, env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// served starts a whole service that has the models, and counts what it is asked for.
func served(t *testing.T, model string, adapters ...string) (address string, asked *atomic.Int64) {
	t.Helper()
	s, err := stack.Start(stack.Config{Model: model, Adapters: adapters, MaxLoras: len(adapters)})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	to, err := url.Parse(s.URL())
	require.NoError(t, err)
	asked = &atomic.Int64{}
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.FlushInterval = -1
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			asked.Add(1)
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	return front.URL, asked
}

var benchtime = regexp.MustCompile(` -benchtime \S+ `)

// Every command of the section on serving is executed: the benchmarks with one to three prompts a rate, which is the same
// with smaller numbers; the gate on two servers with two on loopback; the judging of saved files with files of its form.
// Only TestServingGate is not run again: internal/adoption runs it.
func TestServingCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("runs benchmarks for a minute")
	}
	page := read(t, "docs/serving.md")
	var commands []Command
	for _, has := range []string{"case=.*-small", "-regress.baseline=http://"} {
		b, err := page.Block("sh", has)
		require.NoError(t, err)
		commands = append(commands, b.Commands()...)
	}
	shows, err := page.Block("", "achieved-req/s")
	require.NoError(t, err)
	kinds := map[string]int{}
	for _, c := range commands {
		switch line := c.Line; {
		case strings.Contains(line, "./workload/serving"):
			kinds["benchmark"]++
			size := " -benchtime 3x ./" // with one prompt a small one has no rate
			if given := benchtime.FindString(line); given != "" {
				line, size = strings.Replace(line, given, " ", 1), " -benchtime 1x ./"
			}
			out, err := shell(root, nil, strings.Replace(line, " ./", size, 1))
			require.NoError(t, err, "%s: %s", c.Line, out)
			assert.Regexp(t, `(?m)^BenchmarkServing/case=`, out, c.Line)
			if strings.Contains(line, "-small") {
				sameUnits(t, shows.Text, out)
			}
		case strings.Contains(line, "./regress"):
			kinds["gate"]++
			assert.Empty(t, binaries{}.resolve(t, line))
		case strings.Contains(line, "http://"):
			kinds["servers"]++
			team := newTeam(t)
			for i, flag := range []string{"baseline", "candidate"} {
				address, asked := served(t, "m")
				defer func() { assert.Positive(t, asked.Load(), "the %s was asked for nothing", flag) }()
				before := line
				line = regexp.MustCompile(`-regress\.`+flag+`=\S+`).ReplaceAllString(line, "-regress."+flag+"="+address)
				require.NotEqual(t, before, line, "%d", i)
			}
			out, _ := shell(team.dir, team.env, line) // how it ends is the machine's: a client that sends late is invalid
			assert.Regexp(t, `(?s)tailgate TestGate.*workflow +Serving/case=multi-lora/rate=100 in example.com/shop/load`, out)
		case strings.Contains(line, "'before/*.json'"):
			kinds["files"]++
			team := newTeam(t)
			for run := range 6 {
				team.write(t, fmt.Sprintf("before/vllm-%d.json", run), run)
				team.write(t, fmt.Sprintf("after/vllm-%d.json", run), run)
			}
			out, err := shell(team.dir, team.env, line)
			require.NoError(t, err, out)
			assert.Contains(t, out, "PASS: 1 ok")
		default:
			assert.Fail(t, "nothing executes it", c.Line)
		}
	}
	assert.Equal(t, map[string]int{"benchmark": 3, "gate": 1, "servers": 1, "files": 1}, kinds)
}

// sameUnits asserts that the result that is shown is of a benchmark that ran, and has units that it has.
func sameUnits(t *testing.T, shown, printed string) {
	t.Helper()
	words := strings.Fields(shown)
	name := regexp.MustCompile(`-\d+$`).ReplaceAllString(words[0], "")
	line := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + `-\d+\s.*$`).FindString(printed)
	require.NotEmpty(t, line, "%s did not run", name)
	units := map[string]bool{}
	for i, word := range strings.Fields(line) {
		if i > 1 && i%2 == 1 {
			units[word] = true
		}
	}
	require.Greater(t, len(units), 20, line)
	words = words[2:]
	seen := 0
	for ; len(words) > 1; words = words[2:] {
		seen++
		assert.Contains(t, units, words[1])
	}
	assert.Greater(t, seen, 5)
	assert.Equal(t, []string{"..."}, words)
}

// team is a module that has a gate on servers.
type team struct {
	dir string
	env []string
}

func newTeam(t *testing.T) team {
	t.Helper()
	dir, env := modtest.Unpack(t, "testdata/team.txtar")
	b, err := read(t, "docs/serving.md").Block("go", "serving.OpenScenario")
	require.NoError(t, err)
	f, err := os.OpenFile(filepath.Join(dir, "load/load_test.go"), os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString(b.Text)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	prompts, err := os.ReadFile(filepath.Join(root, "testdata/datasets/short-replies.json"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "load/prompts.json"), prompts, 0o644))
	made := team{dir, append(env, "REGRESS_POLICY="+filepath.Join(dir, "policy.json"), "REGRESS_PROFILE=off", "REGRESS_BUDGET=10s")}
	out, err := shell(dir, made.env, "git init -q && git add -A && git commit -q -m first")
	require.NoError(t, err, out)
	return made
}

// write writes a file as the inference gateway's load generator leaves one.
func (m team) write(t *testing.T, name string, run int) {
	t.Helper()
	p90 := 100 + float64(run)/10
	text, err := json.Marshal(map[string]any{
		"metrics": map[string]any{
			"num_prompts_attempted": 3000, "num_prompts_succeeded": 3000, "request_rate": 20, "throughput": 2000,
			"median_latency_ms": p90 / 2, "p90_latency_ms": p90, "p99_latency_ms": 2 * p90, "TimeoutError": 0,
		},
		"config": map[string]any{"model": "m", "num_models": 1},
	})
	require.NoError(t, err)
	name = filepath.Join(m.dir, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(t, os.WriteFile(name, text, 0o644))
}

// The commands of the load generator's page are executed as they stand, against a service on loopback; where they read pods' logs
// they are given what the first has printed.
func TestLoadGeneratorsCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("sends a load of some seconds")
	}
	page := read(t, "workload/serving/deploy/README.md")
	sends, err := page.Block("", "go test -c -o load")
	require.NoError(t, err)
	merges, err := page.Block("", "sh load.sh")
	require.NoError(t, err)
	dir := t.TempDir()
	address, asked := served(t, "meta-llama/Llama-3.1-8B-Instruct")
	require.Contains(t, sends.Text, "http://127.0.0.1:8000")
	text := strings.NewReplacer("http://127.0.0.1:8000", address, "-o load", "-o "+dir+"/load", "./load",
		dir+"/load").Replace(sends.Text)
	folder := filepath.Join(root, "workload/serving/deploy")
	out, _ := shell(folder, nil, text) // how it ends is the machine's: a client that sends late is invalid
	const load = `Load/case=single-workload-small/rate=80`
	assert.Contains(t, out, `#tailgate-share {"version":3,`)
	assert.Contains(t, out, load)
	assert.Positive(t, asked.Load())

	require.NoError(t, os.WriteFile(filepath.Join(dir, "logs"), []byte(out), 0o644))
	_, reads, ok := strings.Cut(merges.Text, " | ")
	require.True(t, ok)
	merged, _ := shell(dir, nil, "cat logs | "+reads)
	assert.Contains(t, merged, load, "it did not read what was printed")
}
