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
	lost   time.Duration // on all of them
	each   time.Duration // what a round takes at least: what the last one took until it was known to be late
	lag    time.Duration // of the last one, the p99
}

func (l *late) add(took, lag time.Duration) {
	l.rounds++
	l.lost += took
	l.each, l.lag = took, lag
}

// failure says that there is no time for a round more, where so many are the fewest to judge by.
func (l late) failure(fewest int) error {
	return failure(policy.Late, policy.Facts{Have: l.rounds, Need: fewest, Lag: l.lag},
		policy.Advice{Do: policy.LowerRate}, policy.Advice{Do: policy.QuieterMachine})
}

// noteLate says how many rounds were measured again.
func (m *measurement) noteLate() {
	if n := m.late.rounds; n > 0 {
		m.note(fmt.Sprintf("%s measured again, since the load generator was late in them", plural(n, "round")))
	}
}
