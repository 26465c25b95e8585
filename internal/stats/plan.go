package stats

import "math"

// Plan says after how many pairs to look at the results and with what intervals, so that measuring can stop as soon as a verdict
// is settled. Who looks often without a plan finds a change sooner or later in any noise.
//
// There are two errors, and a budget for each. A change that is called beyond the limit and is not is an alarm: all verdicts
// share Alpha for it, since one of many would be enough to stop a team. A change that is called within and is not is a miss: each
// verdict has Alpha of its own for it.
//
// A budget is spent along the square root of the pairs: up to the look after n pairs a verdict has spent at most
//
//	Alpha / Family * sqrt(n / last)  on alarms   and   Alpha * sqrt(n / last)  on misses
//
// and each look takes the largest level that the signed-rank test of n pairs has within what is left (a spending function as of
// Lan and DeMets 1983, of the power family of Kim and DeMets 1987). Levels come in steps of 1/2^n; what a look cannot use is
// left to the next.
//
// The levels of all looks sum to at most their budget, so whatever the looks have to do with each other, no more is spent:
// that is what makes it hold in any noise. Pairs that are alike and independent leave a third of it unused, which costs them
// a tenth of the rounds.
//
// The power of 1/2 was chosen by simulation (normal noise, powers 0.1 to 2 and equal shares, 20,000 runs each): less spends
// earlier and misses more at 1.2 and 1.5 times the limit, more takes longer to find that nothing has changed, as most runs do,
// and lets fewer verdicts settle after 8 pairs.
//
// The zero value is the plan for one verdict at an Alpha of 0.05.
type Plan struct {
	Alpha  float64 // chance of an error of one kind, 0-1, over all looks: of an alarm in the family, of a miss in a verdict. 0: 0.05
	Family int     // number of verdicts that share Alpha; 0 means 1
	Sure   float64 // alarms have so many times less than Alpha; 0 means 1
	Pairs  []int   // when to look, ascending; nil means after 8, 12, 18, 27, 40 and 60 pairs
}

// Look is a time to judge. If a verdict is what [Limit.Place] says of the interval at a confidence of 1 - 2*Alpha when that is
// Beyond, and of the one at 1 - 2*Miss when that is Within, its errors over all looks are these:
//
//   - Beyond, though the change is within the limit: at most the verdict's share of the plan's Alpha. For two limits joined by min
//     too, though neither test gives way to the other: the change is within one of them, and its test must have erred (an
//     intersection-union test, Berger 1982).
//   - Within, though the change is beyond the limit: at most the plan's Alpha; for two limits joined by min twice that, since
//     either test may err. It comes near to twice only if the change lies at the edge of both and the two disagree, which they
//     hardly can: they look at the same pairs.
//
// The two exclude each other, so a verdict errs in one way only.
type Look struct {
	Pairs int
	// Alpha and Miss are one-sided: the chance that the true change lies below the interval, and as much that it lies above.
	// They are 0 if there are too few pairs to settle anything.
	Alpha, Miss float64
}

// Looks returns the looks at which something can be settled, in order. It is empty if none can.
func (p Plan) Looks() []Look {
	p = p.withDefaults()
	last := p.Pairs[len(p.Pairs)-1]
	var looks []Look
	var spent Look
	for _, n := range p.Pairs {
		part := math.Sqrt(float64(n) / float64(last))
		look := Look{n, level(n, part*p.share()-spent.Alpha), level(n, part*p.Alpha-spent.Miss)}
		if look.Alpha > 0 || look.Miss > 0 {
			looks = append(looks, look)
			spent.Alpha += look.Alpha
			spent.Miss += look.Miss
		}
	}
	return looks
}

// Final returns the look to end with after n pairs when there will be no more, because a budget is spent: it spends all that the
// looks before have left. The reason to stop must not be which side was the faster; how long both took together may be.
func (p Plan) Final(n int) Look { return p.rest(n, n) }

// Again is Final where there has been a planned look after n pairs, too: it spends what that has left as well.
func (p Plan) Again(n int) Look { return p.rest(n, n+1) }

// rest is a look after n pairs that spends all that the looks after fewer than before have left.
func (p Plan) rest(n, before int) Look {
	p = p.withDefaults()
	left := Look{n, p.share(), p.Alpha}
	for _, look := range p.Looks() {
		if look.Pairs < before {
			left.Alpha -= look.Alpha
			left.Miss -= look.Miss
		}
	}
	return Look{n, level(n, left.Alpha), level(n, left.Miss)}
}

// share is what one verdict may spend on alarms.
func (p Plan) share() float64 { return p.Alpha / float64(p.Family) / p.Sure }

func (p Plan) withDefaults() Plan {
	if p.Alpha == 0 {
		p.Alpha = 0.05
	}
	p.Family = max(p.Family, 1)
	if p.Sure == 0 {
		p.Sure = 1
	}
	if len(p.Pairs) == 0 {
		p.Pairs = []int{8, 12, 18, 27, 40, 60}
	}
	return p
}

// level is the largest one-sided level up to alpha that the signed-rank test of n pairs has.
func level(n int, alpha float64) float64 {
	if n < 1 {
		return 0
	}
	_, spent := signedTail(n, min(2*alpha, 1))
	return spent / 2
}
