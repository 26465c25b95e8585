package measure

import (
	"errors"
	"fmt"
	"time"

	"github.com/tailgate-go/tailgate/policy"
)

// errLate means that the load generator was late in a round, which says nothing of what it loads: it is measured again.
var errLate = errors.New("the load generator was late")

// late are the rounds that were thrown away because the load generator was late.
type late struct {
	rounds int
	sides  each[int]     // of them, those in which the generator was late before that side
	lost   time.Duration // on all of them
	each   time.Duration // what a round takes at least: what the last one took until it was known to be late
	lag    time.Duration // of the last one, the p99
}

func (l *late) add(took time.Duration, of launch) {
	l.rounds++
	l.sides[of.late]++
	l.lost += took
	l.each, l.lag = took, of.lag
}

// failure says that there is no time for a round more, where so many are the fewest to judge by.
func (l late) failure(fewest int) error {
	return failure(policy.Late, policy.Facts{Have: l.rounds, Need: fewest, Lag: l.lag},
		policy.Advice{Do: policy.LowerRate}, policy.Advice{Do: policy.QuieterMachine})
}

// leaning reports whether one side has more of the late rounds than chance would give it: 8 of 8, or 21 of 28.
func (l late) leaning() bool {
	apart := float64(l.sides[baselineSide] - l.sides[candidateSide])
	return apart*apart >= 6.63*float64(l.rounds) && l.rounds >= 8 // the 1 % of a sign test, by the normal distribution
}

// noteLate says how many rounds were measured again. A side that makes the generator late, as a server on the same CPUs may, has
// its worst rounds left out, and a reader must know that.
func (m *measurement) noteLate() {
	l := m.late
	if l.rounds == 0 {
		return
	}
	note := fmt.Sprintf("%s measured again, since the load generator was late in them: "+
		"%d before the baseline, %d before the candidate", plural(l.rounds, "round"), l.sides[baselineSide], l.sides[candidateSide])
	if l.leaning() {
		note += "; one side makes it late, so its worst rounds are left out: run the load generator on CPUs of its own, or lower the rate"
	}
	m.note(note)
}
