package measure

import (
	"context"
	"math"
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/policy"
)

// shape is what turns a benchmark needs for its iterations to be measured as go test -bench measures them. The first launch of a
// gate finds out, for all of them.
type shape struct {
	asked  bool
	once   once
	long   longTurns
	behind behind
}

// behind are turns of a benchmark whose set-up is long. Later launches do not look for them again.
type behind struct {
	iterations int // 0: the set-up is not long
	stood      each[time.Duration]
}

// longTurns are those of a benchmark whose short turns do not tell the change of a run. A b.N function begins anew in each turn:
// one that takes its inputs in order, or fills something, would be measured on the first of them alone.
type longTurns struct {
	iterations int // 0: short turns will do
	lasts      time.Duration
}

const (
	// longTurn is how long a turn is that is compared with short ones: as long as a portion of them, and fewLong of them at least.
	longTurn = plainPortion
	fewLong  = 3
	// otherChange is by how much the change in long turns must be another than in short ones, as a logarithm: what a short turn costs
	// besides, such as caches that the other side has used, is the same on both sides.
	otherChange = 0.08
	// surelyLong is how many times, one after the other, long turns must tell another change than short ones. On a shared host the
	// ratio of two turns of 0.1 s has a standard deviation of up to 0.2, so that noise alone does in one of 200 benchmarks.
	surelyLong = 6
)

// shapeOf is a benchmark's shape, which is not known before its first launch.
func (g *gate) shapeOf(id policy.ID) *shape {
	if g.shapes == nil {
		g.shapes = map[policy.ID]*shape{}
	}
	if g.shapes[id] == nil {
		g.shapes[id] = &shape{}
	}
	return g.shapes[id]
}

// ask finds out the benchmark's shape, by turns that leave no trace. sides are what shorter ones have told.
func (d *iterations) ask(ctx context.Context, sides each[trial]) (err error) {
	s := d.of.shape
	s.asked = true
	if s.once, err = d.askOnce(ctx, sides); err != nil {
		return err
	}
	if s.once.there() {
		d.of.note("what a turn does once, before its loop or in its first iteration, is subtracted: docs/turns.md")
	}
	lasts := d.fit()
	if lasts == 0 {
		for _, i := range d.of.sides {
			lasts = max(lasts, sides[i].lasts(d.turn.Iterations))
		}
	}
	if s.long, err = d.askLong(ctx, lasts); err != nil {
		return err
	}
	if s.long.iterations > 0 {
		d.of.note("turns are longer than elsewhere, since they tell another change than short ones: docs/turns.md")
	}
	return nil
}

// fit makes turns what the shape says they are to be, and says how long one lasts on the slower side; 0: they are as they were.
func (d *iterations) fit() (lasts time.Duration) {
	s := d.of.shape
	switch {
	case s.long.iterations > 0:
		d.turn.Iterations, lasts = s.long.iterations, s.long.lasts
	case s.once.iterations > 0:
		d.turn.Iterations, lasts = s.once.iterations, s.once.lasts
	default:
		return 0
	}
	d.turns = turnsOf(lasts)
	d.expected = lasts * time.Duration(len(d.of.sides)*d.turns)
	return lasts
}

// askLong compares a long turn of each side with short ones, which last so long each, of as many iterations in all.
func (d *iterations) askLong(ctx context.Context, lasts time.Duration) (l longTurns, err error) {
	short := d.turn
	defer func() { d.turn = short }()
	lasts = max(lasts, 1)
	many := min(int(min(max(longTurn/lasts, fewLong), longestTurn/lasts)), duet.MaxIterations/short.Iterations)
	if many < 2 || d.of.budget > 0 && 2*time.Duration(many*len(d.of.sides))*lasts > d.of.budget/10 {
		return l, nil
	}
	var slower, faster, allocates each[int] // how often in long turns, by the side that the candidate is compared with
	for tried := 1; tried <= surelyLong; tried++ {
		d.turn = duet.PlainTurn{Iterations: many * short.Iterations, WarmUp: true}
		long, err := d.sum(ctx, 1)
		if err != nil {
			return l, err
		}
		d.turn.Iterations = short.Iterations
		shorts, err := d.sum(ctx, many)
		if err != nil {
			return l, err
		}
		unlike, took := false, time.Duration(0)
		for _, i := range d.of.sides {
			took = max(took, long[i].Took)
			if i == candidateSide {
				continue
			}
			was := change{&shorts[i], &shorts[candidateSide]}
			is := change{&long[i], &long[candidateSide]}
			slower[i] += count(is.slower(was))
			faster[i] += count(was.slower(is))
			allocates[i] += count(is.allocatesOther(was))
			unlike = unlike || max(slower[i], faster[i], allocates[i]) == tried
		}
		if !unlike {
			return longTurns{}, nil
		}
		if tried == 1 || took < l.lasts { // at best: a stall says nothing of what is to come
			l.lasts = took
		}
	}
	l.iterations = many * short.Iterations
	return l, nil
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}

// sum adds up so many turns of each side.
func (d *iterations) sum(ctx context.Context, turns int) (sums each[duet.PlainResult], err error) {
	for range turns {
		results, err := d.take(ctx, d.draw())
		if err != nil {
			return sums, err
		}
		d.warmed += int(results[candidateSide].Iterations)
		for _, i := range d.of.sides {
			s, r := &sums[i], results[i]
			s.Iterations += r.Iterations
			s.Timed += r.Timed
			s.Wall += r.Wall
			s.CPU += r.CPU
			s.Allocations += r.Allocations
			s.Bytes += r.Bytes
			s.Took += r.Took
		}
	}
	return sums, nil
}

// change is what turns of two sides tell of the change from one to the other.
type change struct{ from, to *duet.PlainResult }

// slower reports whether c says more than otherChange slower than the other change does. Where iterations compute, the timer hardly
// stands and nothing is subtracted, CPU times must say so, too: a neighbour slows a long turn more than short ones, whichever side
// has it.
func (c change) slower(than change) bool {
	timed := func(r *duet.PlainResult) time.Duration { return r.Timed }
	cpu := func(r *duet.PlainResult) time.Duration { return r.CPU }
	computes := func(r *duet.PlainResult) bool { return r.CPU > r.Timed/2 && r.Wall-r.Timed < r.Timed/10 }
	return c.ratio(timed) > than.ratio(timed)+otherChange &&
		(!computes(than.from) || !computes(than.to) || c.ratio(cpu) > than.ratio(cpu)+otherChange)
}

// ratio is the logarithm of what an iteration takes on the second side over what one takes on the first.
func (c change) ratio(of func(*duet.PlainResult) time.Duration) float64 {
	each := func(r *duet.PlainResult) float64 { return float64(max(of(r), 1)) / float64(max(r.Iterations, 1)) }
	return math.Log(each(c.to) / each(c.from))
}

// allocatesOther reports whether objects or bytes of an iteration change by more, or by less, than in the other change.
func (c change) allocatesOther(than change) bool {
	other := func(of func(*duet.PlainResult) int64, least float64) bool {
		each := func(r *duet.PlainResult) float64 { return float64(of(r)) / float64(max(r.Iterations, 1)) }
		differs := math.Abs((each(c.to) - each(c.from)) - (each(than.to) - each(than.from)))
		return differs > least && differs > bytesShare*max(each(than.from), each(than.to))
	}
	return other(func(r *duet.PlainResult) int64 { return r.Allocations }, objectsOnce) ||
		other(func(r *duet.PlainResult) int64 { return r.Bytes }, bytesOnce)
}
