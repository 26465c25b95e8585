package measure

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/progress"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

// linking is a gate whose linker notes what it is asked for.
type linking struct {
	*gate
	dir   string // where links are
	mu    sync.Mutex
	asked map[string][]int64 // seeds, by the SHA-256 of the binary
}

const linkedPackage = "example.com/shop"

func newLinking(t *testing.T, seed uint64, baseline, candidate string) *linking {
	l := &linking{dir: t.TempDir(), asked: map[string][]int64{}}
	l.gate = newGate(Order{
		Judge: judge.By(policy.Policy{}), Seed: seed, Display: progress.New(io.Discard, nil), Doc: &report.Document{},
	})
	for i, sum := range []string{baseline, candidate} {
		l.sides[i].bins = map[string]*testbin.Binary{linkedPackage: {SHA256: sum}}
		l.sides[i].links = map[string]*links{}
		l.sides[i].smoke = benchdata.Set{Better: map[string]int{}}
	}
	l.relink = func(_ context.Context, bin *testbin.Binary, seeds ...int64) (links []*testbin.Binary, err error) {
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, seed := range seeds {
			l.asked[bin.SHA256] = append(l.asked[bin.SHA256], seed)
			path := filepath.Join(l.dir, fmt.Sprintf("%s-%d-%d", bin.SHA256, seed, len(l.asked[bin.SHA256])))
			links = append(links, &testbin.Binary{Layout: seed, Path: path})
			err = errors.Join(err, os.WriteFile(path, nil, 0o600))
		}
		return links, err
	}
	return l
}

// measurement is that of a benchmark that a rule on the metric speaks of.
func (l *linking) measurement(metric string) *measurement { return l.limited(metric, 10) }

func (l *linking) limited(metric string, percent float64) *measurement {
	rule := policy.Rule{Metric: metric, MaxRegressionPercent: percent, Direction: policy.Lower}
	l.order.Judge = judge.By(policy.Policy{Rules: []policy.Rule{rule}})
	both := judge.Results{Benchmarks: []judge.Benchmark{
		{ID: policy.ID{Package: linkedPackage, Name: "Chat"}, Requests: 60, Metrics: map[string][]float64{metric: {1}}},
	}}
	m := newMeasurement(l.gate, l.order.Judge.Pairs(both, both)[0], l.order.Judge.Plan(1))
	m.budget = time.Hour
	return m
}

// runs has a gate find so many functions that are the same on both sides.
func (l *linking) runs(same int) {
	l.same = func(*gate, context.Context, int, string, string) (int, error) { return same, nil }
}

func TestSameCodeNeedsNoLinks(t *testing.T) {
	for _, same := range []int{0, 9} {
		l := newLinking(t, 1, "b", "c")
		l.runs(same)
		m := l.measurement("ns/op")
		m.mindLayout(t.Context())
		assert.Equal(t, same == 0, m.linked)
		assert.Equal(t, same == 0, m.linkable(), "it is asked again for the next launch")
		for range m.plan.Fewest() {
			assert.False(t, m.schedule().Over())
			m.add("ns/op")
		}
		assert.Equal(t, same > 0, m.schedule().Over(), "one look is enough: nothing can have changed")
	}
	l := newLinking(t, 1, "b", "c")
	l.runs(9)
	l.order.Plant = duet.Plant{Fixed: 1}
	m := l.measurement("ns/op")
	m.mindLayout(t.Context())
	assert.True(t, m.linked, "what is planted is not in the code")
}

// add adds a round.
func (m *measurement) add(metric string) {
	run := judge.Run{Requests: 60, Values: map[string]float64{metric: 1e6}}
	m.judging.Add(judge.Round{Baseline: run, Candidate: run})
}

func TestWhatIsLinked(t *testing.T) {
	for _, c := range []struct {
		name                string
		baseline, candidate string
		metric              string
		want                bool
	}{
		{"a time, of binaries that differ", "b", "c", "p95-ns", true},
		{"the time of an operation", "b", "c", "ns/op", true},
		{"a throughput", "b", "c", "req/s", true},
		{"identical binaries", "b", "b", "p95-ns", false},
		{"a time in a unit of its own", "b", "c", "ms/token", true},
		{"allocations are the same in any layout", "b", "c", "allocs/op", false},
		{"so is what is no time", "b", "c", "hits", false},
	} {
		l := newLinking(t, 1, c.baseline, c.candidate)
		l.runs(0)
		m := l.measurement(c.metric)
		assert.Equal(t, c.want, m.linkable(), c.name)
		m.wholly(t.Context())
		assert.Equal(t, c.want, m.linked, "whole runs, of which nobody knows how much is CPU time: %s", c.name)
	}
	for _, c := range []struct {
		limit float64 // percent
		cpu   time.Duration
		want  bool
	}{
		{10, 0, true}, {10, 99, false}, {10, 100, true}, {10, 2000, true}, {300, 99, false}, {1, 9, false}, {1, 10, true}, {0, 1, true},
	} {
		m := newLinking(t, 1, "b", "c").limited("p95-ns", c.limit)
		d := duo{of: m, cpu: c.cpu, wall: 1000}
		assert.Equal(t, c.want, d.computes(), "%d of 1000 is CPU time, limit %v %%", c.cpu, c.limit)
	}
}

