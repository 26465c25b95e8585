package measure

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/internal/duet"
)

// A search ends, with turns of about 1 ms, of about as long as the set-up, or of 0.1 s behind a longer one.
func TestSearchOfTurns(t *testing.T) {
	const us, ms = time.Microsecond, time.Millisecond
	for _, c := range []struct {
		name                 string
		setUp, timed, stands time.Duration
		least, most          int
	}{
		{"short", 0, us, 0, 900, 1100},
		{"of a nanosecond", 0, 1, 0, 900_000, 1_100_000},
		{"long", 0, 30 * ms, 0, 1, 1},
		{"longer than a turn may take", 0, 2 * time.Second, 0, 1, 1},
		{"set-up", 20 * ms, us, 0, 18_000, 22_000},
		{"a set-up as long as a portion", 90 * ms, us, 0, 80_000, 100_000},
		{"a long set-up", time.Second, 30 * us, 0, 3000, 3500},
		{"the timer stands in each", 0, 10 * us, ms, 90, 110},
		{"the timer stands for long in each", 0, us, 300 * ms, 1, 4},
		{"both", time.Second, 100 * us, 5 * ms, 10, 250},
	} {
		var known behind
		for launch := range 2 {
			s, tried := known.search(), time.Duration(0)
			for turns := 0; ; turns++ {
				assert.Less(t, turns, 100, c.name)
				assert.Less(t, tried, 30*time.Second, c.name)
				n := time.Duration(s.iterations)
				r := &duet.PlainResult{Iterations: int64(n), Timed: n * c.timed, Wall: c.setUp + n*(c.timed+c.stands)}
				tried += 2 * r.Wall
				if t.Failed() || s.found([]int{0, 1}, each[*duet.PlainResult]{r, r}, tried) {
					break
				}
			}
			assert.GreaterOrEqual(t, s.iterations, c.least, "%s, launch %d", c.name, launch)
			assert.LessOrEqual(t, s.iterations, c.most, "%s, launch %d", c.name, launch)
			if s.long() {
				known.keep(s)
				assert.Equal(t, s.iterations, known.iterations)
			}
		}
	}
}
