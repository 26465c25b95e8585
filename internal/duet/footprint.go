package duet

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"time"
)

// FootprintEnv names the environment variable that asks a test binary for the footprint of each of its benchmarks: units, with
// commas. Package testing heeds it, in test binaries that a gate builds.
const FootprintEnv = "TAILGATE_FOOTPRINT"

// Units of a footprint: what a process has used when its benchmark has ended, and what the benchmark has left. It has ended when
// its function has returned and its cleanups have run; but one whose Recorder takes turns ends within its loop, so that what the
// function still holds there counts.
const (
	// PeakRSSUnit is the most bytes of the process that ever were in memory. See CannotTell.
	PeakRSSUnit = "peak-rss-B"
	// LiveHeapUnit is the bytes of heap objects that two collections leave: the second one takes what sync.Pool and finalizers
	// keep.
	LiveHeapUnit = "live-heap-B"
	// GCPauseUnit is the 99th percentile, by nearest rank, of the times for which a collection stopped the world, since the process
	// began; from the decision to stop until the world goes on. The runtime counts them in buckets, and this is the upper
	// end of one, at most a quarter more than it was.
	GCPauseUnit = "gc-pause-p99-ns"
	// GoroutinesUnit is how many more goroutines there are than before the benchmark, once those that are about to end have had
	// their time for it.
	GoroutinesUnit = "goroutines"
)

// FootprintUnits are all of them.
func FootprintUnits() []string {
	return []string{PeakRSSUnit, LiveHeapUnit, GCPauseUnit, GoroutinesUnit}
}

// lastGoroutines is how long goroutines have to end after their benchmark, such as those of connections that were closed.
const lastGoroutines = 250 * time.Millisecond

// Footprint is what a gate wants to know of a process. The zero value is nothing. It is for one goroutine.
type Footprint struct {
	asked  []string // units
	before int      // goroutines
}

// FootprintFromEnv is what the environment asks for. The variable is removed: it does not ask those whom the process starts.
func FootprintFromEnv() Footprint {
	value := os.Getenv(FootprintEnv)
	if value == "" {
		return Footprint{}
	}
	_ = os.Unsetenv(FootprintEnv)
	return Footprint{asked: strings.Split(value, ",")}
}

// IsZero reports whether nothing is asked for.
func (f *Footprint) IsZero() bool { return len(f.asked) == 0 }

// Begin is called before a benchmark begins.
func (f *Footprint) Begin() { f.before = runtime.NumGoroutine() }

// End measures what is asked for. What the system does not tell is not among it. It takes two collections if the live heap is asked
// for, and up to a quarter of a second where goroutines are left.
func (f *Footprint) End() (all []Metric) {
	add := func(unit string, value func() (float64, bool)) {
		if slices.Contains(f.asked, unit) {
			if v, ok := value(); ok {
				all = append(all, Metric{Unit: unit, Value: v})
			}
		}
	}
	add(GCPauseUnit, gcPause) // before the collections that are this function's own
	add(GoroutinesUnit, func() (float64, bool) {
		for until := time.Now().Add(lastGoroutines); runtime.NumGoroutine() > f.before && time.Now().Before(until); {
			time.Sleep(time.Millisecond)
		}
		return float64(max(0, runtime.NumGoroutine()-f.before)), true
	})
	add(PeakRSSUnit, peakRSS)
	add(LiveHeapUnit, liveHeap)
	return all
}

func liveHeap() (float64, bool) {
	runtime.GC()
	runtime.GC()
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0, false
	}
	return float64(sample[0].Value.Uint64()), true
}

// gcPause is 0 where nothing was collected.
func gcPause() (float64, bool) {
	sample := []metrics.Sample{{Name: "/sched/pauses/total/gc:seconds"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindFloat64Histogram {
		return 0, false
	}
	h := sample[0].Value.Float64Histogram()
	return math.Round(1e9 * nearestRank(h.Counts, h.Buckets, 0.99)), true
}

// nearestRank is the upper end of the bucket in which the value of that rank is: 99 of 100 values are no larger, with q = 0.99.
// Of the last bucket, which has no end, it is the lower one. Bucket i holds values from ends[i] to ends[i+1].
func nearestRank(counts []uint64, ends []float64, q float64) float64 {
	total := uint64(0)
	for _, n := range counts {
		total += n
	}
	rank := uint64(math.Ceil(q * float64(total)))
	for i, n := range counts {
		if rank > n {
			rank -= n
			continue
		}
		switch end := ends[i+1]; {
		case rank == 0:
			return 0
		case math.IsInf(end, 1):
			return ends[i]
		default:
			return end
		}
	}
	return 0
}

// footprintPrefix begins the line of a footprint. No result, name or setting in the output of a test binary begins so.
const footprintPrefix = "--- FOOTPRINT: "

// AppendFootprint appends the line that has the footprint of a benchmark that prints no result, such as BenchmarkChat/size=small.
func AppendFootprint(b []byte, benchmark string, measured []Metric) []byte {
	b = fmt.Appendf(b, "\n%s%s", footprintPrefix, benchmark)
	for _, m := range measured {
		b = fmt.Appendf(b, "\t%g %s", m.Value, m.Unit)
	}
	return append(b, '\n')
}
