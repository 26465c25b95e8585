package stats

import (
	"math"
	"math/rand/v2"
	"slices"
)

// ChangePoint is where a series of values began to be distributed otherwise.
type ChangePoint struct {
	At int     // index of the first value that is
	P  float64 // of the permutation test by which it was accepted, at most the level asked for
}

// permutations are how many a change point is tested with at most: p is a multiple of 1/(permutations+1).
const permutations = 299

// EDivisive finds where the distribution of a series changes, in ascending order: the E-divisive method of Matteson and James
// (2014), for one dimension and the exponent 1. Of X, the first t values of a segment, and Y, those after them up to any end, it
// takes the t that makes largest
//
//	Q = m n / (m+n) * (2 mean |X-Y| - mean |X-X'| - mean |Y-Y'|)
//
// with m and n the lengths of X and Y, and the means over all pairs of different values. The segment with the largest Q is divided
// first. That is accepted if its p is at most level, 0-1, where p is the share of orders that have so large a Q when the values of
// each segment are permuted; then the next is looked for, and the first that is not accepted ends it. Values are assumed to be
// exchangeable within a segment. A series without a change has a change point found in it with a chance of at most level.
//
// least is how many values a segment has at least, 2 or more. A series that is too short to be divided has no change points, and
// neither has one with a value that is not finite. The permutations are the same in every call. The time grows with the square
// of the length, and with some hundred times that for each change point found.
func EDivisive(values []float64, least int, level float64) []ChangePoint {
	least = max(least, 2)
	if len(values) < 2*least || !finite(values) {
		return nil
	}
	random := rand.New(rand.NewPCG(2014, 505)) // fixed: a report of the same figures says the same
	d := division{least: least, ends: []int{0, len(values)}}
	var found []ChangePoint
	for {
		at, q := d.best(values)
		if at < 0 {
			break
		}
		p := d.p(values, q, level, random)
		if !(p <= level) {
			break
		}
		found = append(found, ChangePoint{at, p})
		d.ends = append(d.ends, at)
		slices.Sort(d.ends)
	}
	slices.SortFunc(found, func(a, b ChangePoint) int { return a.At - b.At })
	return found
}

// division is a series in segments.
type division struct {
	least int
	ends  []int // where segments begin, ascending, and where the last ends
}

// best is where to divide a segment next, and the Q of that; -1 where none is long enough.
func (d division) best(values []float64) (at int, q float64) {
	at, q = -1, math.Inf(-1)
	for i, begin := range d.ends[:len(d.ends)-1] {
		if t, of := divide(values[begin:d.ends[i+1]], d.least); t >= 0 && of > q {
			at, q = begin+t, of
		}
	}
	return at, q
}

// p is the share of permutations within the segments that have a Q of at least q, which counts as one of them. It is larger than
// level, but not exact, where it would be larger than level anyhow.
func (d division) p(values []float64, q, level float64, random *rand.Rand) float64 {
	permuted, asLarge := slices.Clone(values), 1
	for n := 1; n <= permutations; n++ {
		for i, begin := range d.ends[:len(d.ends)-1] {
			segment := permuted[begin:d.ends[i+1]]
			random.Shuffle(len(segment), func(a, b int) { segment[a], segment[b] = segment[b], segment[a] })
		}
		if _, of := d.best(permuted); of >= q-1e-9*math.Abs(q) { // sums in another order differ in the last digits
			asLarge++
		}
		if p := float64(asLarge) / (permutations + 1); p > level {
			return p
		}
	}
	return float64(asLarge) / (permutations + 1)
}

// divide is where to divide values, at least so many on each side, and the Q of that; -1 where they are too few.
func divide(values []float64, least int) (at int, q float64) {
	at, q = -1, math.Inf(-1)
	within := make([]float64, len(values))  // of values[t:end]: the sum of the distances of all pairs
	heads := make([]float64, len(values)+1) // the same of values[:t]
	for end := 1; end <= len(values); end++ {
		toLast := 0.0
		for t := end - 2; t >= 0; t-- {
			toLast += math.Abs(values[end-1] - values[t])
			within[t] += toLast
		}
		heads[end] = within[0]
		for t := least; t <= end-least; t++ {
			if of := energy(float64(t), float64(end-t), heads[t], within[t], within[0]); of > q {
				at, q = t, of
			}
		}
	}
	return at, q
}

// energy is Q of m values and the n after them, by the sums of the distances of all pairs among the m, among the n and in all.
func energy(m, n, amongM, amongN, inAll float64) float64 {
	between := inAll - amongM - amongN
	return m * n / (m + n) * (2*between/(m*n) - 2*amongM/(m*(m-1)) - 2*amongN/(n*(n-1)))
}
