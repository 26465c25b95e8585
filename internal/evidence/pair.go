package evidence

import "github.com/tailgate-go/tailgate/internal/judge"

// IsMeasured reports whether the pair is to be measured: both sides have it, and a rule speaks of it.
func IsMeasured(pair judge.Pair) bool {
	return pair.Judged() && pair.Baseline != nil && pair.Candidate != nil
}

// Broken is a pair that must not be judged, after so many rounds.
func Broken(pair judge.Pair, rounds int, problem string) judge.Pair {
	baseline, candidate := *pair.Baseline, *pair.Candidate
	if rounds == 0 { // all there is are smoke runs
		baseline.Metrics, candidate.Metrics = nil, nil
	}
	candidate.Problem = problem
	pair.Baseline, pair.Candidate = &baseline, &candidate
	return pair
}
