package readme

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/benchdata"
)

// kubectl is a stand-in for it, which writes down how it is called. Applying the load runs two shards to their end, each with the
// settings of the Job but with another place to meet.
const kubectl = `#!/bin/sh
printf '%s\n' "$*" >>"$DIR/kubectl.log"
if [ "$1 $2" = "apply -k" ] && ! [ -d "$3" ]; then exit 1; fi
case "$*" in
*"$ABSENT"*) exit 1 ;;
"apply -k manifests/mine/load")
	for index in 0 1; do
		JOB_COMPLETION_INDEX=$index TAILGATE_SHARDS=2 TAILGATE_START=1500ms TAILGATE_WAIT=1m "$LOAD" -test.run='^$' \
			-test.bench='^BenchmarkLoad$' -test.benchtime=1x >"$DIR/pod-$index.log" 2>&1 &
	done
	wait
	;;
"-n perf get job load "*) echo SuccessCriteriaMet Complete ;;
"-n perf logs "*) cat "$DIR/pod-0.log" "$DIR/pod-1.log" ;;
esac
`

// cluster is a folder with the stand-in for kubectl, and the environment to find it.
func cluster(t *testing.T, env ...string) (dir string, all []string) {
	t.Helper()
	dir = t.TempDir()
	for _, overlay := range []string{"servers", "load"} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, "manifests/mine", overlay), 0o755))
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "kubectl"), []byte(kubectl), 0o755))
	return dir, append(env, "PATH="+dir+":"+os.Getenv("PATH"), "DIR="+dir)
}

// calls are how kubectl was called.
func calls(t *testing.T, dir string) []string {
	t.Helper()
	log, err := os.ReadFile(filepath.Join(dir, "kubectl.log"))
	require.NoError(t, err)
	return strings.Split(strings.TrimSpace(string(log)), "\n")
}

// buildLoad builds the load generator as a file.
func buildLoad(t *testing.T, file string) {
	t.Helper()
	build := exec.Command("go", "test", "-c", "-o", file, "./workload/serving/deploy")
	build.Dir = root
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// lateScenario is the team's scenario, valid however late this machine sends.
func (m team) lateScenario(t *testing.T) string {
	t.Helper()
	scenario := filepath.Join(m.dir, "load/multi-lora.json")
	text, err := os.ReadFile(scenario)
	require.NoError(t, err)
	late := strings.Replace(string(text), `"prompts": 20`, `"prompts": 20, "max_lag_percent": 1e6`, 1)
	require.NotEqual(t, string(text), late)
	require.NoError(t, os.WriteFile(scenario, []byte(late), 0o644))
	return scenario
}

// The commands from a load before to a verdict are executed as they stand, with a small load against one service.
func TestTwoMergedLoadsAreCompared(t *testing.T) {
	if testing.Short() {
		t.Skip("sends a load twelve times")
	}
	page := read(t, "workload/serving/deploy/README.md")
	compares, err := page.Block("sh", "sh load.sh")
	require.NoError(t, err)
	script, err := page.Block("sh", "# load.sh\n")
	require.NoError(t, err)
	team := newTeam(t)
	scenario := team.lateScenario(t)
	address, asked := served(t, "m")
	meet, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, meet.Close())
	dir, env := cluster(t, append(team.env, "TAILGATE_SCENARIO="+scenario, "TAILGATE_TARGET="+address,
		"TAILGATE_MEET="+meet.Addr().String(), "ABSENT=nothing")...)
	load := filepath.Join(dir, "load")
	buildLoad(t, load)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "load.sh"), []byte(script.Text), 0o644))
	require.Contains(t, compares.Text, "cd ~/team\n")
	said, err := shell(dir, append(env, "LOAD="+load), "set -e\n"+strings.Replace(compares.Text, "~/team", team.dir, 1))
	require.NoError(t, err, said)
	assert.Contains(t, said, "PASS: 1 ok")
	assert.EqualValues(t, 12*(20+2), asked.Load(), "and a first request of each shard")
	before, err := os.ReadFile(filepath.Join(dir, "before.txt"))
	require.NoError(t, err)
	for _, has := range []string{"goos: ", "goarch: ", "pkg: ", "cpu: ", " ns/op", " 2 shards, "} {
		assert.Equal(t, 6, strings.Count(string(before), has), has)
	}
	count := map[string]int{}
	for _, call := range calls(t, dir) {
		count[call]++
	}
	assert.Equal(t, 12, count["-n perf delete job load --ignore-not-found --cascade=foreground"])
	assert.Equal(t, 1, count["apply -k manifests/mine/servers"])
}

