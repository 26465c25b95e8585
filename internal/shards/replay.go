package shards

import (
	"errors"
	"fmt"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/evidence"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

// replay judges the saved rounds of a benchmark once more, as the gate did that measured them.
type replay struct {
	judge  judge.Judge
	plan   judge.Plan
	better [2]map[string]policy.Direction
	pair   judge.Pair             // as the smoke runs found it
	rounds [2]benchdata.Benchmark // value i of one side and of the other are a round
	how    Measured
}

// judged is what came of it.
type judged struct {
	pair     judge.Pair
	verdicts []policy.Verdict
	detail   report.Detail
}

// run judges at the looks that the gate took. Looks that its plan has not, or that it cannot have taken after those before, are an error:
// then the verdicts would not hold at alpha.
func (r replay) run() (judged, error) {
	for side, rounds := range r.rounds {
		if n := len(rounds.Runs); n != r.how.Rounds {
			return judged{}, fmt.Errorf("it has %d rounds, and its %s %d", r.how.Rounds, sideNames[side], n)
		}
	}
	pair := r.after(r.how.Rounds)
	pair.Noise = policy.Noise(r.how.Noise)
	if r.how.Problem != "" {
		pair = evidence.Broken(pair, r.how.Rounds, r.how.Problem)
		return judged{pair: pair, verdicts: r.look(pair, judge.Look{Last: true})}, nil
	}
	var (
		verdicts evidence.Verdicts
		settled  bool
	)
	for i, n := range r.how.Looks {
		if settled || n > r.how.Rounds || i > 0 && n <= r.how.Looks[i-1] {
			return judged{}, fmt.Errorf("it was judged after %d of %d rounds, and all was settled before", n, r.how.Rounds)
		}
		look, planned := r.plan.Look(n)
		if r.how.Spent && n == r.how.Rounds {
			look, planned = r.plan.Final(n), true
		}
		if !planned {
			return judged{}, fmt.Errorf("it was judged after %d rounds, where the plan has no look", n)
		}
		settled = verdicts.Keep(r.look(r.after(n), look))
	}
	if n := len(r.how.Looks); n == 0 || !settled || r.how.Looks[n-1] != r.how.Rounds {
		return judged{}, errors.New("its verdicts are not settled by its rounds: some of them are gone")
	}
	return judged{pair, verdicts.All, r.detail(pair, verdicts)}, nil
}

const (
	baselineSide  = 0
	candidateSide = 1
)

var sideNames = [2]string{"baseline", "candidate"}

// after is the pair after so many rounds.
func (r replay) after(n int) judge.Pair {
	pair := r.pair
	for side, b := range r.rounds {
		b.Runs = b.Runs[:n]
		values := evidence.Benchmark(b)
		*[]**judge.Benchmark{&pair.Baseline, &pair.Candidate}[side] = &values
	}
	return pair
}

func (r replay) look(pair judge.Pair, look judge.Look) []policy.Verdict {
	return r.judge.Verdicts(pair, r.better[baselineSide], r.better[candidateSide], look)
}

// detail is what the rounds tell of the charts; latencies of single requests are only on the shard's own page.
func (r replay) detail(pair judge.Pair, verdicts evidence.Verdicts) report.Detail {
	return report.Detail{Package: pair.Package(), Name: pair.Name(), Procs: pair.Procs(), Series: verdicts.Series(pair)}
}
