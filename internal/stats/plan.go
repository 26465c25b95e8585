package stats

import "math"

// Plan says after how many pairs to look at the results and with what intervals, so that measuring can stop as soon as a verdict
// is settled. Who looks often without a plan finds a change sooner or later in any noise.
//
// Alpha is spent along the square root of the pairs: up to the look after n pairs a verdict has spent at most
//
//	Alpha / Family * sqrt(n / last)
//
// and each look takes the largest level that the signed-rank test of n pairs has within what is left (a spending function as of
// Lan and DeMets 1983, of the power family of Kim and DeMets 1987). Levels come in steps of 1/2^n; what a look cannot use is
// left to the next. A look too early to settle anything is put off, pair by pair, until it can. With the defaults the first is
// after 8 pairs for a family of up to 3, after 9 up to 7, after 10 up to 14, after 11 up to 31, and after 12 up to 64.
//
// The levels of all looks sum to at most Alpha, so whatever the looks have to do with each other, no more than Alpha is spent:
// that is what makes it hold in any noise. Pairs that are alike and independent leave a third of Alpha unused, which costs them
// a tenth of the rounds.
//
// The power of 1/2 was chosen by simulation (normal noise, powers 0.1 to 2 and equal shares, 20,000 runs each): less spends
// earlier and misses more at 1.2 and 1.5 times the limit, more takes longer to find that nothing has changed, as most runs do,
// and lets fewer verdicts settle after 8 pairs.
//
// The zero value is the plan for one verdict at an Alpha of 0.05.
type Plan struct {
	Alpha  float64 // chance of an error of one kind, 0-1, over all looks and verdicts: see Look. 0 means 0.05
	Family int     // number of verdicts that share Alpha; 0 means 1
	Pairs  []int   // when to look, ascending; nil means after 8, 12, 18, 27, 40, 60, 90 and 120 pairs
}

// Look is a time to judge. If a verdict is what [Limit.Place] says of the intervals at a confidence of 1 - 2*Alpha, its errors over
// all looks are these, each for a verdict's share of the plan's Alpha:
//
//   - Beyond, though the change is within the limit: at most the share. For two limits joined by min too, though neither
//     test gives way to the other: the change is within one of them, and its test must have erred (an intersection-union
//     test, Berger 1982).
//   - Within, though the change is beyond the limit: at most the share; for two limits joined by min twice that, since either test
//     may err. It comes near to twice only if the change lies at the edge of both and the two disagree, which they hardly can:
//     they look at the same pairs.
//
// The two exclude each other, so a verdict errs in one way only.
type Look struct {
	Pairs int
	// Alpha is one-sided: the chance that the true change lies below the interval, and as much that it lies above.
	// It is 0 if there are too few pairs to settle anything.
	Alpha float64
}

// Looks returns the looks at which something can be settled, in order. It is empty if none can.
func (p Plan) Looks() []Look {
	p = p.withDefaults()
	last := p.Pairs[len(p.Pairs)-1]
	var looks []Look
	spent := 0.0
	for i, planned := range p.Pairs {
		end := last + 1
		if i+1 < len(p.Pairs) {
			end = p.Pairs[i+1]
		}
		for n := planned; n < end; n++ {
			look := lookAt(n, p.share()*math.Sqrt(float64(n)/float64(last))-spent)
			if look.Alpha > 0 {
				looks = append(looks, look)
				spent += look.Alpha
				break
			}
		}
	}
	return looks
}

// Final returns the look to end with after n pairs when there will be no more, because a budget is spent: it spends all that the
// looks before have left. The reason to stop must not be which side was the faster; how long both took together may be.
func (p Plan) Final(n int) Look {
	free := p.withDefaults().share()
	for _, look := range p.Looks() {
		if look.Pairs < n {
			free -= look.Alpha
		}
	}
	return lookAt(n, free)
}

// share is what one verdict may spend.
func (p Plan) share() float64 { return p.Alpha / float64(p.Family) }

func (p Plan) withDefaults() Plan {
	if p.Alpha == 0 {
		p.Alpha = 0.05
	}
	p.Family = max(p.Family, 1)
	if len(p.Pairs) == 0 {
		p.Pairs = []int{8, 12, 18, 27, 40, 60, 90, 120}
	}
	return p
}

// lookAt returns the look after n pairs with the largest level that the signed-rank test has up to alpha.
func lookAt(n int, alpha float64) Look {
	if n < 1 {
		return Look{Pairs: n}
	}
	_, spent := signedTail(n, min(2*alpha, 1))
	return Look{Pairs: n, Alpha: spent / 2}
}
