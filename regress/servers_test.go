package regress

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/measure"
	"github.com/tailgate-go/tailgate/internal/progress"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

// told calls a function for each line that is told.
type told func(line string)

func (f told) Write(line []byte) (int, error) {
	f(string(line))
	return len(line), nil
}

// Two loads at once would disturb each other, and so would a load and a gate.
func TestALoadWaitsForWhoMeasures(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no lock")
	}
	path := filepath.Join(t.TempDir(), "x.lock")
	t.Setenv(testbin.LockEnv, path)
	release, err := testbin.Lock(t.Context(), path, nil)
	require.NoError(t, err)
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	display := progress.New(told(func(line string) {
		assert.Contains(t, line, "another gate is measuring on this machine")
		cancel(enough)
	}), nil)
	s := settings{program: &measure.Program{Path: filepath.Join(t.TempDir(), "none")}}
	require.ErrorIs(t, s.load(ctx, ".", "http://a", display, io.Discard), enough)
	release()

	err = s.load(t.Context(), ".", "http://a", display, io.Discard)
	require.ErrorIs(t, err, os.ErrNotExist, "it was to start the program")
	ctx, stop := context.WithCancel(t.Context())
	release, err = testbin.Lock(ctx, path, func(string) { stop() })
	require.NoError(t, err, "the lock is kept")
	release()
	stop()
}

// A baseline that cannot be judged is found before a server is loaded for nothing.
func TestASavedBaselineIsReadBeforeTheLoad(t *testing.T) {
	t.Setenv(testbin.LockEnv, filepath.Join(t.TempDir(), "x.lock"))
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"nothing.txt": "", "torn.txt": "BenchmarkServing/case=chat/rate=5-2 100 NaN p50-ttft-ns\nPASS\n",
		"planted.txt": "# planted: 5ms\npkg: example.com/shop\nBenchmarkServing/case=chat/rate=5-2 100 1 ns/op\nPASS\n",
		"whole.txt":   "pkg: example.com/shop\nBenchmarkServing/case=chat/rate=5-2 100 1 ns/op\nPASS\n",
	} {
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
		s, err := Gate{Policy: policy.Serving(true), Baseline: name, Candidate: "http://127.0.0.1:1", Out: "out"}.settle(fromNowhere)
		require.NoError(t, err)
		s.program = &measure.Program{Path: filepath.Join(t.TempDir(), "none")}
		result, err := s.run(t.Context(), "command", progress.New(io.Discard, nil))
		assert.Equal(t, exitInvalid, result.status(), name)
		if name == "whole.txt" {
			require.ErrorIs(t, err, os.ErrNotExist, "the load was to begin")
		} else {
			require.ErrorContains(t, err, "baseline: ", name)
			assert.ErrorContains(t, err, name)
		}
	}
}

func TestAFlagForRecordingsIsForRecordings(t *testing.T) {
	loader := Loader{
		Flags: []LoadFlag{{Name: "scenario"}, {Name: "results", Records: true}},
		Load: func(map[string]string) (Load, error) {
			return Load{Rules: policy.Serving(true), Benchtime: "60x", Takes: time.Minute}, nil
		},
	}
	for _, c := range []struct {
		name string
		args []string
		says string
	}{
		{"a recording", []string{"-baseline=none", "-results=r.json"}, ""},
		{"a gate", []string{"-baseline=http://a", "-results=r.json"}, "-results is for a server that is measured by itself"},
		{"a gate without", []string{"-baseline=http://a"}, ""},
		{"packages", []string{"-baseline=http://a", "./..."}, "a load takes the place of packages"},
		{"a planted slowdown", []string{"-baseline=http://a", "-inject=5ms"}, "a slowdown cannot be planted in a server"},
	} {
		a, err := parse(append([]string{"-scenario=x", "-candidate=http://b"}, c.args...), loader)
		require.NoError(t, err)
		s, err := a.settle()
		if c.says == "" {
			require.NoError(t, err, c.name)
			assert.Equal(t, "60x", s.benchtime)
			assert.Equal(t, time.Minute, s.takes)
		} else {
			assert.ErrorContains(t, err, c.says, c.name)
		}
	}
	a, err := parse([]string{"-scenario=a b.json", "-results=r"}, loader)
	require.NoError(t, err)
	assert.Contains(t, byCommand(a).line("", ""), " -scenario='a b.json' -results=r")
}

