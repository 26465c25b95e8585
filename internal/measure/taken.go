package measure

import (
	"slices"
	"time"

	"github.com/tailgate-go/tailgate/internal/stats"
	"github.com/tailgate-go/tailgate/policy"
)

// taken are the turns of a round, as far as they tell what disturbed it.
type taken struct {
	sides each[struct {
		turns    []turnTimes
		switches int64
		counted  bool // CPU times are known
	}]
	last int // the side that served last, counted from 1; 0 before the first turn
}

// turnTimes are those of one turn.
type turnTimes struct {
	wall, cpu time.Duration
	after     int // the side that served before, as taken.last
}

// add adds a turn of side i.
func (t *taken) add(i int, wall, cpu time.Duration, switches int64) {
	s := &t.sides[i]
	s.turns = append(s.turns, turnTimes{wall, cpu, t.last})
	t.last = 1 + i
	s.switches += switches
	s.counted = s.counted || cpu > 0
}

// turn is what a turn took, in the median of all sides.
func (t *taken) turn() time.Duration {
	var all []turnTimes
	for _, s := range t.sides {
		all = append(all, s.turns...)
	}
	return middle(all, wallOf)
}

// cpu is the CPU time of all turns of side i, if that is known.
func (t *taken) cpu(i int) (total time.Duration, counted bool) {
	for _, turn := range t.sides[i].turns {
		total += turn.cpu
	}
	return total, t.sides[i].counted
}

const stall = time.Millisecond

// noise counts what the machine did in turns of so many operations: a turn that a neighbour or the host has held up took longer, in
// no more CPU time.
func (t *taken) noise(operations int) policy.Noise {
	n := policy.Noise{Rounds: 1, Operations: operations, Turn: t.turn().Seconds()}
	var took time.Duration
	stalls, switches := 0, int64(0)
	for i := range t.sides {
		s := &t.sides[i]
		if len(s.turns) == 0 { // it takes no part
			continue
		}
		wall, cpu := middle(s.turns, wallOf), middle(s.turns, func(t turnTimes) time.Duration { return t.cpu })
		for _, t := range s.turns {
			took += t.wall
			if s.counted && t.wall-wall-max(0, t.cpu-cpu) > stall {
				stalls++
			}
		}
		switches += s.switches
	}
	if n.Seconds = took.Seconds(); n.Seconds > 0 {
		n.Stalls, n.Switches = float64(stalls)/n.Seconds, float64(switches)/n.Seconds
	}
	return n
}

// alternation is, for each side, how much longer a turn took after one of another side's than after one of its own: see round.
func (t *taken) alternation() (slower []float64) {
	for i := range t.sides {
		turns := t.sides[i].turns
		own := slices.DeleteFunc(slices.Clone(turns), func(t turnTimes) bool { return t.after != 1+i })
		other := slices.DeleteFunc(slices.Clone(turns), func(t turnTimes) bool { return t.after == 0 || t.after == 1+i })
		if len(own) > 0 && len(other) > 0 {
			slower = append(slower, float64(middle(other, wallOf))/float64(middle(own, wallOf))-1)
		}
	}
	return slower
}

func wallOf(t turnTimes) time.Duration { return t.wall }

func middle(turns []turnTimes, of func(turnTimes) time.Duration) time.Duration {
	values := make([]int64, len(turns))
	for i, t := range turns {
		values[i] = int64(of(t))
	}
	slices.Sort(values)
	return time.Duration(stats.Quantile(values, 0.5))
}
