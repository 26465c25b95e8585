package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/policy"
	"github.com/tailgate-go/tailgate/workload/serving"
	"github.com/tailgate-go/tailgate/workload/serving/dataset"
)

// given are flags as they are typed: -rate=5.
func given(args ...string) map[string]string {
	all := map[string]string{}
	for _, arg := range args {
		name, value, _ := strings.Cut(strings.TrimPrefix(arg, "-"), "=")
		all[name] = value
	}
	return all
}

// madeBy is the scenario that this program is told, when it is started again, by what flags make.
func madeBy(t *testing.T, args ...string) serving.Scenario {
	t.Helper()
	l, err := load(given(args...))
	require.NoError(t, err)
	assert.Equal(t, policy.Serving(true), l.Rules)
	t.Setenv(duet.ChildEnv, "1")
	for _, v := range l.Env {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
	s, ok, err := asked()
	require.NoError(t, err)
	require.True(t, ok)
	return s
}

func TestFlagsMakeAScenario(t *testing.T) {
	s := madeBy(t, "-model=llama", "-rate=5,10", "-input-tokens=400", "-output-tokens=64")
	assert.Equal(t, "llama", s.Model)
	assert.Equal(t, []float64{5, 10}, s.Rates)
	assert.Equal(t, 100, s.Prompts)
	assert.True(t, s.Stream && s.IgnoreEOS)
	assert.Equal(t, dataset.Synthetic{InputTokens: 400, InputSpread: 100, OutputTokens: 64, OutputSpread: 16}, *s.Dataset.Synthetic)
	assert.Equal(t, serving.Cache(""), s.Cache, "cold")

	s = madeBy(t, "-model=llama", "-rate=0.5", "-duration=1m")
	assert.Equal(t, 30, s.Load(0.5).Requests)
	assert.Equal(t, []int{512, 128}, []int{s.Dataset.Synthetic.InputTokens, s.Dataset.Synthetic.OutputTokens}, "by default")

	s = madeBy(t, "-model=llama", "-concurrency=1, 200")
	assert.Equal(t, []int{1, 200}, s.Concurrency)
	assert.Equal(t, 200, s.Prompts, "as many as are to be under way")

	assert.False(t, madeBy(t, "-model=llama", "-rate=5", "-ignore-eos=false").IgnoreEOS)
	assert.Equal(t, 5120, madeBy(t, "-model=llama", "-rate=max").Prompts, "ten times as many as are under way")
	s = madeBy(t, "-model=llama", "-rate=max", "-requests=300")
	assert.True(t, s.MaxRate)
	assert.Equal(t, 300, s.Prompts)
}

func TestAFlagThatMakesNoSenseIsNamed(t *testing.T) {
	model := "-model=llama"
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no model":                  {[]string{"-rate=5"}, "-model is missing"},
		"no rate":                   {[]string{model}, "-rate is missing"},
		"no number":                 {[]string{model, "-rate=fast"}, `-rate is "fast": write requests per second`},
		"a rate of 0":               {[]string{model, "-rate=5,0"}, `-rate is "5,0": write`},
		"no rate that can be":       {[]string{model, "-rate=NaN"}, `-rate is "NaN": write`},
		"an endless rate":           {[]string{model, "-rate=Inf"}, `-rate is "Inf": write`},
		"half a client":             {[]string{model, "-concurrency=1.5"}, `-concurrency is "1.5": write`},
		"nobody":                    {[]string{model, "-concurrency=0"}, `-concurrency is "0": write`},
		"a rate and a concurrency":  {[]string{model, "-rate=5", "-concurrency=5"}, "-rate and -concurrency: give one of them"},
		"requests for a time":       {[]string{model, "-rate=5", "-requests=5", "-duration=1s"}, "-requests and -duration: give one"},
		"a time of a concurrency":   {[]string{model, "-concurrency=5", "-duration=1s"}, "-duration: without a rate"},
		"a time as fast as it goes": {[]string{model, "-rate=max", "-duration=1s"}, "-duration: without a rate"},
		"no time":                   {[]string{model, "-rate=5", "-duration=5"}, `-duration is "5": write a time above 0`},
		"no requests":               {[]string{model, "-rate=5", "-requests=0"}, `-requests is "0": write a whole number, 1`},
		"no prompt":                 {[]string{model, "-rate=5", "-input-tokens=-1"}, `-input-tokens is "-1": write`},
		"one token has no TPOT":     {[]string{model, "-rate=5", "-output-tokens=1"}, `-output-tokens is "1": write`},
		"prompts beyond memory":     {[]string{model, "-rate=5", "-input-tokens=1000000"}, `-input-tokens is "1000000": dataset: `},
		"replies beyond all length": {[]string{model, "-rate=5", "-output-tokens=100000000"}, `-output-tokens is "100000000": `},
		"a rate beyond all servers": {[]string{model, "-rate=5,1e9"}, `-rate is "5,1e9": rates[1] is 1e+09; write`},
		"a rate twice":              {[]string{model, "-rate=5,5"}, `-rate is "5,5": rates[1]: 5 stands twice`},
		"a rate that sends nothing": {[]string{model, "-rate=0.1", "-duration=1s"}, `-rate is "0.1": rates[0]: at 0.1`},
		"too many at once":          {[]string{model, "-concurrency=1000000"}, `-concurrency is "1000000": concurrency[0] is`},
		"no ending":                 {[]string{model, "-rate=5", "-ignore-eos=no!"}, `-ignore-eos is "no!": write true or false`},
		"a file, and an ending":     {[]string{"-scenario=chat.json", "-ignore-eos=false"}, "-scenario and -ignore-eos: the file says"},
		"a file, too":               {[]string{"-scenario=chat.json", "-rate=5"}, "-scenario and -rate: the file says"},
		"no file":                   {[]string{"-scenario=none.json"}, "none.json"},
	} {
		_, err := load(given(c.args...))
		assert.ErrorContains(t, err, c.says, name)
	}
}

