package measure

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/part"
	"github.com/tailgate-go/tailgate/policy"
)

func TestTimetableEndsBeforeTheTestDoes(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		name        string
		left, total time.Duration // 0: none
		want        time.Duration // from now; 0: no end
	}{
		{"nothing ends it", 0, 0, 0},
		{"a total", 0, time.Hour, time.Hour},
		{"ten minutes, less what closing takes at most", 10 * time.Minute, 0, 10*time.Minute - closing},
		{"less a tenth of a short time", time.Minute, 0, 54 * time.Second},
		{"a total that is over first", 10 * time.Minute, time.Minute, time.Minute},
		{"a total that is over later", time.Minute, time.Hour, 54 * time.Second},
		{"there is no time", 0, -1, 0},
	} {
		ctx := t.Context()
		if c.left > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithDeadline(ctx, now.Add(c.left))
			defer cancel()
		}
		g := newGate(Order{Total: c.total, TestTimeout: c.left})
		table := g.timetable(ctx, now, 3)
		if c.want == 0 {
			assert.True(t, table.end.IsZero(), c.name)
			assert.Negative(t, table.share(now), c.name)
			continue
		}
		assert.Equal(t, c.want, table.end.Sub(now), c.name)
		if c.want == c.total {
			assert.Equal(t, policy.LongerTotal, table.setting, c.name)
			assert.Equal(t, c.total, table.whole, c.name)
		} else {
			assert.Equal(t, policy.LongerTimeout, table.setting, c.name)
			assert.Equal(t, c.left, table.whole, c.name)
		}
	}
	ctx, cancel := context.WithDeadline(t.Context(), now.Add(time.Minute))
	defer cancel()
	assert.Equal(t, policy.MoreTime, newGate(Order{}).timetable(ctx, now, 3).setting, "the deadline is no test's")
}

// What is left is shared: each has what those after it are not likely to need, and nobody begins what cannot end.
func TestTimetableShares(t *testing.T) {
	now := time.Now()
	table := &timetable{end: now.Add(time.Minute), all: 4}
	assert.Equal(t, (60*time.Second-3*unknownBenchmark)*2/3, table.share(now), "three others will take 8 s each, as far as is known")
	table.took(4 * time.Second)
	now = now.Add(4 * time.Second)
	assert.Equal(t, (56*time.Second-2*4*time.Second)*2/3, table.share(now), "two others will take 4 s each")
	table.took(40 * time.Second)
	now = now.Add(40 * time.Second)
	assert.Equal(t, 22*time.Second, table.each())
	assert.Equal(t, 16*time.Second*2/3, table.share(now), "all take long: better one than two halves")
	table.took(13 * time.Second)
	now = now.Add(13 * time.Second)
	assert.Equal(t, 2*time.Second, table.share(now), "the last has what is left, and may take half of it more")
	assert.Zero(t, table.share(now.Add(time.Millisecond)), "it is not worth beginning")
	assert.Zero(t, table.share(now.Add(time.Hour)), "the end is past")

	quick := &timetable{end: now.Add(time.Minute), all: 40, done: 20, spent: 20 * time.Second}
	assert.Equal(t, (60-19)*time.Second*2/3, quick.share(now))
	many := &timetable{end: now.Add(time.Minute), all: 400, done: 20, spent: 60 * time.Second}
	assert.Equal(t, 3*time.Second*2/3, many.share(now), "as long as they take, as many as there is time for")
	short := &timetable{end: now.Add(time.Minute), all: 400, done: 20, spent: 20 * time.Second}
	assert.Equal(t, leastBenchmark, short.share(now), "they take 1 s, and there is time for most of a minute")
	one := &timetable{end: now.Add(time.Minute), all: 3, done: 1, spent: 20 * time.Second, missed: []time.Duration{time.Hour}}
	assert.Equal(t, 60*time.Second*2/3, one.share(now), "what was missed needs nothing of it")
	assert.Equal(t, 20*time.Second, one.each(), "and was not measured")
}

// The advice is a whole setting, which is enough for what was missed.
func TestTimetableSaysWhatIsEnough(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		name  string
		table timetable
		want  policy.Advice
	}{
		{"what one needs is known, and much is left",
			timetable{
				end: now.Add(49 * time.Second), missed: []time.Duration{70 * time.Second}, setting: policy.LongerTotal,
				whole: time.Minute,
			},
			policy.Advice{Do: policy.LongerTotal, Budget: 90 * time.Second}},
		{"two were not begun, where others took 20 s",
			timetable{
				end: now, done: 2, spent: 40 * time.Second, missed: make([]time.Duration, 2), setting: policy.LongerTotal,
				whole: time.Minute,
			},
			policy.Advice{Do: policy.LongerTotal, Budget: 100 * time.Second}},
		{"nothing was measured, and the end is past",
			timetable{end: now.Add(-time.Minute), missed: make([]time.Duration, 1), setting: policy.MoreTime},
			policy.Advice{Do: policy.MoreTime, Budget: 10 * time.Second}},
		{"a test's time is raised by whole minutes",
			timetable{end: now, missed: []time.Duration{540 * time.Second}, setting: policy.LongerTimeout, whole: 10 * time.Minute},
			policy.Advice{Do: policy.LongerTimeout, Budget: 20 * time.Minute}},
		{"it is raised, however much is left",
			timetable{end: now.Add(time.Hour), missed: []time.Duration{time.Second}, setting: policy.LongerTotal, whole: time.Hour},
			policy.Advice{Do: policy.LongerTotal, Budget: time.Hour + 10*time.Second}},
	} {
		c.table.all = 4
		r := reason(c.table.notMeasured(now))
		assert.Equal(t, []policy.Advice{c.want, {Do: policy.MoreMachines}}, r.Advice, c.name)
		assert.Equal(t, policy.Facts{Have: len(c.table.missed), Need: 4}, r.Facts, c.name)
	}
}

// A benchmark that there is too little time for leaves it to the others, is counted alone, and told what it needs: with that both
// are measured.
func TestASlowBenchmarkBesideAFastOne(t *testing.T) {
	g := slow(10)
	g.total = time.Minute
	g.benchmarks = []pretendedBenchmark{
		{name: "Slow", effect: 1, noise: 0.001, took: 8600 * time.Millisecond},
		{name: "Fast", effect: 1, noise: 0.001, took: 100 * time.Millisecond},
	}
	verdicts := g.run(t, part.Part{}, t.TempDir()).Report.Verdicts
	require.Len(t, verdicts, 2)
	assert.Equal(t, policy.NotMeasured, verdicts[0].Reason.Code)
	assert.Equal(t, policy.Inconclusive, verdicts[0].Outcome)
	assert.Equal(t, policy.Facts{Have: 1, Need: 2}, verdicts[0].Reason.Facts)
	assert.Equal(t, policy.Advice{Do: policy.LongerTotal, Budget: 90 * time.Second}, verdicts[0].Reason.Advice[0])
	assert.Equal(t, policy.OK, verdicts[1].Outcome)

	g.total = verdicts[0].Reason.Advice[0].Budget
	for _, v := range g.run(t, part.Part{}, t.TempDir()).Report.Verdicts {
		assert.Equal(t, policy.OK, v.Outcome, "%v", v.Name)
	}
}
