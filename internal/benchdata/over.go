package benchdata

import "strconv"

// over names what s has more of than a file may hold, that much of it; empty when nothing.
func (s *Set) over(lim limits) string {
	if len(s.Benchmarks) > lim.benchmarks {
		return strconv.Itoa(lim.benchmarks) + " benchmarks"
	}
	results, values, series, text := 0, 0, 0, 0
	var above []string // units of the benchmark above, with which most share theirs
	for _, b := range s.Benchmarks {
		text += len(b.Package) + len(b.Name)
		if b.Columns == nil {
			results += len(b.Runs)
			for _, run := range b.Runs {
				values += len(run.Values)
			}
			continue
		}
		if b.Columns.Runs > lim.runs {
			return strconv.Itoa(lim.runs) + " runs of " + printable(b.Name)
		}
		results += b.Columns.Runs
		series += len(b.Columns.Units)
		for i, unit := range b.Columns.Units {
			values += len(b.Columns.Values[i])
			if i >= len(above) || above[i] != unit {
				text += len(unit)
			}
		}
		above = b.Columns.Units
	}
	switch {
	case results > lim.results:
		return strconv.Itoa(lim.results) + " results"
	case values > lim.values:
		return strconv.Itoa(lim.values) + " values"
	case series > lim.series:
		return tooManySeries(lim.series)
	case text > lim.text:
		return tooMuchText(lim.text)
	}
	return ""
}
