package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// accusation is what is said of a verdict that fails.
func (d Document) accusation(v policy.Verdict) string {
	name := d.labels()(v)
	switch v.Outcome {
	case policy.Regressed:
		limits := limitsWith(v.Rule, " and ")
		return fmt.Sprintf("%s got %s: its %s, and the limit is %s.", cell(name), worse(v), movement(v), limits)
	case policy.Drifted:
		limits := v.Rule
		if v.Anchor != nil {
			limits = v.Anchor.Rule
		}
		return fmt.Sprintf("%s drifted: its %s, and the limit is %s.", cell(name), drifted(v), limitsWith(limits, " and "))
	case policy.Inconclusive:
		doubt := "too noisily to be sure"
		if v.Reason.Code == policy.BenchmarkChanged {
			doubt = "and the benchmark itself is not the same on both sides"
		}
		return fmt.Sprintf("It cannot be told whether %s got %s: its %s, %s.", cell(name), worse(v), movement(v), doubt)
	case policy.Blind:
		return fmt.Sprintf("It cannot be told whether %s got %s: its %s was too noisy to see %s.",
			cell(name), worse(v), cell(brief(v.Unit)), unseen(v))
	}
	if v.Name == "" {
		return capital(cell(name)) + " could not be applied."
	}
	if slices.ContainsFunc(d.groups(), func(g group) bool { return g.of.ID == v.ID && unmeasured(g, v) }) {
		return cell(name) + " could not be judged."
	}
	return fmt.Sprintf("%s could not be judged: %s is invalid.", cell(name), cell(title(v.Unit)))
}

// movement is how a metric changed: "p95 rose by 15.05 %".
func movement(v policy.Verdict) string {
	verb := "rose"
	if v.Change < 0 {
		verb = "fell"
	}
	by := strings.TrimLeft(percent(v.ChangePercent), "+-") + " %"
	if !isFinite(v.ChangePercent) {
		s := scaleOf(v.Unit, v.Baseline.Median, v.Candidate.Median)
		by = s.number(math.Abs(v.Change)) + " " + s.unit
	}
	return fmt.Sprintf("%s %s by %s", cell(brief(v.Unit)), verb, by)
}

// worse is the word for what a reader feels of it.
func worse(v policy.Verdict) string {
	if policy.IsTime(v.Unit) || strings.HasSuffix(v.Unit, "/s") {
		return "slower"
	}
	return "worse"
}