func TestEachRoundHasLinksOfItsOwn(t *testing.T) {
	l := newLinking(t, 1, "b", "c")
	m := l.measurement("p95-ns")
	m.needLinks()
	seen := map[int64]int{}
	for round := range 27 {
		require.NoError(t, m.link(t.Context()))
		next := slices.IndexFunc(m.plan.Rounds(), func(look int) bool { return look > round })
		for i, s := range l.sides {
			links := s.links[linkedPackage]
			assert.Len(t, links.made, m.plan.Rounds()[next], "up to the next look")
			assert.Equal(t, links.first+int64(round), m.bin(i).Layout)
			seen[m.bin(i).Layout]++
		}
		m.add("p95-ns")
	}
	assert.Len(t, seen, 54, "no link serves twice, and the sides have none alike")
	m.noteLinks()
	require.Len(t, l.order.Doc.Notes, 1)
	assert.Contains(t, l.order.Doc.Notes[0], "-randlayout=")

	other := l.measurement("p95-ns")
	other.needLinks()
	require.NoError(t, other.link(t.Context()))
	assert.Len(t, l.asked["b"], 27, "another benchmark of the package has the same")
	assert.Equal(t, l.sides[baselineSide].links[linkedPackage].first, other.bin(baselineSide).Layout)

	files := func() int {
		entries, err := os.ReadDir(l.dir)
		require.NoError(t, err)
		return len(entries)
	}
	assert.Equal(t, 54, files())
	require.NoError(t, l.unlink("example.com/other"))
	assert.Zero(t, files(), "another package's turn: a link may be 20 MB")
	require.NoError(t, other.link(t.Context()))
	assert.Equal(t, l.asked["b"][:8], l.asked["b"][27:], "whoever needs them again has the same")

	next := newLinking(t, 2, "b", "c")
	m = next.measurement("p95-ns")
	m.needLinks()
	require.NoError(t, m.link(t.Context()))
	assert.NotEqual(t, l.asked["b"][0], next.asked["b"][0], "each gate draws its own")
}

// Once the time is settled, allocations go on in the links that there are: a link takes half a second and more.
func TestWhatLiesTheSameInAnyLayoutNeedsNoMoreLinks(t *testing.T) {
	l := newLinking(t, 1, "b", "c")
	l.order.Judge = judge.By(policy.Policy{Rules: []policy.Rule{
		{Metric: "p95-ns", MaxRegressionPercent: 10, Direction: policy.Lower},
		{Metric: "allocs/op", MaxRegressionPercent: 10, Direction: policy.Lower},
	}})
	both := judge.Results{Benchmarks: []judge.Benchmark{{
		ID: policy.ID{Package: linkedPackage, Name: "Chat"}, Requests: 60, Metrics: map[string][]float64{"p95-ns": {1}, "allocs/op": {1}},
	}}}
	m := newMeasurement(l.gate, l.order.Judge.Pairs(both, both)[0], l.order.Judge.Plan(1))
	m.needLinks()
	settled := 0
	for round := range 27 {
		require.NoError(t, m.link(t.Context()))
		made := l.sides[candidateSide].links[linkedPackage].made
		assert.Equal(t, made[round%len(made)], m.bin(candidateSide))
		run := func(allocations float64) judge.Run {
			return judge.Run{Requests: 60, Values: map[string]float64{"p95-ns": 1e6, "allocs/op": allocations}}
		}
		m.judging.Add(judge.Round{Baseline: run(100), Candidate: run(100 * math.Pow(2, float64(round%2)-0.5))})
		m.judging.Look(false)
		if settled == 0 && !m.open() {
			settled = len(made)
		}
	}
	require.False(t, m.judging.Settled())
	require.Positive(t, settled)
	assert.Less(t, settled, 27)
	assert.Len(t, l.sides[candidateSide].links[linkedPackage].made, settled)
	assert.Len(t, l.asked["b"], settled)
}

func TestALinkThatFailsIsToldWithItsSide(t *testing.T) {
	l := newLinking(t, 1, "b", "c")
	l.relink = func(context.Context, *testbin.Binary, ...int64) ([]*testbin.Binary, error) {
		return nil, errors.New("no space")
	}
	m := l.measurement("p95-ns")
	m.needLinks()
	assert.ErrorContains(t, m.link(t.Context()), "no space")
	assert.Regexp(t, "^(baseline|candidate): ", m.link(t.Context()).Error())
}
