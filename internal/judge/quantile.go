package judge

import "github.com/tailgate-go/tailgate/policy"

// minRequests is how many requests one run needs for a quantile: 3 of them beyond it, 3/(1-q).
//
// A round has as many. The fewer it has, the sooner there are rounds enough for a verdict, and the noisier each is. On the
// recordings in testdata/duets (a request of 5 ms, limit 10 %, quiet / beside builds) a verdict takes so many requests a side:
//
//	requests a round, and the last look    100, 90        60, 120        40, 200
//	identical                           1,110 / 1,580    680 / 1,230    600 / 1,110
//	1.5 times the limit                 2,110 / 4,570  1,620 / 3,820  1,590 / 3,850
//	1.2 times: missed                     0.4 / 2.9 %    0.6 / 4.4 %    0.4 / 3.8 %
//
// Of 60 the nearest rank of p95 is the 57th, 95 % of them; of 50 it would be the 48th, 96 %.
func minRequests(unit string) int {
	percent, _, ok := policy.Percentile(unit)
	if !ok || percent >= 100 {
		return 0
	}
	// In tenths of a percent or finer: 3/(1-0.95) is 60, not 59.99999.
	scale := 1
	for percent != float64(int(percent)) && scale < 1e6 {
		percent *= 10
		scale *= 10
	}
	rest := 100*scale - int(percent)
	return (3*100*scale + rest - 1) / rest
}

// Needed is how many requests a run must have for every quantile that is judged: 60 for p95, 300 for p99.
func (j Judge) Needed() int {
	requests := 1
	for _, r := range j.policy.Rules {
		requests = max(requests, minRequests(r.Unit()))
	}
	return requests
}

// Requests is how many requests a run has where nothing else says: as many as are needed, at least 60.
func (j Judge) Requests() int { return max(60, j.Needed()) }
