package evidence

import (
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/report"
)

// Series are the metrics of a sequence that rules speak of, with what each look found of them, for the charts of a report.
func Series(s *judge.Sequence) (all []report.Series) {
	pair := s.Pair()
	if !pair.Comparable() { // what it has was found, and not measured in rounds
		return nil
	}
	for i, rule := range pair.Rules() {
		unit := rule.Unit()
		series := report.Series{Unit: unit, Baseline: pair.Baseline.Metrics[unit], Candidate: pair.Candidate.Metrics[unit]}
		for _, v := range s.Course(i) {
			if v.Paired {
				series.Looks = append(series.Looks, report.Estimate{Rounds: v.Baseline.N, Change: v.ChangePercent, Bounds: v.Percent})
			}
		}
		all = append(all, series)
	}
	return all
}
