package judge

import (
	"math"

	"github.com/tailgate-go/tailgate/internal/stats"
	"github.com/tailgate-go/tailgate/policy"
)

// Plan says after how many rounds to judge results that grow, and how strictly, so that measuring can stop as soon as the verdicts
// are settled. Where nothing has changed, a verdict is red with a chance of at most the policy's alpha divided by the number of
// verdicts, over all its looks and whatever the noise does. Where a change is beyond the limits, a verdict is ok with a chance of
// at most alpha, each verdict by itself. The first outcome that settles is the verdict.
type Plan struct {
	plan  stats.Plan
	looks []stats.Look // its own: it takes a while to find them
}

func newPlan(p stats.Plan) Plan { return Plan{p, p.Looks()} }

// Plan is the plan for a family of so many verdicts, which share alpha.
func (j Judge) Plan(family int) Plan {
	return newPlan(stats.Plan{Alpha: j.policy.Alpha, Family: family})
}

// Linked is the plan for rounds that have a link of each side of their own. How code is laid out may be worth more than any limit,
// and then chance alone decides where the interval lies: so red has a tenth of alpha, and identical code is red in at most 1 of 200
// reports, whatever a layout is worth.
func (p Plan) Linked() Plan {
	q := p.plan
	q.Sure = 10
	return newPlan(q)
}

// Rounds are the numbers of rounds after which to judge, ascending: 8, 12, 18, 27, 40 and 60. Where many verdicts share alpha the
// first of them can be ok, and not yet red.
func (p Plan) Rounds() []int {
	var rounds []int
	for _, look := range p.looks {
		rounds = append(rounds, look.Pairs)
	}
	return rounds
}

// last is the most rounds that a verdict has; +Inf when the budget alone ends them.
func (p Plan) last() float64 {
	rounds := p.Rounds()
	if len(rounds) == 0 {
		return math.Inf(1)
	}
	return float64(rounds[len(rounds)-1])
}

// look is the planned look after so many rounds.
func (p Plan) look(rounds int) (look policy.Look, planned bool) {
	for i, l := range p.looks {
		if l.Pairs == rounds {
			return policy.Look{Alpha: 2 * l.Alpha, Miss: 2 * l.Miss, Last: i == len(p.looks)-1, Paired: true}, true
		}
	}
	return policy.Look{}, false
}

// Final is the last look, after so many rounds, because the budget is spent. A caller may end for how long both sides took
// together, never for what they measured.
func (p Plan) Final(rounds int) policy.Look { return p.final(p.plan.Final(rounds)) }

// again is Final after a planned look after as many rounds.
func (p Plan) again(rounds int) policy.Look { return p.final(p.plan.Again(rounds)) }

func (p Plan) final(l stats.Look) policy.Look {
	return policy.Look{Alpha: 2 * l.Alpha, Miss: 2 * l.Miss, Last: true, Early: float64(l.Pairs) < p.last(), Paired: true}
}

// Fewest is the fewest rounds that a gate must have time for: those of the first look, and as many as it takes to be red.
func (p Plan) Fewest() int {
	n := 1
	if len(p.looks) > 0 {
		n = p.looks[0].Pairs
	}
	for p.plan.Final(n).Alpha <= 0 {
		n++
	}
	return n
}

// left is about how many rounds more it will take to settle v, as it was found at one of the plan's looks: the interval shrinks
// with the square root of their number until it no longer holds the limit, and it is only looked at when the plan says so.
// It is 0 for a verdict that is settled or says nothing yet.
func (p Plan) left(v policy.Verdict) int {
	limit := v.Rule.From(v.Baseline.Median)
	estimate, far, near := v.ChangePercent, v.Percent.Hi, v.Percent.Lo
	if v.Direction == policy.Higher {
		estimate, far, near = -estimate, -near, -far
	}
	h := far - estimate
	if estimate > limit {
		h = estimate - near
	}
	n := float64(v.Baseline.N)
	need := n * math.Pow(h/(estimate-limit), 2)
	if v.Outcome != policy.Unsettled || !v.Paired || math.IsNaN(need) {
		return 0
	}
	left := 0
	for _, look := range p.Rounds() {
		if left = max(look-v.Baseline.N, 0); left > 0 && float64(look) >= need {
			break
		}
	}
	return left
}
