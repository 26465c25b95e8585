package latency

import (
	"math"
	"slices"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/tailgate-go/tailgate/internal/stats"
)

// ExactLimit is the number of values at which a Distribution begins to round: fewer are kept as they are, up to 800 kB of
// them, and have quantiles to the nanosecond.
const ExactLimit = 100_000

// longest is the largest latency that a histogram tells apart, in nanoseconds: one hour.
const longest = int64(3600 * 1e9)

// Distribution is a set of durations in nanoseconds, none below 0: every value while they are fewer than ExactLimit, an HDR
// histogram of three digits (about 270 kB, errors up to 0.1 %) from there on. The zero value is empty. Not for concurrent use.
type Distribution struct {
	exact    []int64
	rounded  *hdrhistogram.Histogram // nil until exact is full, then holds all
	n        int64
	sum      float64
	min, max int64
}

// Record puts in one value.
func (d *Distribution) Record(v int64) {
	d.count(v)
	if d.rounded != nil {
		d.round(v)
		return
	}
	d.exact = append(d.exact, v)
	if len(d.exact) >= ExactLimit {
		d.toRounded()
	}
}

// Append records values, and does not keep the slice.
func (d *Distribution) Append(values ...int64) {
	for _, v := range values {
		d.Record(v)
	}
}

func (d *Distribution) count(v int64) {
	if d.n == 0 || v < d.min {
		d.min = v
	}
	if d.n == 0 || v > d.max {
		d.max = v
	}
	d.n++
	d.sum += float64(v)
}

func (d *Distribution) round(v int64) {
	// Cannot fail: v is not negative, and what is too long is counted as the longest.
	_ = d.rounded.RecordValue(min(v, longest))
}

func (d *Distribution) toRounded() {
	d.rounded = hdrhistogram.New(1, longest, digits)
	for _, v := range d.exact {
		d.round(v)
	}
	d.exact = nil
}

// Reset empties d, and keeps the storage of exact values.
func (d *Distribution) Reset() { *d = Distribution{exact: d.exact[:0]} }

// Add puts o's values into d. They stay exact where both sides were, however many they are.
func (d *Distribution) Add(o *Distribution) {
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

// Len is the number of values.
func (d *Distribution) Len() int64 { return d.n }

// Exact is the values in the order recorded; not ok once they are rounded. The slice is d's own: do not alter it, and do
// not use it after the next Record, Append, Add or Reset.
func (d *Distribution) Exact() (values []int64, ok bool) { return d.exact, d.rounded == nil }

// Min is the least value in nanoseconds; 0 when d is empty.
func (d *Distribution) Min() int64 { return d.min }

// Max is the greatest value in nanoseconds, exact even in a large d; 0 when d is empty.
func (d *Distribution) Max() int64 { return d.max }

// Mean is the arithmetic mean in nanoseconds; NaN when d is empty.
func (d *Distribution) Mean() float64 {
	if d.n == 0 {
		return math.NaN()
	}
	return d.sum / float64(d.n)
}

// Quantiles are nearest-rank quantiles in nanoseconds, one for each of qs, 0-1; zeros when d is empty.
func (d *Distribution) Quantiles(qs ...float64) []int64 {
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
