package measure_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/policy"
)

// cpuUnit is the CPU time of a request, on average.
const cpuUnit = "cpu-ns"

// limits are what a simulated gate judges by: a name and a rule.
type limits struct {
	name string
	rule policy.Rule
}

// Limits of a simulated gate.
var (
	limit10       = limits{"limit10", policy.Rule{Metric: "p95-ns", MaxRegressionPercent: 10}}
	limit3        = limits{"limit3", policy.Rule{Metric: "p95-ns", MaxRegressionPercent: 3}}
	limit1        = limits{"limit1", policy.Rule{Metric: "p95-ns", MaxRegressionPercent: 1}}
	limit10CPU    = limits{"limit10", policy.Rule{Metric: cpuUnit, MaxRegressionPercent: 10}}
	defaultLimits = limits{"default", policy.Default().Rules[0]}
)

// setting is what a simulated gate judges, for how long, and what luck it has. The zero value is a gate with a limit of 10 %, no
// floor, one verdict, no budget, and no luck but that of the recording.
type setting struct {
	limits  limits
	family  int           // of verdicts that share alpha, of which it is one; 0: 1
	request time.Duration // what a request takes, the median; 0: as it was recorded
	budget  time.Duration // 0: none
	linked  bool          // each round has links of its own
	luck    luck
}

func (s setting) withDefaults() setting {
	if s.limits.name == "" {
		s.limits = limit10
	}
	s.family = max(s.family, 1)
	return s
}

// name is that of a sub-benchmark.
func (s setting) name() string {
	s = s.withDefaults()
	request, budget := "recorded", "none"
	if s.request > 0 {
		request = s.request.String()
	}
	if s.budget > 0 {
		budget = strings.TrimSuffix(s.budget.String(), "0s")
	}
	name := fmt.Sprintf("policy=%s/request=%s/budget=%s/family=%d/luck=%s", s.limits.name, request, budget, s.family, s.luck.name())
	if s.linked {
		return name + "/links=fresh"
	}
	return name
}

// judge is who judges.
func (s setting) judge() judge.Judge {
	return judge.By(policy.Policy{Rules: []policy.Rule{s.limits.rule}})
}

// plan is when there is a look.
func (s setting) plan() judge.Plan {
	if plan := s.judge().Plan(s.family); !s.linked {
		return plan
	}
	return s.judge().Plan(s.family).Linked()
}