func TestAScenarioIsNamedByItsFile(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	require.NoError(t, os.WriteFile("chat.json", []byte(`{"version": 1, "name": "chat", "model": "m", "rates": [5], "prompts": 9,
		"dataset": {"synthetic": {"input_tokens": 5, "output_tokens": 5}}}`), 0o644))
	l, err := load(given("-scenario=chat.json", "-results=r.json", "-log=l.csv"))
	require.NoError(t, err)
	assert.Equal(t, policy.Serving(false), l.Rules)
	assert.Equal(t, []string{
		"TAILGATE_COMMAND_FILE=" + filepath.Join(dir, "chat.json"), "TAILGATE_COMMAND_RESULTS=" + filepath.Join(dir, "r.json"),
		"TAILGATE_COMMAND_LOG=" + filepath.Join(dir, "l.csv"),
	}, l.Env)
	t.Setenv(duet.ChildEnv, "1")
	t.Setenv("TAILGATE_COMMAND_FILE", filepath.Join(dir, "chat.json"))
	t.Chdir(t.TempDir()) // the gate starts it wherever it likes
	s, ok, err := asked()
	require.NoError(t, err)
	assert.True(t, ok)
	assert.Equal(t, "chat", s.Name)
	t.Setenv("TAILGATE_COMMAND_TEXT", "{}")
	_, _, err = asked()
	assert.ErrorContains(t, err, "set one")
}

// A server that is measured by itself gets what the flags say, as in a gate.
func TestARunOfOneServerIsAsLongAsTheLoadSays(t *testing.T) {
	for _, c := range []struct {
		args      []string
		benchtime string
		takes     time.Duration
	}{
		{[]string{"-rate=5,10"}, "100x", 30 * time.Second},
		{[]string{"-rate=5", "-requests=60"}, "60x", 12 * time.Second},
		{[]string{"-rate=5", "-duration=9s"}, "45x", 9 * time.Second},
		{[]string{"-rate=5,10", "-duration=9s"}, "9s", 18 * time.Second},
		{[]string{"-rate=0.5,0.501", "-duration=9s"}, "4x", 15_984_031_936},
		{[]string{"-concurrency=8", "-requests=60"}, "60x", 0},
		{[]string{"-rate=max", "-requests=60"}, "60x", 0},
	} {
		l, err := load(given(append(c.args, "-model=llama")...))
		require.NoError(t, err)
		assert.Equal(t, c.benchtime, l.Benchtime, c.args)
		assert.Equal(t, c.takes, l.Takes, c.args)
	}
}

// What is no rate takes its time, too.
func TestARunTakesWhatTheScenarioHas(t *testing.T) {
	for of, takes := range map[string]time.Duration{
		`"rates": [5, 10], "prompts": 50`: 15 * time.Second,
		`"rates": [5, 10], "prompts": 50, "idle": "2s", "warm_up": {"rate": 1, "duration": "3s"}`:        20 * time.Second,
		`"concurrency": [1, 2], "prompts": 50, "idle": "2s"`:                                             2 * time.Second,
		`"slo": {"ttft": "1s"}, "prompts": 20, "sweep": {"low": 1, "high": 4, "resolution_percent": 50}`: 30 * time.Second,
	} {
		file := filepath.Join(t.TempDir(), "chat.json")
		require.NoError(t, os.WriteFile(file, []byte(`{"version": 1, "name": "chat", "model": "m", "stream": true, `+of+`,
			"dataset": {"synthetic": {"input_tokens": 5, "output_tokens": 5}}}`), 0o644))
		l, err := load(given("-scenario=" + file))
		require.NoError(t, err, of)
		assert.Equal(t, takes, l.Takes, of)
	}
}

func TestALogGoesOnWhereAProcessHasHandedOver(t *testing.T) {
	dir := t.TempDir()
	file, handover := filepath.Join(dir, "l.csv"), filepath.Join(dir, "handover")
	require.NoError(t, os.WriteFile(file, []byte("of a recording before"), 0o644))
	for _, text := range []string{"a\n", "b\n"} {
		f, err := openLog(file, handover)
		require.NoError(t, err)
		_, err = f.WriteString(text)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		require.NoError(t, os.WriteFile(handover, nil, 0o644))
	}
	log, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "a\nb\n", string(log))
}

func TestWithoutALoadThereIsNothingToMeasure(t *testing.T) {
	_, ok, err := asked()
	require.NoError(t, err)
	assert.False(t, ok)
}

// What a user has in the environment, for a load generator in a cluster, asks this program for nothing: it is a gate.
func TestOnlyAGateAsksForALoad(t *testing.T) {
	for _, name := range []string{"TAILGATE_SCENARIO", fileEnv, textEnv} {
		t.Setenv(name, "chat.json")
	}
	_, ok, err := asked()
	require.NoError(t, err)
	assert.False(t, ok)
	t.Setenv(duet.ChildEnv, "1")
	for _, name := range []string{fileEnv, textEnv} {
		t.Setenv(name, "")
	}
	_, ok, err = asked()
	require.NoError(t, err)
	assert.False(t, ok, "the variable is of the load generator in a cluster")
}
