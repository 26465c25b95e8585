package history

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

// says is a line as its commits: "2 3 | 5 6", with a bar before a gap, or two where the time of commits told the order.
func (l line) says() (on, off string) {
	name := func(r Record) string { return strings.TrimPrefix(r.Candidate.Subject, "commit ") }
	for i, s := range l.stops {
		if i > 0 && s.gap {
			on += map[bool]string{true: "|| ", false: "| "}[s.free]
		}
		on += name(s.Record) + " "
	}
	for _, r := range l.off {
		off += name(r) + " "
	}
	return strings.TrimSpace(on), strings.TrimSpace(off)
}

// after is r with the lineage of those numbers.
func after(r Record, ancestors ...int) Record {
	for _, n := range ancestors {
		r.Lineage = append(r.Lineage, hash(n))
	}
	return r
}

func TestTheLineOfCommits(t *testing.T) {
	step := func(baseline, candidate int) Record { return record(t, baseline, candidate, 1) }
	later := step(2, 3)
	later.Began = later.Began.Add(24 * time.Hour)
	ancient := step(4, 5) // committed before what it follows, by a clock that was wrong
	ancient.Candidate.Time = morning.Add(-time.Hour)
	early := after(step(18, 30), 18) // a branch, committed before what the line goes on with
	early.Candidate.Time = morning.Add(19 * time.Hour)
	for name, tt := range map[string]struct {
		records []Record
		tip     int // 0: the newest
		on, off string
	}{
		"each gate against the commit before": {[]Record{step(1, 2), step(2, 3), step(3, 4)}, 4, "2 3 4", ""},
		"files in any order":                  {[]Record{step(3, 4), step(1, 2), step(2, 3)}, 4, "2 3 4", ""},
		"to the newest where the tip is none": {[]Record{step(1, 2), step(2, 3)}, 9, "2 3", ""},
		"only to the tip":                     {[]Record{step(1, 2), step(2, 3), step(3, 4)}, 3, "2 3", "4"},
		"several commits in one gate":         {[]Record{step(1, 4), step(4, 9)}, 9, "4 9", ""},
		"a gap that ancestors bridge":         {[]Record{step(1, 2), after(step(4, 5), 4, 3, 2, 1)}, 5, "2 | 5", ""},
		"a gap of a shallow clone":            {[]Record{step(1, 2), step(4, 5)}, 5, "2 || 5", ""},
		"a branch of pull requests":           {[]Record{step(1, 2), step(2, 20), step(2, 30), step(2, 3)}, 3, "2 3", "20 30"},
		"a pull request's own line":           {[]Record{step(1, 2), step(2, 20), step(2, 3)}, 20, "2 20", "3"},
		"of two baselines the nearest":        {[]Record{step(1, 2), after(step(2, 3), 2, 1), step(1, 3)}, 3, "2 3", "3"},
		"of two measurements the last":        {[]Record{step(1, 2), later, step(2, 3)}, 3, "2 3", "3"},
		"the time of commits is no matter":    {[]Record{step(1, 2), step(2, 4), ancient, step(5, 6)}, 6, "2 4 5 6", ""},
		"a branch beside a gap": {
			[]Record{step(1, 2), after(step(2, 30), 2, 1), after(step(4, 5), 4, 3, 2, 1)}, 5, "2 | 5", "30",
		},
		"a branch of the line in a shallow clone": {[]Record{step(1, 2), step(40, 41), step(40, 42)}, 42, "2 || 42", "41"},
		"a branch of an ancestor in a shallow clone": {
			[]Record{step(1, 2), early, after(step(20, 21), 20, 19, 18)}, 21, "2 || 21", "30",
		},
		"commits compared in a circle":                 {[]Record{step(1, 2), step(2, 1)}, 2, "1 2", ""},
		"what was committed later does not come first": {[]Record{step(7, 8), step(4, 5)}, 5, "5", "8"},
	} {
		t.Run(name, func(t *testing.T) {
			on, off := newLine(tt.records, hash(tt.tip)).says()
			assert.Equal(t, tt.on, on)
			assert.Equal(t, tt.off, off)
		})
	}
	assert.Equal(t, later.Began, newLine([]Record{step(1, 2), later, step(2, 3)}, hash(3)).stops[1].Began, "the last measurement")
	assert.Empty(t, newLine(nil, hash(1)).stops)
}

// Whatever is said of commits, a line ends, has each candidate once at most, and loses no record.
func TestALineLosesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2))
	for range 300 {
		var records []Record
		for range r.IntN(20) {
			b, c := 1+r.IntN(8), 1+r.IntN(8)
			if b == c {
				continue
			}
			one := record(t, b, c, 1)
			for range r.IntN(4) {
				one = after(one, 1+r.IntN(8))
			}
			one.Began = one.Began.Add(time.Duration(r.IntN(1000)) * time.Second)
			records = append(records, one)
		}
		l := newLine(records, hash(1+r.IntN(8)))
		assert.Len(t, records, len(l.stops)+len(l.off))
		seen := map[string]bool{}
		for i, s := range l.stops {
			assert.False(t, seen[s.Candidate.Hash])
			seen[s.Candidate.Hash] = true
			assert.Equal(t, i == 0 || l.stops[i-1].Candidate.Hash != s.Baseline.Hash, s.gap)
		}
	}
}

