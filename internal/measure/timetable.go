package measure

import (
	"context"
	"fmt"
	"time"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/policy"
)

const (
	// closing is what is kept of the time that go test leaves, for the report and for what regressed to be explained: a tenth, and no
	// more than so much.
	closing = 45 * time.Second
	// unknownBenchmark is about how long a benchmark takes, before one was measured: eight rounds of it, and what links take.
	unknownBenchmark = 8 * time.Second
	// leastBenchmark is the least time that is worth beginning one.
	leastBenchmark = 2 * time.Second
)

// timetable divides the time that a gate may measure among its benchmarks. Each has what is left, less what those after it are
// likely to need; not less than an equal share, nor than it is likely to need itself. So where there is too little for all, the
// first have enough, and the last are not begun.
type timetable struct {
	end    time.Time       // of measuring; zero: it has none
	all    int             // benchmarks to be measured
	done   int             // of them
	spent  time.Duration   // on those
	missed []time.Duration // what those need that there was no time for; 0: that is not known

	setting policy.Action // that makes it longer
	whole   time.Duration // what that is set to; 0: not known
}

// timetable is that of so many benchmarks, by what go test leaves and the gate's own total.
func (g *gate) timetable(ctx context.Context, now time.Time, benchmarks int) *timetable {
	t := &timetable{all: benchmarks, setting: policy.MoreTime}
	if deadline, ok := ctx.Deadline(); ok {
		t.end = deadline.Add(-min(closing, deadline.Sub(now)/10))
		if g.order.TestTimeout > 0 {
			t.setting, t.whole = policy.LongerTimeout, g.order.TestTimeout
		}
	}
	if total := g.order.Total; total > 0 && (t.end.IsZero() || now.Add(total).Before(t.end)) {
		t.end, t.setting, t.whole = now.Add(total), policy.LongerTotal, total
	}
	return t
}

// each is about how long a benchmark takes, by those that were measured.
func (t *timetable) each() time.Duration {
	if t.done == 0 {
		return unknownBenchmark
	}
	return t.spent / time.Duration(t.done)
}

// share is how long the next benchmark may take; 0 when there is no time for it, and below 0 when there is no end.
func (t *timetable) share(now time.Time) time.Duration {
	if t.end.IsZero() {
		return -1
	}
	left, after := t.end.Sub(now), time.Duration(t.all-t.done-len(t.missed)-1)
	// A budget may be exceeded by half, where that reaches a verdict.
	share := max(left-after*t.each(), left/(after+1), min(left, max(t.each(), leastBenchmark*3/2))) * 2 / 3
	if share < leastBenchmark {
		return 0
	}
	return share
}

// took says how long a benchmark took.
func (t *timetable) took(d time.Duration) { t.done, t.spent = t.done+1, t.spent+d }

// foresee says what will be measured, and about how long that takes.
func (g *gate) foresee(now time.Time, t *timetable) {
	if t.all == 0 {
		return
	}
	text := fmt.Sprintf("measuring %s, about %s", plural(t.all, "benchmark"), (time.Duration(t.all) * t.each()).Round(time.Second))
	if !t.end.IsZero() {
		text += fmt.Sprintf(" of the %s that there are", t.end.Sub(now).Round(time.Second))
	}
	g.order.Display.Plan("%s", text)
}

// miss says that there was no time for a benchmark, which needs so long; 0: that is not known.
func (t *timetable) miss(need time.Duration) { t.missed = append(t.missed, need) }

// notMeasured says of the benchmarks that there was no time for how many they are, and what would have measured them.
func (t *timetable) notMeasured(now time.Time) error {
	more := -max(t.end.Sub(now), 0) // what is left was too little for any of them
	for _, need := range t.missed {
		if need == 0 {
			need = max(t.each(), unknownBenchmark)
		}
		more += need
	}
	longer := policy.Advice{Do: t.setting, Budget: roundUp(t.whole + max(more, leastBenchmark))}
	if t.setting == policy.LongerTimeout { // of which a part is kept for closing
		longer.Budget = (t.whole + max(more, leastBenchmark)*10/9 + time.Minute - 1).Truncate(time.Minute)
	}
	return failure(policy.NotMeasured, policy.Facts{Have: len(t.missed), Need: t.all}, longer, policy.Advice{Do: policy.MoreMachines})
}

// measurable counts the pairs that are to be measured here.
func (g *gate) measurable(pairs []judge.Pair) int {
	n := 0
	for _, pair := range pairs {
		if _, strange := g.strange(pair); pair.Measurable() && !pair.Elsewhere && !strange {
			n++
		}
	}
	return n
}
