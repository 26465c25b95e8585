package regress

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

func TestStatus(t *testing.T) {
	fails := func(o policy.Outcome, c policy.Code) policy.Verdict {
		return policy.Verdict{Outcome: o, Fails: true, Reason: policy.Reason{Code: c}}
	}
	ok := policy.Verdict{Outcome: policy.OK}
	removed := fails(policy.Invalid, policy.BenchmarkRemoved)
	for _, c := range []struct {
		name     string
		verdicts []policy.Verdict
		err      error
		expected policy.Outcome
		want     int
	}{
		{"what passes is 0", []policy.Verdict{ok}, nil, "", 0},
		{"and so is what is blind, where that passes", []policy.Verdict{{Outcome: policy.Blind}}, nil, "", 0},
		{"regressed is 1", []policy.Verdict{ok, fails(policy.Regressed, policy.IntervalBeyond)}, nil, "", 1},
		{"inconclusive is 2", []policy.Verdict{ok, fails(policy.Inconclusive, policy.TooNoisy)}, nil, "", 2},
		{"and so is what is blind, where that fails", []policy.Verdict{fails(policy.Blind, policy.TooNoisyToSee)}, nil, "", 2},
		{"drifted is 1", []policy.Verdict{ok, fails(policy.Drifted, policy.SinceAnchor)}, nil, "", 1},
		{"what drifted and passes hides nothing", []policy.Verdict{
			{Outcome: policy.Drifted}, fails(policy.Inconclusive, policy.TooNoisy),
		}, nil, "", 2},
		{"invalid is 3", []policy.Verdict{ok, fails(policy.Invalid, policy.NotFinite)}, nil, "", 3},
		{"an error is 3", nil, errors.New("no space left on device"), "", 3},
		{"and so is that there is nothing to judge", nil, nil, "", 3},
		{"a slowdown that was planted, and not found, is 3", []policy.Verdict{ok}, nil, policy.Regressed, 3},
		{"and found 0", []policy.Verdict{fails(policy.Regressed, policy.IntervalBeyond)}, nil, policy.Regressed, 0},
		{"what does not build is skipped", nil, report.Failure{Reason: policy.Reason{Code: policy.DoesNotBuild}}, "", 125},
		{"a package without benchmarks is", nil, report.Failure{Reason: policy.Reason{Code: policy.NoBenchmarks}}, "", 125},
		{"a benchmark that is gone is", []policy.Verdict{ok, removed}, nil, "", 125},
		{"a rule for one that is nowhere is", []policy.Verdict{fails(policy.Invalid, policy.RuleMatchesNoName)}, nil, "", 125},
		{"one that is gone hides nothing else", []policy.Verdict{removed, fails(policy.Invalid, policy.NotFinite)}, nil, "", 3},
		{"under -race nothing is", nil, report.Failure{Reason: policy.Reason{Code: policy.Instrumented}}, "", 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Result{Report: policy.Report{Verdicts: c.verdicts}}
			r.doc = report.Document{Report: r.Report, Expected: c.expected}
			if c.err != nil {
				r.doc.Fail(c.err)
			}
			assert.Equal(t, c.want, r.status())
		})
	}
}

func TestAFlagThatIsNotHeededIsRefused(t *testing.T) {
	costs := filepath.Join(t.TempDir(), "verdict.json")
	require.NoError(t, os.WriteFile(costs, []byte(
		`{"version": 1, "benchmarks": [{"benchmark": "A", "noise": {"seconds": 1}}]}`), 0o600))
	for _, c := range []struct {
		args []string
		env  string // set to a value that is fine
		want string // empty: nothing is refused
	}{
		{[]string{"./...", "-bench=Chat", "-baseline=v1", "-history=h", "-out=o", "-anchor=v0"}, "", ""},
		{[]string{"-metric=ns/op"}, "", "-metric is for -good: leave it out"},
		{[]string{"-regress.bad=v2"}, "", "-bad is for -good: leave it out"},
		{[]string{"-metric=ns/op", "-bad=v2", "-good=v1", "-bench=Chat", "-out=o", "-accept=off"}, "", ""},
		{[]string{"-metric=ns/op"}, "REGRESS_GOOD", ""},
		{[]string{"-good=v1", "-baseline=v2"}, "", "-baseline is not heeded by a search (-good): leave it out"},
		{[]string{"-candidate=v2"}, "REGRESS_GOOD", "-candidate is not heeded by a search (REGRESS_GOOD): leave it out"},
		{[]string{"-good=v1", "-anchor=v0"}, "", "-anchor is not heeded by"},
		{[]string{"-good=v1", "-inject=2ms"}, "", "-inject is not heeded by"},
		{[]string{"-good=v1", "-history=h"}, "", "-history is not heeded by"},
		{[]string{"-good=v1", "-in=shards/*"}, "", "-in is not heeded by"},
		{[]string{"-good=v1"}, "REGRESS_BASELINE", ""},
		{[]string{"-costs=" + costs}, "", "-costs is for -shard: leave it out"},
		{[]string{"-costs=" + costs, "-shard=1/2"}, "", ""},
		{[]string{"-in=shards/*", "-policy=", "-history=h", "-out=o"}, "", ""},
		{[]string{"-in=shards/*", "-baseline=v1"}, "", "-baseline is not heeded by a merge (-in), which is of what shards have measured"},
		{[]string{"-in=shards/*", "-bench=Chat"}, "", "-bench is not heeded by a merge (-in)"},
		{[]string{"-in=shards/*"}, "REGRESS_BASELINE", ""},
	} {
		t.Run(strings.Join(append(c.args, c.env), " "), func(t *testing.T) {
			if c.env != "" {
				t.Setenv(c.env, "v1")
			}
			a, err := parse(c.args, Loader{})
			require.NoError(t, err)
			s, err := a.settle()
			require.NoError(t, err)
			err = a.unheeded(s)
			if c.want == "" {
				assert.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, c.want)
			}
		})
	}
}

func TestFlagsOfTheCommand(t *testing.T) {
	loader := Loader{Flags: []LoadFlag{{Name: "scenario"}, {Name: "results", Records: true}}}
	a, err := parse([]string{"./a", "-bench", "Sort", "./b/...", "-v", "-regress.baseline=v1", "--out=x", "-scenario=y"}, loader)
	require.NoError(t, err)
	assert.Equal(t, []string{"./a", "./b/..."}, a.gate.Packages)
	assert.True(t, a.verbose)
	assert.Equal(t, "y", *a.load["scenario"])
	assert.Empty(t, *a.load["results"])
	for o, want := range map[option]string{benchOption: "Sort", baselineOption: "v1", outOption: "x", budgetOption: ""} {
		assert.Equal(t, want, a.set(o), o.name)
	}
	for _, o := range options {
		a, err := parse([]string{"-" + o.name + "=1"}, Loader{})
		require.NoError(t, err)
		assert.Equal(t, "1", a.set(o), o.name)
	}
	a, err = parse(nil, loader)
	require.NoError(t, err)
	assert.Empty(t, a.gate.Packages)
	assert.False(t, a.verbose)
	_, err = parse([]string{".", "-benchmark=Sort"}, loader)
	assert.EqualError(t, err, "flag provided but not defined: -benchmark")
	_, err = parse([]string{".", "-scenario=y"}, Loader{})
	assert.EqualError(t, err, "flag provided but not defined: -scenario")
}
