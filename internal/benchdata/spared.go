package benchdata

import "slices"

// Spared are values that cannot be and were left out, since nobody needs their units: the first of each unit, of 20 units at most.
type Spared []LeftOut

// LeftOut is a value that was left out.
type LeftOut struct {
	Unit string
	Problem
}

// Spare is a run of the benchmark, named as go test prints it, without the values that cannot be of units that are not needed; and
// those values. The run that it is given stays as it is.
func (as Reader) Spare(r Run, benchmark string) (Run, Spared) {
	if as.Needed == nil {
		return r, nil
	}
	var out Spared
	spared := func(v Value) bool {
		f := v.unsound()
		if f.fact == "" || as.Needed(v.Unit) {
			return false
		}
		out = out.With(Spared{{v.Unit, Problem{
			File: r.File, Line: r.Line, Benchmark: printable(benchmark), Fact: printable(v.Unit) + " " + f.fact, Fix: f.fix,
		}}})
		return true
	}
	if slices.ContainsFunc(r.Values, spared) {
		r.Values = slices.DeleteFunc(slices.Clone(r.Values), spared)
	}
	return r, out
}

// mostSpared is how many units are remembered.
const mostSpared = 20

// With is s with what was left out of other units. It may write behind s.
func (s Spared) With(more Spared) Spared {
	for _, o := range more {
		if len(s) < mostSpared && !slices.ContainsFunc(s, func(had LeftOut) bool { return had.Unit == o.Unit }) {
			s = append(s, o)
		}
	}
	return s
}