// Two merged loads of which the second is much slower, or refuses every third request in the same time, are red for that.
func TestAMergedLoadThatIsWorseRegresses(t *testing.T) {
	if testing.Short() {
		t.Skip("sends a load eighteen times")
	}
	team := newTeam(t)
	const policy = `{"version": 1, "rules": [{"metric": "p50-ns", "max_regression_percent": 200},
		{"metric": "errors-percent", "max_regression_percent": 0, "min_regression": 5}]}`
	require.NoError(t, os.WriteFile(filepath.Join(team.dir, "policy.json"), []byte(policy), 0o644))
	load := filepath.Join(t.TempDir(), "load")
	buildLoad(t, load)
	scenario := team.lateScenario(t)
	for _, side := range []struct {
		name  string
		takes time.Duration
		fails int64 // one in so many; 0: none
	}{{"before", 30 * time.Millisecond, 0}, {"slow", 300 * time.Millisecond, 0}, {"failing", 30 * time.Millisecond, 3}} {
		var posts atomic.Int64
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if n := posts.Add(1); side.fails > 0 && n%side.fails == 0 {
				http.Error(w, "overloaded", http.StatusServiceUnavailable)
				return
			}
			time.Sleep(side.takes)
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"id":"1","choices":[{"index":0,"text":"x","finish_reason":"length"}],
				"usage":{"prompt_tokens":7,"completion_tokens":2,"total_tokens":9}}`)
		}))
		out, err := shell(team.dir, append(team.env, "LOAD="+load, "TAILGATE_SCENARIO="+scenario, "TAILGATE_TARGET="+server.URL),
			`set -e; for run in 1 2 3 4 5 6; do "$LOAD" -test.run='^$' -test.bench='^BenchmarkLoad$' -test.benchtime=1x |
				"$LOAD" -test.run='^TestMerge$' -workload.in=- >>`+side.name+`.txt; done`)
		server.Close()
		require.NoError(t, err, out)
	}
	for candidate, metric := range map[string]string{"slow": "p50-ns", "failing": "errors-percent"} {
		said, err := shell(team.dir, team.env, "go test -v -run 'TestGate$' . -regress.baseline=before.txt -regress.candidate="+
			candidate+".txt")
		require.Error(t, err, said)
		assert.Contains(t, said, "FAIL: 1 regressed", candidate)
		assert.Regexp(t, `(?m)^.*regressed.*`+metric, said, candidate)
	}
}

// A load that is not Complete, of which nothing or a part is printed, is invalid when it is merged: a failing kubectl is no result.
func TestALoadThatCannotBeAppliedPrintsNothing(t *testing.T) {
	script, err := read(t, "workload/serving/deploy/README.md").Block("sh", "# load.sh\n")
	require.NoError(t, err)
	for _, absent := range []string{"apply", "delete", "logs"} {
		dir, env := cluster(t, "ABSENT="+absent)
		out, err := shell(dir, env, script.Text)
		require.Error(t, err, absent)
		assert.Empty(t, out, absent)
	}
	dir, env := cluster(t, "ABSENT=get job") // it does not ask for ever
	_, err = shell(dir, env, script.Text)
	require.NoError(t, err)
	called := calls(t, dir)
	assert.Equal(t, "-n perf logs --selector=job-name=load --tail=-1", called[len(called)-1])
}

// The commands that make the servers end with an error where a kind or an object is not there, and before anything waits for it.
func TestAPartialApplyIsNoSuccess(t *testing.T) {
	block, err := read(t, "workload/serving/deploy/README.md").Block("sh", "kubectl get crd")
	require.NoError(t, err)
	for absent, last := range map[string]string{
		"nothing":                     "-n perf rollout status deployment/model-server --timeout=30m",
		"get crd":                     "get crd httproutes.gateway.networking.k8s.io inferencepools.inference.networking.k8s.io",
		"apply -k":                    "apply -k manifests/mine/servers",
		"httproute/model-server":      "-n perf get deployment/model-server inferencepool/model-server httproute/model-server",
		"rollout status deployment/m": "-n perf rollout status deployment/model-server --timeout=30m",
	} {
		dir, env := cluster(t, "ABSENT="+absent, "HF_TOKEN=t", "REGISTRY_USER=u", "REGISTRY_PASSWORD=p")
		out, err := shell(dir, env, block.Text)
		assert.Equal(t, absent == "nothing", err == nil, "%s: %s", absent, out)
		called := calls(t, dir)
		assert.Equal(t, last, called[len(called)-1], absent)
	}
}

// A command that names no namespace works in another than the folder's own.
func TestEveryKubectlNamesItsNamespace(t *testing.T) {
	page := read(t, "workload/serving/deploy/README.md")
	all := page.Code()
	for _, b := range page.Blocks {
		for line := range strings.Lines(b.Text) {
			all = append(all, line)
		}
	}
	seen := 0
	for _, line := range all {
		for _, call := range strings.Split(line, "kubectl ")[1:] {
			seen++
			assert.Regexp(t, `^(-n perf |get crd |apply -k manifests/mine/|(create|label) namespace perf|apply$)`, call, line)
		}
	}
	assert.Greater(t, seen, 10)
}

// What several load generators measure together has the metrics that one has, and where nothing is timed the same values.
func TestAMergedLoadHasTheMetricsOfOne(t *testing.T) {
	if testing.Short() {
		t.Skip("builds two programs")
	}
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !strings.Contains(string(body), `"max_tokens":1,`) && asked.Add(1)%10 == 0 {
			http.Error(w, "overloaded", http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		for _, event := range []string{
			`{"choices":[{"index":0,"text":"a"}]}`, `{"choices":[{"index":0,"text":"b"}]}`,
			`{"choices":[{"index":0,"text":"","finish_reason":"stop"}]}`,
			`{"choices":[],"usage":{"prompt_tokens":8,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":2}}}`, `[DONE]`,
		} {
			_, _ = io.WriteString(w, "data: "+event+"\n\n")
			_ = http.NewResponseController(w).Flush()
			time.Sleep(10 * time.Millisecond) // texts that a busy client reads at one moment have no TPOT, and keep no bound on it
		}
	}))
	defer server.Close()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "s.json"), []byte(`{"version": 1, "name": "s", "model": "m", "stream": true,
		"rates": [200], "prompts": 60, "max_lag_percent": 1e9, "slo": {"ttft": "1h", "tpot": "1h"},
		"adapters": [{"name": "a-1", "share": 0.5, "tier": "high"}, {"name": "a-2", "share": 0.5}],
		"dataset": {"synthetic": {"input_tokens": 8, "output_tokens": 4}}}`), 0o644))
	buildLoad(t, filepath.Join(dir, "load"))
	build := exec.Command("go", "build", "-trimpath", "-o", filepath.Join(dir, "tailgate"), "./regress/tailgate")
	build.Dir = root
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	env := append(os.Environ(), "TAILGATE_SCENARIO=s.json", "TAILGATE_TARGET="+server.URL, "TAILGATE_MEET="+free(t),
		"TAILGATE_START=500ms", "TAILGATE_WAIT=1m", "TAILGATE_SHARDS=2", "TAILGATE_LOCK="+filepath.Join(dir, "x.lock"))
	metrics := func(line string) map[string]float64 {
		t.Helper()
		said, err := shell(dir, env, "set -e\n"+line)
		require.NoError(t, err, said)
		set, err := benchdata.Read(strings.NewReader(said), "results")
		require.NoError(t, err, said)
		require.Len(t, set.Benchmarks, 1, said)
		all := map[string]float64{}
		for _, v := range set.Benchmarks[0].Runs[0].Values {
			all[v.Unit] = v.Value
		}
		return all
	}
	merged := metrics(`run() {
	JOB_COMPLETION_INDEX=$1 ./load -test.run='^$' -test.bench='^BenchmarkLoad$' -test.benchtime=1x >$1.txt 2>&1
}
run 0 & run 1; wait $!; cat 0.txt 1.txt | ./load -test.run='^TestMerge$' -workload.in=-`)
	one := metrics("./tailgate -scenario=s.json -baseline=none -candidate=" + server.URL)
	lacks := func(these, those map[string]float64) (units []string) {
		for unit := range those {
			if _, ok := these[unit]; !ok {
				units = append(units, unit)
			}
		}
		slices.Sort(units)
		return units
	}
	assert.Equal(t, []string{"cpu-ns/req"}, lacks(one, merged))
	assert.Equal(t, []string{"targets"}, lacks(merged, one), "it says that a gate may name its server")
	for _, unit := range []string{
		"attempted", "succeeded", "errors-percent", "errors-status-503", "empty-percent", "no-usage-percent", "resent-percent",
		"output-tok/req", "cached-percent", "goodput-percent", "cold", "offered-req/s", "saturated",
	} {
		assert.InDelta(t, one[unit], merged[unit], 1e-9, unit)
		assert.Contains(t, one, unit)
	}
}