// chain are records of commits 1, 2 ... that made such changes, each of +-1 points.
func chain(t *testing.T, changes ...float64) []Record {
	t.Helper()
	var records []Record
	for i, change := range changes {
		records = append(records, record(t, i+1, i+2, change))
	}
	return records
}

func TestChangesAlongTheLine(t *testing.T) {
	records := chain(t, 0.5, 10, -0.5, 10)
	records = append(records[:2:2], records[3]) // commit 4 was never gated: 5 compares with it
	records[2].Lineage = []string{hash(4), hash(3)}
	h := Along(records, nil, hash(5))
	require.Len(t, h.Metrics, 1)
	m := h.Metrics[0]
	assert.Equal(t, policy.Lower, m.Better)
	require.Len(t, m.Points, 3)
	assert.InDelta(t, 100*(1.005*1.10-1), m.Points[1].Since, 1e-9, "the product")
	assert.False(t, m.Points[0].Step, "-0.5 % to +1.5 %")
	assert.True(t, m.Points[1].Step, "+9 % to +11 %")
	assert.True(t, m.Points[2].Start, "the chain begins anew behind the gap")
	assert.InDelta(t, 10, m.Points[2].Since, 1e-9)
	assert.Equal(t, []bool{true, false, true}, []bool{h.Stops[0].Gap, h.Stops[1].Gap, h.Stops[2].Gap})
	assert.Equal(t, "history.html has 3 reports along the line of commits that leads to 000000000000", h.Note())

	// Both intervals reach 1 point to each side: in logarithms the distances add up as squares.
	want := math.Exp(math.Log(1.005*1.10) - math.Hypot(math.Log(1.005/0.995), math.Log(1.10/1.09)))
	assert.InDelta(t, 100*(want-1), m.Points[1].SinceBounds.Lo, 1e-9)

	assert.Nil(t, Along(nil, nil, hash(1)))
	assert.Contains(t, Along(nil, []report.LeftOut{{Name: "x", Why: "it is no report of a gate"}}, hash(1)).Note(),
		"left out: x (it is no report of a gate)")
}

func TestAMetricThatIsMissingBreaksItsChain(t *testing.T) {
	records := chain(t, 2, 2, 2)
	records[1].Metrics[0].ChangePercent, records[1].Metrics[0].Interval = nil, nil
	m := Along(records, nil, hash(4)).Metrics[0]
	assert.True(t, math.IsNaN(m.Points[1].Since))
	assert.True(t, m.Points[2].Start)
	assert.InDelta(t, 2, m.Points[2].Since, 1e-9)

	records = chain(t, 2, 2, 2)
	records[1].Metrics[0].Unit = "B/op"
	for _, m := range Along(records, nil, hash(4)).Metrics {
		for _, p := range m.Points {
			assert.True(t, p.Start, m.Unit)
		}
	}

	records = chain(t, 2, 9, 2)
	records[1].Metrics[0].Same = true
	m = Along(records, nil, hash(4)).Metrics[0]
	assert.False(t, m.Points[1].Step)
	assert.InDelta(t, 100*(1.02*1.02-1), m.Points[2].Since, 1e-9, "the same code goes on with the chain")
}

func TestATrendIsFoundWhereItBegins(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var changes []float64
	for i := range 40 {
		change := 0.5 * r.NormFloat64()
		if i >= 25 {
			change += 2
		}
		changes = append(changes, change)
	}
	records := chain(t, changes...)
	records[10].Metrics[0].Same = true // is in the chain, and no part of what is tested
	m := Along(records, nil, hash(41)).Metrics[0]
	require.Len(t, m.Trends, 1)
	assert.InDelta(t, 25, m.Points[m.Trends[0].Point].At, 1)
	assert.InDelta(t, 0, m.Trends[0].Before, 0.5)
	assert.InDelta(t, 2, m.Trends[0].After, 0.5)
	assert.Greater(t, m.Most(), math.Log(1.2))
	assert.Empty(t, Along(chain(t, changes[:25]...), nil, hash(26)).Metrics[0].Trends)
}

// Commits that change no code say nothing of how much others do.
func TestUnchangedCommitsMakeNoTrend(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	changes := make([]float64, 30)
	for i := 15; i < 30; i++ {
		changes[i] = 3 + r.NormFloat64()
	}
	records := chain(t, changes...)
	for i := range 15 {
		records[i].Metrics[0].Same = true
	}
	m := Along(records, nil, hash(31)).Metrics[0]
	assert.Empty(t, m.Trends)
	assert.Len(t, m.Points, 30)
}

func TestALongLineIsCut(t *testing.T) {
	changes := make([]float64, mostStops+10)
	h := Along(chain(t, changes...), nil, "")
	assert.Len(t, h.Stops, mostStops)
	assert.Equal(t, 10, h.Older)
	assert.True(t, h.Stops[0].Gap)
	assert.Len(t, h.Metrics[0].Points, mostStops)
	assert.True(t, h.Metrics[0].Points[0].Start)

	records := chain(t, changes[:60]...)
	for i := range records {
		one := records[i].Metrics[0]
		for n := range 1999 {
			one.Benchmark = fmt.Sprintf("Other%d", n)
			records[i].Metrics = append(records[i].Metrics, one)
		}
	}
	h = Along(records, nil, hash(61))
	assert.Len(t, h.Stops, mostPoints/2000, "fewer where there are many metrics")
	assert.Equal(t, 60-mostPoints/2000, h.Older)
	assert.Equal(t, hash(61), h.Stops[len(h.Stops)-1].Commit)
}
