package measure

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/tailgate-go/tailgate/policy"
)

// Which dominates, rounds or launches? On two shared cores (EPYC, November 2026; 40 launches of three rounds of 100 requests
// of 5 ms, identical sides; standard deviation of the logarithm of the ratio of both sides, in percent):
//
//	                  one round   mean of a launch   what three rounds explain
//	p50, quiet           2.1            1.2                 1.2
//	p95, quiet           8.7            5.3                 5.0
//	p50, beside builds   6.7            3.7                 3.9
//	p95, beside builds  10.9            5.5                 6.3
//
// A launch adds nothing that shows to its rounds, now that both sides serve on one CPU in turn; where each served on its own it
// added 2 % (see duet.HoldCPU). So rounds are the unit, from a few launches; below a limit of 3 % nobody should rely on that.
const (
	// launches is the fewest launches of a verdict: the luck of one process is not to pass for a change.
	launches = 5
	// fine is the limit, in percent, below which a launch has one round, so that the unit judged is the launch.
	fine = 3
	// setupShare is how much of the time may go into launches, once there are enough of them.
	setupShare = 0.1
)

// perRound and perLaunch are what a round and the start of a launch have taken so far, on average. A round takes some time,
// though the clock may not tell.
func (m *measurement) perRound() time.Duration {
	return max((time.Since(m.began)-m.setup)/time.Duration(max(m.rounds, 1)), 1)
}

func (m *measurement) perLaunch() time.Duration { return m.setup / time.Duration(max(m.launches, 1)) }

// fewest is the number of rounds with which a verdict can be reached.
func (m *measurement) fewest() int {
	if m.least == 0 {
		m.least = max(m.plan.Fewest(), launches)
	}
	return m.least
}

// feasible says if the budget is far too small for launches and rounds that take so long. By half it may be exceeded.
func (m *measurement) feasible(perLaunch, perRound time.Duration) error {
	least := launches*perLaunch + time.Duration(m.fewest())*perRound
	if m.rounds >= m.fewest() || least <= m.gate.order.Budget+m.gate.order.Budget/2 {
		return nil
	}
	return fmt.Errorf("a round takes %.1f s and its start %.1f s, and the least to judge by is %d rounds in %d starts: "+
		"set a budget of %s or more (-regress.budget), or shorten the workload",
		perRound.Seconds(), perLaunch.Seconds(), m.fewest(), launches, roundUp(least))
}

// spent reports whether the budget does not suffice for another launch of a round.
func (m *measurement) spent() bool {
	return m.rounds >= m.fewest() && time.Since(m.began)+m.perLaunch()+m.perRound() > m.gate.order.Budget
}

// size is how many rounds the next launch is to have.
func (m *measurement) size() int {
	if m.launches == 0 || !m.inDuet || m.anew() {
		return 1 // of the first it is learnt what a launch and a round take
	}
	next := m.fewest()
	for _, n := range m.plan.Rounds() {
		next = n
		if n > m.rounds {
			break
		}
	}
	if m.launches < launches {
		// As many rounds as there will be by the first look, in as many launches as there must be.
		left := m.gate.order.Budget - time.Since(m.began) - time.Duration(launches-m.launches)*m.perLaunch()
		next = min(next, max(m.rounds+m.fits(left, next), m.fewest()))
		return max(ceil(float64(next-m.rounds)/float64(launches-m.launches)), 1)
	}
	share := float64(m.perLaunch()) / float64(m.perRound()) / setupShare
	return max(ceil(min(share, float64(next-m.rounds))), 1)
}

// fits is how many rounds fit into the time that is left, and most at most.
func (m *measurement) fits(left time.Duration, most int) int {
	return int(min(left/m.perRound(), time.Duration(most)))
}

func ceil(x float64) int { return int(math.Ceil(x)) }

// anew reports whether each round needs a launch of its own: under narrow limits, where the luck of a launch matters, and for
// allocations, which are counted over a whole launch.
func (m *measurement) anew() bool {
	return m.judges(func(r policy.Rule) bool {
		return r.MaxRegressionPercent < fine || r.Metric == "allocs/op" || r.Metric == "B/op"
	})
}

func (m *measurement) judges(is func(policy.Rule) bool) bool {
	return slices.ContainsFunc(m.pair.Rules(), is)
}

func roundUp(d time.Duration) time.Duration {
	return time.Duration(math.Ceil(d.Seconds()/10)) * 10 * time.Second
}
