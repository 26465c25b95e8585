package workload

import (
	"math"
	"slices"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/tailgate-go/tailgate/internal/stats"
)

const (
	// exactLimit is how many values a distribution keeps as they are: 800 kB, and quantiles to the nanosecond.
	exactLimit = 100_000
	// longest is the largest latency that a histogram tells apart, in nanoseconds: one hour.
	longest = int64(3600 * 1e9)
)

// distribution is a set of durations in nanoseconds: every value up to exactLimit of them, an HDR histogram of three
// digits (about 270 kB, errors up to 0.1 %) beyond. The zero value is empty. Not for concurrent use.
type distribution struct {
	exact    []int64
	rounded  *hdrhistogram.Histogram // nil until exact is full, then holds all
	n        int64
	sum      float64
	min, max int64
}

func (d *distribution) record(v int64) {
	d.count(v)
	if d.rounded != nil {
		d.round(v)
		return
	}
	d.exact = append(d.exact, v)
	if len(d.exact) == exactLimit {
		d.toRounded()
	}
}

func (d *distribution) count(v int64) {
	if d.n == 0 || v < d.min {
		d.min = v
	}
	if d.n == 0 || v > d.max {
		d.max = v
	}
	d.n++
	d.sum += float64(v)
}

func (d *distribution) round(v int64) {
	// Cannot fail: the clock is monotonic, so v is not negative, and what is too long is counted as the longest.
	_ = d.rounded.RecordValue(min(v, longest))
}

func (d *distribution) toRounded() {
	d.rounded = hdrhistogram.New(1, longest, 3)
	for _, v := range d.exact {
		d.round(v)
	}
	d.exact = nil
}

func (d *distribution) reset() { *d = distribution{exact: d.exact[:0]} }

// add puts o's values into d.
func (d *distribution) add(o *distribution) {
	if o.n == 0 {
		return
	}
	if d.n == 0 {
		d.min, d.max = o.min, o.max
	}
	d.min, d.max = min(d.min, o.min), max(d.max, o.max)
	d.n += o.n
	d.sum += o.sum
	if d.rounded == nil && o.rounded == nil {
		d.exact = append(d.exact, o.exact...)
		return
	}
	if d.rounded == nil {
		d.toRounded()
	}
	if o.rounded == nil {
		for _, v := range o.exact {
			d.round(v)
		}
		return
	}
	d.rounded.Merge(o.rounded)
}

// mean is the arithmetic mean in nanoseconds; NaN when d is empty.
func (d *distribution) mean() float64 {
	if d.n == 0 {
		return math.NaN()
	}
	return d.sum / float64(d.n)
}

// quantiles are nearest-rank quantiles in nanoseconds, one for each of qs; zeros when d is empty.
func (d *distribution) quantiles(qs ...float64) []int64 {
	out := make([]int64, len(qs))
	if d.n == 0 {
		return out
	}
	sorted := slices.Sorted(slices.Values(d.exact))
	for i, q := range qs {
		if d.rounded != nil {
			// The histogram rounds a percentile to a rank: ask for the very rank.
			exactly := 100 * float64(stats.Rank(int(d.n), q)) / float64(d.n)
			out[i] = min(max(d.rounded.ValueAtPercentile(exactly), d.min), d.max)
			continue
		}
		out[i] = stats.Quantile(sorted, q)
	}
	return out
}
