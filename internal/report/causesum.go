package report

import (
	"math"
	"strconv"
)

// sum is a cause as a sum. The named functions and the others make up the growth in the profiles, which with the rest is the
// measured growth.
type sum struct {
	grown  float64 // by the profiles
	others float64 // as much of it as is of no function that is named
	rest   float64 // what was measured less what the profiles have; below zero: they have more
}

// costs is how costs are shown: times as everywhere, bytes as they are.
func (c Cause) costs() scale {
	unit := c.Unit
	if unit == "ns" {
		unit = "ns/op"
	}
	values := []float64{c.Baseline, c.Candidate, c.Measured.Baseline, c.Measured.Candidate}
	for _, f := range c.Functions {
		values = append(values, f.Growth())
	}
	return scaleOf(unit, values...)
}

// sum adds up the digits shown, so that the lines of a report add up to its total.
func (c Cause) sum() sum { return c.add(c.costs().shown) }

// exactly adds up what is known.
func (c Cause) exactly() sum { return c.add(func(v float64) float64 { return v }) }

func (c Cause) add(rounded func(float64) float64) sum {
	all := sum{grown: rounded(rounded(c.Candidate) - rounded(c.Baseline))}
	all.others = all.grown
	for _, f := range c.Functions {
		all.others -= rounded(f.Growth())
	}
	all.others = rounded(all.others)
	if c.Measured != (Costs{}) {
		all.rest = rounded(rounded(c.Measured.Candidate) - rounded(c.Measured.Baseline) - all.grown)
	}
	return all
}

// shown is the value that number shows.
func (s scale) shown(v float64) float64 {
	shown, err := strconv.ParseFloat(s.number(v), 64)
	if err != nil || !isFinite(v) {
		return v
	}
	return shown * s.size
}

// terms are the lines of the sum: the functions, the others, the rest, and what they come to where that was measured. A term that
// shows as 0 is left out.
func (c Cause) terms() []costlyLine {
	if c.Of == Servers {
		return c.serverLines()
	}
	if c.Requests == 0 {
		return nil
	}
	s, all := c.costs(), c.sum()
	term := func(grown float64, of string) costlyLine {
		return costlyLine{Grown: s.signed(grown) + " " + s.unit, Sum: of}
	}
	var terms []costlyLine
	for _, f := range c.Functions {
		terms = append(terms, c.line(f))
	}
	if all.others != 0 && len(terms) > 0 {
		terms = append(terms, term(all.others, "other functions, together"))
	} else if all.others != 0 {
		terms = append(terms, term(all.others, "all functions, together"))
	}
	if c.Measured == (Costs{}) {
		return terms
	}
	if all.rest != 0 {
		terms = append(terms, term(all.rest, c.restOf(all.rest)))
	}
	return append(terms, term(s.shown(c.Measured.Candidate)-s.shown(c.Measured.Baseline),
		"in all, as measured meanwhile: from "+s.number(c.Measured.Baseline)+" to "+s.number(c.Measured.Candidate)+" "+s.unit))
}

// littleRest is the share of the measured growth up to which the rest is no finding: a profile is a sample.
const littleRest = 0.1

// restOf is what the rest may be.
func (c Cause) restOf(rest float64) string {
	if math.Abs(rest) <= littleRest*c.Measured.Growth() {
		return "by which the profile differs from what was measured"
	}
	several := map[string]string{"CPU time": ", or several CPUs at a time", "waiting": ", or several that wait at a time"}[c.Of]
	switch {
	case rest < 0 && c.Plain:
		return "not in what was measured: set-up in the benchmark, which its profile cannot tell apart" + several
	case rest < 0:
		return "not in what was measured: what is done between requests" + several
	case c.Of == "CPU time":
		return "not in the profile: waiting (lock, sleep, I/O, or for a CPU)"
	case c.Of == "waiting":
		return "not in the profile: CPU time, a sleep, I/O"
	}
	return "not in the profile"
}
