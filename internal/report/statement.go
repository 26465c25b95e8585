package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// statement puts a verdict into words, the same in every form of the report. What was not tested is empty.
type statement struct {
	percent    string // "+15.05 %"; "+1 allocs/op" from 0
	amount     string // "+4.35 ms"; empty from 0
	interval   string // "+12.10 % to +18.20 %"
	p          string // "p=0.002 n=6+6", as benchstat prints it; "p=0.008 over 8 rounds"
	detectable string // "4.21 %"
}

func newStatement(v policy.Verdict) statement {
	if v.Baseline.N == 0 || v.Candidate.N == 0 {
		return statement{}
	}
	s := scaleOf(v.Unit, v.Baseline.Median, v.Candidate.Median)
	said := statement{
		percent:    relative(v.Unit, v.ChangePercent, v.Change),
		interval:   interval(v, s),
		p:          tested(v),
		detectable: detectable(v),
	}
	if !math.IsInf(v.ChangePercent, 0) {
		said.amount = s.signed(v.Change) + " " + s.unit
	}
	return said
}

// relative is a change in percent, or in its metric's unit where the baseline is 0: of that nothing is a percentage.
func relative(unit string, changePercent, change float64) string {
	if math.IsInf(changePercent, 0) {
		s := scaleOf(unit, change)
		return s.signed(change) + " " + cell(s.unit)
	}
	return percent(changePercent) + " %"
}

// change is both: "+15.05 %, +4.35 ms"; empty where nothing was tested.
func (s statement) change() string {
	if s.amount == "" {
		return s.percent
	}
	return s.percent + ", " + s.amount
}

func tested(v policy.Verdict) string {
	if v.Paired {
		return fmt.Sprintf("p=%.3f over %d rounds", v.P, v.Baseline.N)
	}
	return fmt.Sprintf("p=%.3f n=%d+%d", v.P, v.Baseline.N, v.Candidate.N)
}

// interval is in percent, or in the metric's unit when a percentage of 0 means nothing.
func interval(v policy.Verdict, s scale) string {
	switch {
	case finite(v.Percent):
		return within(v.Percent)
	case finite(v.Absolute):
		return s.signed(v.Absolute.Lo) + " to " + s.signed(v.Absolute.Hi) + " " + s.unit
	case v.Paired:
		return "unbounded: too few rounds"
	}
	return "unbounded: too few runs"
}

func finite(b policy.Bounds) bool {
	return isFinite(b.Lo) && isFinite(b.Hi)
}

func isFinite(x float64) bool { return !math.IsInf(x, 0) && !math.IsNaN(x) }

// detectable is the smallest change for the worse that the rule would have found. Of a baseline of 0 there is no percentage.
func detectable(v policy.Verdict) string {
	switch {
	case v.Baseline.Median == 0 || math.IsNaN(v.Detectable):
		return "unknown"
	case math.IsInf(v.Detectable, 0):
		return "none"
	}
	return share(v.Detectable)
}

// share is a percentage that is no change: "4.21 %".
func share(p float64) string { return strings.TrimPrefix(percent(p), "+") + " %" }

// limits is what a rule tolerates, in the words of the original tool.
func limits(r policy.Rule) string {
	s := fmt.Sprintf("worse by more than %s %% (percent threshold)", exact(r.MaxRegressionPercent))
	if r.MinRegression > 0 {
		return s + fmt.Sprintf(" and by at least %s (minimum floor)", amount(r.MinRegression, r.Metric))
	}
	return s + ", no minimum floor"
}

// shortLimits is the same for a cell of a table: "10 %, 1 ms".
func shortLimits(r policy.Rule) string { return limitsWith(r, ", ") }

// limitsWith is the limit and, if there is one, the floor, with that between them.
func limitsWith(r policy.Rule, between string) string {
	if r.MaxRegressionPercent == 0 && r.MinRegression > 0 {
		return amount(r.MinRegression, r.Metric)
	}
	s := exact(r.MaxRegressionPercent) + " %"
	if r.MinRegression > 0 {
		s += between + amount(r.MinRegression, r.Metric)
	}
	return s
}

// status is the outcome, in capitals when it fails the test: a reader must not overlook it.
func status(v policy.Verdict) string {
	if v.Fails {
		return strings.ToUpper(string(v.Outcome))
	}
	return string(v.Outcome)
}

// gravest is the gravity of what fails.
const gravest = 6

// gravity orders verdicts by how much they concern the reader; 0 is ok.
func gravity(v policy.Verdict) int {
	switch {
	case v.Fails:
		return gravest
	case v.Outcome == policy.OK:
		return 0
	case v.Outcome == policy.Added:
		return 1
	case v.Outcome == policy.Improved:
		return 2
	case v.Outcome == policy.Accepted:
		return 3
	case v.Outcome == policy.Blind:
		return 4
	}
	return 5
}
