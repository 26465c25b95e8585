package measure

import (
	"slices"

	"github.com/tailgate-go/tailgate/internal/judge"
)

// The places of a gate's sides. The anchor is the one that may be missing.
const (
	baselineSide  = 0
	candidateSide = 1
	anchorSide    = 2
)

// each has a value for every side by its place; that of a side that takes no part is zero.
type each[T any] [3]T

// anchor is the third side; nil where there is none.
func (g *gate) anchor() *side {
	if len(g.sides) <= anchorSide {
		return nil
	}
	return g.sides[anchorSide]
}

// others are the places of the sides that the candidate is compared with.
func (g *gate) others() []int {
	if g.anchor() == nil {
		return []int{baselineSide}
	}
	return []int{baselineSide, anchorSide}
}

// draw is an order of the sides in those places that chance decides.
func (g *gate) draw(places []int) []int {
	order := slices.Clone(places)
	g.random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	return order
}

// partakers are the places of the sides that have turns in the rounds of a pair: the candidate, and those with which there is
// something to compare. Of a pair without any it is the baseline, though nothing is measured.
func partakers(pair judge.Pair) []int {
	since := pair.Since != nil && pair.Since.Comparable()
	switch {
	case since && pair.Comparable():
		return []int{baselineSide, candidateSide, anchorSide}
	case since:
		return []int{candidateSide, anchorSide}
	}
	return []int{baselineSide, candidateSide}
}

// others are the places of the sides that the candidate is compared with in the rounds of m.
func (m *measurement) others() []int {
	return slices.DeleteFunc(slices.Clone(m.sides), func(i int) bool { return i == candidateSide })
}

// found is the benchmark as the smoke runs found it on the side in that place; nil where that lacks it.
func (m *measurement) found(i int) *judge.Benchmark {
	switch {
	case i == baselineSide:
		return m.pair.Baseline
	case i == candidateSide:
		return m.pair.Candidate
	case m.pair.Since != nil:
		return m.pair.Since.Baseline
	}
	return nil
}

// likeness is what is known of how the candidate's benchmark is like another side's.
type likeness struct {
	compared bool   // whether its code was
	sameCode int    // functions, if all that it runs is the same on both sides; else 0
	changed  string // what differs of the benchmark itself; empty: nothing, or that was not asked
}

// allSame reports whether all sides run the same code, so that no difference is a regression.
func (m *measurement) allSame() bool {
	return !slices.ContainsFunc(m.others(), func(i int) bool { return m.like[i].sameCode == 0 })
}
