package duet

import (
	"math"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNearestRankOfBuckets(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		name   string
		counts []uint64
		ends   []float64
		q      float64
		want   float64
	}{
		{"nothing", []uint64{0, 0}, []float64{1, 2, 4}, 0.99, 0},
		{"one value", []uint64{0, 1, 0}, []float64{1, 2, 4, 8}, 0.99, 4},
		{"the 99th of 100", []uint64{99, 1}, []float64{0, 1, 2}, 0.99, 1},
		{"of 101 it is the 100th", []uint64{99, 2}, []float64{0, 1, 2}, 0.99, 2},
		{"the median", []uint64{1, 1, 1}, []float64{0, 1, 2, 3}, 0.5, 2},
		{"a bucket without an end", []uint64{1, 9}, []float64{0, 8, inf}, 0.99, 8},
		{"a bucket without a beginning", []uint64{1, 0}, []float64{-inf, 8, inf}, 0.99, 8},
	} {
		assert.Equal(t, c.want, nearestRank(c.counts, c.ends, c.q), c.name)
	}
}

func TestNobodyIsAskedForAFootprint(t *testing.T) {
	f := FootprintFromEnv()
	assert.True(t, f.IsZero())
	f.Begin()
	assert.Empty(t, f.End())
}

var held []byte

func TestAFootprintIsOfWhatIsLeft(t *testing.T) {
	const size = 48 << 20
	measure := func(do func()) map[string]float64 {
		t.Helper()
		f := Footprint{asked: FootprintUnits()}
		f.Begin()
		do()
		found := map[string]float64{}
		for _, m := range f.End() {
			found[m.Unit] = m.Value
		}
		return found
	}
	stop := make(chan struct{})
	before := measure(func() {})
	left := measure(func() {
		held = make([]byte, size)
		for at := 0; at < size; at += 4 << 10 {
			held[at] = 1
		}
		for range 3 {
			go func() { <-stop }()
		}
		go func() {}() // it ends
	})
	close(stop)
	assert.Zero(t, before[GoroutinesUnit])
	assert.Equal(t, 3.0, left[GoroutinesUnit])
	assert.InDelta(t, size, left[LiveHeapUnit]-before[LiveHeapUnit], 1<<20)
	assert.Positive(t, left[GCPauseUnit])
	assert.Less(t, left[GCPauseUnit], 60e9, "nanoseconds")
	if CannotTell(PeakRSSUnit) == "" {
		assert.Greater(t, left[PeakRSSUnit]-before[PeakRSSUnit], 0.9*size-16<<20, "some may have been there before")
		assert.GreaterOrEqual(t, left[PeakRSSUnit], float64(size))
	} else {
		assert.NotContains(t, left, PeakRSSUnit)
	}
	held = nil
	after := measure(runtime.GC)
	assert.Less(t, after[LiveHeapUnit], left[LiveHeapUnit]-size/2)
	if CannotTell(PeakRSSUnit) == "" {
		const uncounted = 1 << 20 // pages that the kernel has not added up yet, of each CPU
		assert.GreaterOrEqual(t, after[PeakRSSUnit], left[PeakRSSUnit]-uncounted, "a peak stays")
	}
}

func TestTheEnvironmentAsksOnce(t *testing.T) {
	t.Setenv(FootprintEnv, GoroutinesUnit)
	asked := FootprintFromEnv()
	assert.False(t, asked.IsZero())
	asked.Begin()
	assert.Equal(t, []Metric{{GoroutinesUnit, 0}}, asked.End(), "and for no more")
	again := FootprintFromEnv()
	assert.True(t, again.IsZero())
}

func TestReadFootprint(t *testing.T) {
	all := []Metric{{GCPauseUnit, 12345}, {GoroutinesUnit, 0}, {PeakRSSUnit, 123456789}, {LiveHeapUnit, 0.5}}
	output := AppendFootprint([]byte("a line that has no end"), "BenchmarkChat/size=small", all)
	output = AppendFootprint(output, "BenchmarkChat", all[:1])
	output = AppendFootprint(output, "BenchmarkChat", all[:2])
	output = append(output, "PASS\n"...)
	for name, want := range map[string][]Metric{"BenchmarkChat/size=small": all, "BenchmarkChat": all[:2]} {
		got, err := ReadFootprint(output, name)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	for _, name := range []string{"BenchmarkCha", "BenchmarkChat/size", "BenchmarkOther", ""} {
		_, err := ReadFootprint(output, name)
		assert.ErrorIs(t, err, errNoFootprint, name)
	}
	for line, want := range map[string]string{
		"":                             "cannot be",
		"\t1":                          "nobody asked for",
		"\t1 goroutines":               "", // as it should be
		"\t1 p95-ns":                   "nobody asked for",
		"\tNaN goroutines":             "cannot be",
		"\t-1 goroutines":              "cannot be",
		"\t+Inf goroutines":            "cannot be",
		"\t1e999 goroutines":           "cannot be",
		"\t1 goroutines\t":             "cannot be",
		"\t1 goroutines\t2 goroutines": "goroutines twice",
	} {
		_, err := ReadFootprint([]byte("\n"+footprintPrefix+"BenchmarkX"+line+"\n"), "BenchmarkX")
		if want == "" {
			assert.NoError(t, err)
			continue
		}
		assert.ErrorContains(t, err, want, "%q", line)
	}
	_, err := ReadFootprint([]byte("\n"+footprintPrefix+"BenchmarkX\t1 gorout"), "BenchmarkX")
	assert.ErrorIs(t, err, errNoFootprint, "it is cut short")
}
