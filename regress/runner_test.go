package regress

import (
	"math"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

// atHome takes away what a CI machine sets.
func atHome(t *testing.T) {
	for _, name := range []string{"CI", "GITHUB_ACTIONS", "RUNNER_ENVIRONMENT", "GITLAB_CI"} {
		t.Setenv(name, "")
	}
}

func TestSmallMachine(t *testing.T) {
	for _, c := range []struct {
		name string
		env  map[string]string
		cpus int
		want string
	}{
		{"a large machine that nobody says is CI has no name", nil, 5, ""},
		{"a small one has", nil, 4, "a small machine with 4 CPUs"},
		{"one CPU is one", nil, 1, "a small machine with 1 CPU"},
		{"GitHub's own runner", map[string]string{"CI": "true", "GITHUB_ACTIONS": "true", "RUNNER_ENVIRONMENT": "github-hosted"},
			2, "a hosted runner with 2 CPUs"},
		{"a runner of one's own",
			map[string]string{"CI": "true", "GITHUB_ACTIONS": "true", "RUNNER_ENVIRONMENT": "self-hosted"}, 16, "a CI machine with 16 CPUs"},
		{"GitLab", map[string]string{"CI": "true", "GITLAB_CI": "true"}, 2, "a GitLab runner with 2 CPUs"},
		{"another CI", map[string]string{"CI": "1"}, 64, "a CI machine with 64 CPUs"},
		{"CI=false is none", map[string]string{"CI": "false"}, 64, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			atHome(t)
			for name, value := range c.env {
				t.Setenv(name, value)
			}
			assert.Equal(t, c.want, smallMachine(os.Getenv, c.cpus))
		})
	}
}

func TestUnseenIsTheWorstWhereNothingWasFound(t *testing.T) {
	verdict := func(name string, o policy.Outcome, detectable float64) policy.Verdict {
		return policy.Verdict{ID: policy.ID{Name: name}, Unit: "p95-ns", Outcome: o, Detectable: detectable,
			Rule:     policy.Rule{Metric: "p95-ns", MaxRegressionPercent: 10},
			Baseline: policy.Summary{Median: 5e6, N: 8}, Candidate: policy.Summary{Median: 5e6, N: 8}}
	}
	floored := func(floor, detectable float64) policy.Verdict {
		v := verdict("MLPTiny", policy.OK, detectable)
		v.Rule.MinRegression = floor
		return v
	}
	for _, c := range []struct {
		name     string
		verdicts []policy.Verdict
		want     string
	}{
		{"the largest of several", []policy.Verdict{verdict("MLP", policy.OK, 14.04), verdict("MLPTiny", policy.OK, 12)},
			"here: it takes a change of 14.0 % to be red here in MLP p95-ns, where the limits say 10 %"},
		{"blind is where nothing was found", []policy.Verdict{verdict("MLP", policy.Blind, 34), verdict("MLPTiny", policy.OK, 12)},
			"here: it takes a change of 34.0 % to be red here in MLP p95-ns, where the limits say 10 %"},
		{"not what a floor hides, which is no noise", []policy.Verdict{verdict("MLP", policy.OK, 14), floored(20e6, 410)},
			"here: it takes a change of 14.0 % to be red here in MLP p95-ns, where the limits say 10 %"},
		{"not of a change that was seen", []policy.Verdict{
			verdict("MLP", policy.Regressed, 140), verdict("MLPSmall", policy.Improved, 120), verdict("MLPTiny", policy.Inconclusive, 11),
		},
			"here: it takes a change of 11.0 % to be red here in MLPTiny p95-ns, where the limits say 10 %"},
		{"too few runs for any", []policy.Verdict{verdict("MLP", policy.OK, math.Inf(1))},
			"here: no change would have been red here in MLP p95-ns, after so few runs"},
		{"nothing was measured", []policy.Verdict{{Outcome: policy.Invalid, Detectable: 7}}, ""},
		{"no noise", []policy.Verdict{verdict("MLP", policy.OK, 10)}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, unseen(policy.Report{Verdicts: c.verdicts}, "here"))
			assert.Empty(t, unseen(policy.Report{Verdicts: c.verdicts}, ""), "on a large machine")
		})
	}
}

func TestBudgetInCI(t *testing.T) {
	budget := func(g Gate, from outside) time.Duration {
		t.Helper()
		s, err := g.settle(from)
		require.NoError(t, err)
		return s.budget
	}
	atHome(t)
	assert.Equal(t, 2*time.Minute, budget(Gate{}, fromNowhere))
	t.Setenv("CI", "true")
	assert.Equal(t, time.Minute, budget(Gate{}, fromRun))
	assert.Equal(t, 2*time.Minute, budget(Gate{}, fromNowhere), "Gate.Run heeds no environment")
	assert.Equal(t, 3*time.Minute, budget(Gate{Budget: 3 * time.Minute}, fromRun), "what a gate says counts")
	t.Setenv("REGRESS_BUDGET", "5m")
	assert.Equal(t, 5*time.Minute, budget(Gate{Budget: 3 * time.Minute}, fromRun))
}