// What a gate of servers has left may be the baseline of the next, and lies where that one writes its own.
func TestABaselineThatTheLoadWouldReplaceIsRefusedBeforeTheLoad(t *testing.T) {
	t.Setenv(testbin.LockEnv, filepath.Join(t.TempDir(), "x.lock"))
	t.Chdir(t.TempDir())
	const text = "pkg: example.com/shop\nBenchmarkServing/case=chat/rate=5-2 100 1 ns/op\nPASS\n"
	write := func(name string) string {
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
		return name
	}
	of := filepath.Join(".tailgate", "command")
	for _, c := range []struct {
		name, baseline, out string
		stands              bool // where the load is written
	}{
		{"in the gate's folder", write(filepath.Join(of, "candidate.txt")), "", true},
		{"a pattern with it", filepath.Join(of, "*.txt"), "", true},
		{"in the folder that is named", write(filepath.Join("out", "candidate.txt")), "out", true},
		{"elsewhere", write(filepath.Join("saved", "candidate.txt")), "", false},
		{"the baseline of the gate", write(filepath.Join(of, "baseline.txt")), "", false},
	} {
		if c.out != "" {
			require.NoError(t, os.WriteFile(filepath.Join(c.out, ".tailgate-out"), nil, 0o644))
		}
		gate := Gate{Policy: policy.Serving(true), Baseline: c.baseline, Candidate: "http://127.0.0.1:1", Out: c.out}
		s, err := gate.settle(fromNowhere)
		require.NoError(t, err)
		s.program = &measure.Program{Path: filepath.Join(t.TempDir(), "none")}
		result, err := s.run(t.Context(), "command", progress.New(io.Discard, nil))
		assert.Equal(t, exitInvalid, result.status(), c.name)
		if !c.stands {
			require.ErrorIs(t, err, os.ErrNotExist, "%s: the load was to begin", c.name)
			continue
		}
		require.NotErrorIs(t, err, os.ErrNotExist, "%s: no load", c.name)
		assert.ErrorContains(t, err, "copy it elsewhere", c.name)
		left, err := os.ReadFile(filepath.Join(filepath.Dir(c.baseline), "candidate.txt"))
		require.NoError(t, err)
		assert.Equal(t, text, string(left))
	}
}

// loading is a command that knows loads.
var loading = Loader{
	Flags: []LoadFlag{{Name: "scenario"}, {Name: "results", Records: true}},
	Load:  func(map[string]string) (Load, error) { return Load{Rules: policy.Serving(true), Benchtime: "60x"}, nil },
}

func TestARecordingRefusesWhatItDoesNotHeed(t *testing.T) {
	rules := filepath.Join(t.TempDir(), "p.json")
	require.NoError(t, os.WriteFile(rules, []byte(`{"version": 1, "alpha": 0.01}`), 0o644))
	heeded := map[string]string{"baseline": none, "candidate": "http://b", "bench": "rate=5", "timeout": "5m", "env": "HTTPS_PROXY"}
	values := map[string]string{
		"tests": "own", "identical": "measure", "policy": rules, "budget": "1m", "total": "5m", "expect": "regressed", "accept": "off",
		"profile": "off", "shard": "1/2", "costs": "", "inject": "", "swap": "", "in": "", // the last are refused elsewhere
	}
	for _, o := range options {
		value, ok := values[o.name]
		if ok && value == "" {
			continue
		}
		if !ok {
			value = "x"
		}
		args := []string{"-scenario=x", "-results=r.json", "-v"}
		for name, value := range heeded {
			args = append(args, "-"+name+"="+value)
		}
		if _, is := heeded[o.name]; !is {
			args = append(args, "-"+o.name+"="+value)
		}
		a, err := parse(args, loading)
		require.NoError(t, err)
		s, err := a.settle()
		require.NoError(t, err, o.name)
		if err = a.unheeded(s); heeded[o.name] != "" {
			assert.NoError(t, err, o.name)
		} else {
			assert.ErrorContains(t, err, "-"+o.name+" is not heeded", o.name)
		}
	}
	t.Setenv("REGRESS_TOTAL", "5m")
	a, err := parse([]string{"-scenario=x", "-baseline=none", "-candidate=http://b"}, loading)
	require.NoError(t, err)
	s, err := a.settle()
	require.NoError(t, err)
	assert.NoError(t, a.unheeded(s), "a variable may be set for all that a job does")
}

// The shards of a gate of servers were judged by the rules of the load: so is their merge.
func TestALoadGivesAMergeItsRules(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		says string
	}{
		{"of shards", nil, ""},
		{"with what a merge heeds", []string{"-out=o", "-history=h"}, ""},
		{"and an address", []string{"-candidate=http://b"}, "-candidate is not heeded by a merge"},
		{"and none", []string{"-baseline=none"}, "-baseline is not heeded by a merge"},
		{"and results", []string{"-results=r.json"}, "-results is for a server that is measured by itself"},
		{"and packages", []string{"./..."}, "a load takes the place of packages"},
	} {
		a, err := parse(append([]string{"-scenario=x", "-in=shards/*"}, c.args...), loading)
		require.NoError(t, err)
		s, err := a.settle()
		if err == nil {
			err = a.unheeded(s)
		}
		if c.says != "" {
			assert.ErrorContains(t, err, c.says, c.name)
			continue
		}
		require.NoError(t, err, c.name)
		assert.Equal(t, judge.By(policy.Serving(true)).Policy(), s.judge.Policy(), c.name)
	}
	t.Setenv("REGRESS_BASELINE", none) // of the job
	a, err := parse([]string{"-scenario=x", "-in=shards/*"}, loading)
	require.NoError(t, err)
	s, err := a.settle()
	require.NoError(t, err)
	assert.False(t, s.records())
}
