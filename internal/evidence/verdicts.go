package evidence

import (
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

// Verdicts are those on one benchmark, in the order of its pair's rules, as looks at its rounds settle them.
type Verdicts struct {
	All   []policy.Verdict // the first outcome that settles stands
	looks [][]report.Estimate
}

// Keep keeps of each verdict the first that settles, and how each look until then found it. It reports whether all are settled.
func (vs *Verdicts) Keep(found []policy.Verdict) (settled bool) {
	settled = true
	for i, v := range found {
		switch {
		case len(vs.All) == i:
			vs.All = append(vs.All, v)
			vs.look(i, v)
		case vs.All[i].Outcome == judge.Unsettled:
			vs.All[i] = v
			vs.look(i, v)
		}
		settled = settled && vs.All[i].Outcome != judge.Unsettled
	}
	return settled
}

// look keeps what a look at the rounds found of verdict i, for the charts.
func (vs *Verdicts) look(i int, v policy.Verdict) {
	for len(vs.looks) <= i {
		vs.looks = append(vs.looks, nil)
	}
	if v.Paired {
		vs.looks[i] = append(vs.looks[i], report.Estimate{Rounds: v.Baseline.N, Change: v.ChangePercent, Bounds: v.Percent})
	}
}

// Series are the pair's judged metrics, with what the looks found of each.
func (vs *Verdicts) Series(pair judge.Pair) (all []report.Series) {
	for i, rule := range pair.Rules() {
		unit := rule.Unit()
		s := report.Series{Unit: unit, Baseline: pair.Baseline.Metrics[unit], Candidate: pair.Candidate.Metrics[unit]}
		if i < len(vs.looks) {
			s.Looks = vs.looks[i]
		}
		all = append(all, s)
	}
	return all
}
