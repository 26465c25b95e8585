//go:build unix && !aix && !solaris

package measure

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

// plainly prepares a measurement of a benchmark of package overlay's test data, both of whose sides are one binary.
func plainly(t *testing.T, bin *testbin.Binary, name string) *measurement {
	t.Helper()
	const path = "bench"
	g := newGate(Order{Judge: judge.By(policy.Policy{}), Timeout: time.Minute, Budget: time.Hour, Seed: 1, Doc: &report.Document{}})
	for _, s := range g.sides {
		s.bins = map[string]*testbin.Binary{path: bin}
	}
	one := judge.Results{Benchmarks: []judge.Benchmark{{
		ID:      policy.ID{Package: path, Name: name, Procs: runtime.GOMAXPROCS(0)},
		Metrics: map[string][]float64{"ns/op": {1}},
	}}}
	m := newMeasurement(g, g.order.Judge.Pairs(one, one)[0], g.order.Judge.Plan(1))
	m.choose(t.Context())
	return m
}

func benchBinary(t *testing.T) *testbin.Binary {
	t.Helper()
	if testing.Short() {
		t.Skip("builds and measures")
	}
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(filepath.Join("..", "overlay", "testdata", "bench"))))
	scratch, err := testbin.NewScratch()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, scratch.Close()) })
	bin, err := scratch.Build(t.Context(), dir)
	require.NoError(t, err)
	return bin
}

func TestPlainBenchmarksTakeTurns(t *testing.T) {
	bin := benchBinary(t)
	for _, c := range []struct {
		name          string
		least, most   time.Duration // of timed work in a turn; the machine may be busy
		turns, orMore int
	}{
		{"Loop", 300 * time.Microsecond, 20 * time.Millisecond, 5, roundTurns},
		{"Count", 300 * time.Microsecond, 20 * time.Millisecond, 5, roundTurns},
		{"Parallel", 100 * time.Microsecond, 20 * time.Millisecond, 5, roundTurns},
		{"Sub/size=2", 300 * time.Microsecond, 20 * time.Millisecond, 5, roundTurns},
		{"SetUp", time.Millisecond, 200 * time.Millisecond, 1, 30}, // 3 ms
	} {
		t.Run(c.name, func(t *testing.T) {
			m := plainly(t, bin, c.name)
			require.True(t, m.inDuet)
			require.True(t, m.plain)
			require.Empty(t, m.gate.order.Doc.Notes)
			m.shape.asked = true // what turns are to be has tests of its own
			d := &duo{of: m}
			defer d.kill()
			require.NoError(t, d.start(t.Context()))
			course := &iterations{duo: d}
			require.NoError(t, d.held(t.Context(), course, func() error { return d.portion(t.Context(), course) }))
			totals, outputs, err := d.end(t.Context())
			require.NoError(t, err)
			r, err := course.round(totals, outputs)
			require.NoError(t, err)
			assert.GreaterOrEqual(t, course.turns, c.turns)
			assert.LessOrEqual(t, course.turns, c.orMore)
			for _, i := range []int{baselineSide, candidateSide} {
				run := r.runs[i]
				assert.EqualValues(t, run.Iters, totals[i].Requests)
				assert.Equal(t, course.turns*course.turn.Iterations, run.Iters)
				turn := time.Duration(value(t, run, "ns/op") * float64(course.turn.Iterations))
				assert.GreaterOrEqual(t, turn, c.least)
				assert.LessOrEqual(t, turn, c.most)
				value(t, run, "B/op")
				assert.Positive(t, value(t, run, "allocs/op"))
			}
		})
	}
}

// A benchmark that cannot take turns is measured in whole runs, and the report says why.
func TestPlainBenchmarksThatTakeNoTurns(t *testing.T) {
	bin := benchBinary(t)
	t.Run("that sets b.N", func(t *testing.T) {
		_, err := plainly(t, bin, "SetsN").duet(t.Context(), 1, func() bool { return true })
		require.ErrorIs(t, err, duet.ErrIterations)
	})
	t.Run("that ends without one", func(t *testing.T) {
		_, err := plainly(t, bin, "Missing").duet(t.Context(), 1, func() bool { return true })
		require.Equal(t, errUnseated, err)
	})
	t.Run("that fails", func(t *testing.T) {
		_, err := plainly(t, bin, "Fails").duet(t.Context(), 1, func() bool { return true })
		require.ErrorContains(t, err, "the eleventh is too many")
		assert.False(t, errors.Is(err, errUnseated))
	})
	t.Run("that cannot run twice at one time", func(t *testing.T) {
		m := plainly(t, bin, "Exclusive")
		m.gate.order.Benchtime = "10x"
		name := filepath.Join(t.TempDir(), "lock")
		for _, s := range m.gate.sides {
			s.env = []string{"BENCH_LOCK=" + name}
		}
		require.NoError(t, m.launch(t.Context()))
		assert.False(t, m.inDuet)
		require.Len(t, m.gate.order.Doc.Notes, 1)
		assert.Regexp(t, `^Exclusive: measured in whole runs, not in a duet: the two sides cannot run at one time: `+
			`(baseline|candidate): bench_test.go:\d+: resource temporarily unavailable$`, m.gate.order.Doc.Notes[0])
		l, err := m.wholeRuns(t.Context(), 1, func() bool { return true })
		require.NoError(t, err)
		assert.Positive(t, value(t, l.round.runs[candidateSide], "ns/op"))
	})
	t.Run("that fails alone, too", func(t *testing.T) {
		m := plainly(t, bin, "Exclusive")
		m.gate.order.Benchtime = "10x"
		for _, s := range m.gate.sides {
			s.env = []string{"BENCH_LOCK=" + filepath.Join(t.TempDir(), "none", "lock")}
		}
		require.NoError(t, m.launch(t.Context()))
		require.ErrorContains(t, m.launch(t.Context()), "no such file or directory")
		assert.Zero(t, m.judging.Rounds())
	})
	t.Run("that no hook fits", func(t *testing.T) {
		old := *bin
		old.NoTurns = "go1.23.12: the hooks do not fit"
		m := plainly(t, &old, "Loop")
		assert.False(t, m.inDuet)
		assert.Equal(t, []string{"measured in whole runs, not in a duet: the baseline's benchmarks take no turns: " +
			"go1.23.12: the hooks do not fit"}, m.gate.order.Doc.Notes)
	})
}
