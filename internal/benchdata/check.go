package benchdata

import (
	"math"
	"slices"
	"strconv"
)

// absurd is beyond any measurement and near enough to overflow that sums of squares would.
const absurd = 1e300

// check returns what is wrong with the numbers of a run of this layout.
func (l *layout) check(iters int, values []Value) []fault {
	faults := slices.Clip(l.faults) // appending copies
	if iters < 0 {
		faults = append(faults, fault{"the number of iterations is " + strconv.Itoa(iters), "record the benchmark again"})
	}
	if iters == 0 {
		// testing prints "0 NaN ns/op" for a benchmark that calls b.Skip after its first start (Go 1.26).
		return append(faults, fault{"no iterations: the benchmark was skipped after it had begun", "skip it in every run or in none"})
	}
	sound := true
	for i, v := range values {
		f := v.unsound()
		if f.fact == "" && v.Value == 0 && l.positive[i] {
			f = fault{"is 0, which is impossible", "report it only when it was measured"}
		}
		if f.fact != "" {
			sound = false
			faults = append(faults, fault{printable(v.Unit) + " " + f.fact, f.fix})
		}
	}
	if !sound {
		return faults // an order among such values says nothing new
	}
	for _, pair := range l.ordered {
		low, high := values[pair[0]], values[pair[1]]
		if low.Value > high.Value {
			faults = append(faults, fault{
				printable(low.Unit) + " (" + number(low.Value) + ") is above " + printable(high.Unit) + " (" + number(high.Value) + ")",
				"correct how they are computed"})
		}
	}
	return faults
}

// unsound is what is wrong with the number, whatever its unit; zero when nothing is.
func (v Value) unsound() fault {
	switch {
	case v.Value >= 0 && v.Value <= absurd:
		return fault{}
	case math.IsNaN(v.Value):
		return fault{"is NaN", "report a finite number"}
	case math.IsInf(v.Value, 0):
		return fault{"is " + number(v.Value), "report a finite number"}
	case v.Value < 0:
		return fault{"is negative (" + number(v.Value) + ")", "report a quantity that cannot be below 0"}
	}
	return fault{"is absurdly large (" + number(v.Value) + ")", "report it in a larger unit"}
}
