package measure

import (
	"math"
	"time"

	"github.com/tailgate-go/tailgate/policy"
)

// Length is how many portions the next round has, after so many: a portion is as many requests as the quantiles that are judged
// need.
//
// A round is one launch of both processes, and the unit that is judged: what is measured in one launch shares the luck of its
// pages, addresses and hash seeds, and of its links, and however much of that there is, it is seen once. More of it makes a round
// surer only of its own launch. So rounds are as short as can be up to the first look, and then twice as long, because whatever is
// not settled by then is noisy. Where a start costs more than a portion, a round has more of them: with a start of cost S, portions
// of cost R and noise that launches and portions have equal shares in, sqrt(S/R) portions see most in a given time (Cochran 1977,
// section 10.6).
//
// Rounds with a link of each side of their own are fewer, since a link takes about a second; their later ones are longer.
func Length(rounds int, linked bool, start, portion time.Duration) int {
	length := clamp(math.Sqrt(float64(start)/float64(max(portion, 1))), 1, 8)
	switch {
	case rounds < firstLook:
		return length
	case !linked:
		return clamp(2*math.Sqrt(float64(start)/float64(max(portion, 1))), 2, 16)
	case rounds < 12:
		return 2 * length
	case rounds < 18:
		return 4 * length
	}
	return 8 * length
}

// firstLook is the number of rounds after which a plan looks first.
const firstLook = 8

func clamp(x float64, least, most int) int {
	return int(min(max(math.Round(x), float64(least)), float64(most)))
}

// length is how many portions the next round has: of the first it is learnt what they take.
func (m *measurement) length() int {
	rounds := m.judging.Rounds()
	if rounds == 0 || !m.inDuet {
		return 1
	}
	// What the rounds that a verdict needs will take at least is kept for them.
	missing := time.Duration(max(m.fewest()-rounds, 1))
	left := m.budget - time.Since(m.began) - missing*(m.perLaunch()+m.perPortion())
	length := Length(rounds, m.linked, m.perLaunch(), m.perPortion())
	return int(min(1+max(left/m.perPortion(), 0), time.Duration(length)))
}

// perPortion and perLaunch are what a portion and a start have taken so far, on average. A portion takes some time, though the
// clock may not tell.
func (m *measurement) perPortion() time.Duration {
	return max((time.Since(m.began)-m.starts)/time.Duration(max(m.portions, 1)), 1)
}

func (m *measurement) perLaunch() time.Duration {
	return m.starts / time.Duration(max(m.judging.Rounds(), 1))
}

// fewest is the number of rounds with which a verdict can be reached.
func (m *measurement) fewest() int {
	if m.least == 0 {
		m.least = m.plan.Fewest()
	}
	return m.least
}

// feasible says if the budget is far too small for rounds that take so long. By half it may be exceeded.
func (m *measurement) feasible(perLaunch, perPortion time.Duration) error {
	least := time.Duration(m.fewest()) * (perLaunch + perPortion)
	if m.judging.Rounds() >= m.fewest() || least <= m.budget+m.budget/2 {
		return nil
	}
	return failure(policy.SmallBudget, policy.Facts{Need: m.fewest(), Round: perPortion, Start: perLaunch},
		policy.Advice{Do: policy.MoreRounds, Amount: float64(m.fewest()), Budget: roundUp(least)}, policy.Advice{Do: policy.ShortenWork})
}

// spent reports whether the budget does not suffice for another round.
func (m *measurement) spent() bool {
	return m.judging.Rounds() >= m.fewest() && time.Since(m.began)+m.perLaunch()+m.perPortion() > m.budget
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
