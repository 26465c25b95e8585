package measure

import (
	"math"
	"time"

	"github.com/tailgate-go/tailgate/policy"
)

// schedule is how the rounds of a benchmark fill its budget. It only reckons, for gates and for simulated ones.
type schedule struct {
	Budget   time.Duration // 0: it has no end
	Fewest   int           // rounds with which a verdict can be reached
	Linked   bool          // each round has links of its own
	Once     bool          // one look settles all, since nothing can have changed
	Rounds   int           // so far
	Portions int           // of all rounds
	Starts   time.Duration // of all rounds, and ends
	Lost     time.Duration // on rounds that were thrown away
	Spent    time.Duration // in all
}

// PerPortion is what a portion has taken so far, on average. It takes some time, though the clock may not tell.
func (s schedule) PerPortion() time.Duration {
	return max((s.Spent-s.Starts-s.Lost)/time.Duration(max(s.Portions, 1)), 1)
}

// PerLaunch is what a start has taken so far, on average.
func (s schedule) PerLaunch() time.Duration { return s.Starts / time.Duration(max(s.Rounds, 1)) }

// Length is how many portions the next round has: of the first it is learnt what they take.
func (s schedule) Length() int {
	if s.Rounds == 0 {
		return 1
	}
	length := length(s.Rounds, s.Linked, s.PerLaunch(), s.PerPortion())
	if s.Budget == 0 {
		return length
	}
	// What the rounds that a verdict needs will take at least is kept for them.
	missing := time.Duration(max(s.Fewest-s.Rounds, 1))
	left := s.Budget - s.Spent - missing*(s.PerLaunch()+s.PerPortion())
	return int(min(1+max(left/s.PerPortion(), 0), time.Duration(length)))
}

// Least is what the fewest rounds take, where each is a start and a portion that take so long.
func (s schedule) Least(start, portion time.Duration) time.Duration {
	return time.Duration(s.Fewest) * (start + portion)
}

// Hopeless reports whether the budget is far too small for rounds that take so long. By half it may be exceeded.
func (s schedule) Hopeless(start, portion time.Duration) bool {
	return s.Budget > 0 && s.Rounds < s.Fewest && s.Lost+s.Least(start, portion) > s.Budget+s.Budget/2
}

// Over reports whether the budget does not suffice for another round, or none is needed.
func (s schedule) Over() bool {
	if s.Once && s.Rounds >= s.Fewest {
		return true
	}
	return s.Budget > 0 && s.Rounds >= s.Fewest && s.Spent+s.PerLaunch()+s.PerPortion() > s.Budget
}

// Full reports whether the budget does not suffice for another portion of the round that is being measured.
func (s schedule) Full() bool {
	return s.Budget > 0 && s.Rounds+1 >= s.Fewest && s.Spent+s.PerPortion() > s.Budget
}

// length is how many portions the next round has, after so many: a portion is as many requests as the quantiles that are judged
// need.
//
// A round is one launch of both processes, and the unit that is judged: what is measured in one launch shares the luck of its
// pages, addresses and hash seeds, and of its links, and however much of that there is, it is seen once. More of it makes a round
// surer only of its own launch. So rounds are as short as can be up to the first look, and then twice as long, because whatever is
// not settled by then is noisy. Where a start costs more than a portion, a round has more of them: with a start of cost S, portions
// of cost R and noise that launches and portions have equal shares in, sqrt(S/R) portions see most in a given time (Cochran 1977,
// section 10.6).
//
// Rounds with a link of each side of their own stay short: what makes those noisy is their layouts, and more of a round is no more
// of these.
func length(rounds int, linked bool, start, portion time.Duration) int {
	if rounds < firstLook || linked {
		return clamp(math.Sqrt(float64(start)/float64(max(portion, 1))), 1, 8)
	}
	return clamp(2*math.Sqrt(float64(start)/float64(max(portion, 1))), 2, 16)
}

// firstLook is the number of rounds after which a plan looks first.
const firstLook = 8

func clamp(x float64, least, most int) int {
	return int(min(max(math.Round(x), float64(least)), float64(most)))
}

// schedule is that of the benchmark now.
func (m *measurement) schedule() schedule {
	if m.least == 0 {
		m.least = m.plan.Fewest()
	}
	return schedule{
		Budget: m.budget, Fewest: m.least, Linked: m.linked, Once: m.allSame(), Rounds: m.judging.Rounds(), Portions: m.portions,
		Starts: m.starts, Lost: m.late.lost, Spent: time.Since(m.began),
	}
}

// length is how many portions the next round has. A whole run has one.
func (m *measurement) length() int {
	if !m.inDuet {
		return 1
	}
	return m.schedule().Length()
}

// feasible says if the budget is hopeless, where a start and a portion take so long.
func (m *measurement) feasible(start, portion time.Duration) error {
	s := m.schedule()
	if !s.Hopeless(start, portion) {
		return nil
	}
	if lost := s.Lost; lost > 0 {
		if s.Lost = 0; !s.Hopeless(start, portion) {
			return m.late.failure(s.Fewest)
		}
	}
	return failure(policy.SmallBudget, policy.Facts{Need: s.Fewest, Round: portion, Start: start},
		policy.Advice{Do: policy.MoreRounds, Amount: float64(s.Fewest), Budget: roundUp(s.Least(start, portion))},
		policy.Advice{Do: policy.ShortenWork})
}

// longest is how long a process may live, for a gate that cannot end it.
func (m *measurement) longest() time.Duration {
	return 2 * (m.gate.order.Timeout + max(m.budget, m.gate.order.Budget))
}

func roundUp(d time.Duration) time.Duration {
	return time.Duration(math.Ceil(d.Seconds()/10)) * 10 * time.Second
}

// lend is the time that a benchmark may take: its own, and what those before it have left.
func (g *gate) lend() time.Duration { return g.order.Budget + g.left }

// took says how much of that was taken.
func (g *gate) took(d time.Duration) { g.left = max(g.lend()-d, 0) }
