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
	better judge.Declared
	pair   judge.Pair             // as the smoke runs found it
	of     Benchmark              // the same, in the manifest
	rounds [3]benchdata.Benchmark // value i of one side and of the others are a round
	how    Measured
}

// judged is what came of it.
type judged struct {
	pair     judge.Pair
	verdicts []policy.Verdict
	detail   report.Detail
}

// run judges at the looks that the gate took. A look that is not in the plan, or cannot follow the looks before it, is an error:
// the verdicts would not hold at alpha.
func (r replay) run() (judged, error) {
	for side, rounds := range r.rounds {
		switch n, partakes := len(rounds.Runs), r.of.partakes(side); {
		case partakes && n != r.how.Rounds:
			return judged{}, fmt.Errorf("it has %d rounds, and its %s %d", r.how.Rounds, sideNames[side], n)
		case !partakes && n > 0:
			return judged{}, fmt.Errorf("its %s has %d rounds, and was not measured", sideNames[side], n)
		}
	}
	plan := r.plan
	if r.how.Linked {
		plan = plan.Linked()
	}
	judging := r.judge.Sequence(r.pair, plan, r.better)
	if r.how.Problem != nil {
		r.add(judging, r.how.Rounds)
		judging.Fail(r.how.Problem.Reason())
		return r.result(judging), nil
	}
	for i, n := range r.how.Looks {
		spent := r.how.Spent && n == r.how.Rounds && i == len(r.how.Looks)-1
		again := spent && i > 0 && r.how.Looks[i-1] == n // the budget was spent on a launch that came to nothing
		if judging.Settled() || n > r.how.Rounds || n <= judging.Rounds() && !again {
			return judged{}, fmt.Errorf("it was judged after %d of %d rounds, and all was settled before", n, r.how.Rounds)
		}
		r.add(judging, n)
		if !judging.Look(spent) {
			return judged{}, fmt.Errorf("it was judged after %d rounds, where the plan has no look", n)
		}
	}
	if judging.Rounds() != r.how.Rounds || !judging.Settled() {
		return judged{}, errors.New("its verdicts are not settled by its rounds: some of them are gone")
	}
	out := r.result(judging)
	out.detail = report.Detail{ID: r.pair.ID(), Series: evidence.Series(judging)}
	return out, nil
}

// add adds rounds until there are n.
func (r replay) add(to *judge.Sequence, n int) {
	for i := to.Rounds(); i < n; i++ {
		var runs [3]benchdata.Run
		for side, rounds := range r.rounds {
			if r.of.partakes(side) {
				runs[side] = rounds.Runs[i]
			}
		}
		to.Add(evidence.Round(runs))
	}
}

// result is what came of it, without what the rounds tell of the charts. Latencies of single requests are only
// on the shard's own page.
func (r replay) result(s *judge.Sequence) judged {
	pair := s.Pair()
	pair.Tell(r.how.Noise, r.how.Linked)
	pair.SameCode, pair.Changed = r.how.SameCode, r.how.Changed
	if pair.Since != nil {
		pair.Since.SameCode, pair.Since.Changed = r.how.AnchorSameCode, r.how.AnchorChanged
	}
	return judged{pair: pair, verdicts: s.Verdicts()}
}
