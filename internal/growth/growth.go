package growth

import (
	"cmp"
	"math"
	"slices"
)

// Function is a function that costs more than it did, or less.
type Function struct {
	Name string
	// Via is the function of the tested module that leads to this one; empty if it is of that module itself, or nothing of it leads
	// there.
	Via  string
	File string // as the compiler was told, with -trimpath from the module's path on; empty when not known
	Line int64  // where most of the growth is; 0 when not known
	// Baseline and Candidate are the own costs of a request, in the profiles' unit.
	Baseline, Candidate float64
	// Z is the growth over its standard deviation, by the luck of sampling alone.
	Z float64
}

// Growth is what a request costs more.
func (f Function) Growth() float64 { return f.Candidate - f.Baseline }

// sure is the Z of a growth that is no luck: by luck alone one of 740 functions would show it, and it is asked only where it is
// known that something grew.
const sure = 3

// Sure reports whether f grew beyond the luck of sampling.
func (f Function) Sure() bool { return f.Z >= sure }

// Diff is how the costs of two sides differ.
type Diff struct {
	Unit string // of the costs
	// Baseline and Candidate are all costs of a request.
	Baseline, Candidate float64
	// Deviation is the standard deviation of the growth, by the luck of sampling.
	Deviation float64
	// Functions are all that the profiles saw, those that grew most first.
	Functions []Function
}

// Growth is what a request costs more.
func (d Diff) Growth() float64 { return d.Candidate - d.Baseline }

// AtMost is what the growth is at most, but for luck as rare as that in which Sure is wrong.
func (d Diff) AtMost() float64 { return d.Growth() + sure*d.Deviation }

// Leads reports whether it is known which function grew most: the first grew for sure, and by more than the second, by two standard
// deviations of their difference.
func (d Diff) Leads() bool {
	switch {
	case len(d.Functions) == 0 || !d.Functions[0].Sure():
		return false
	case len(d.Functions) == 1:
		return true
	}
	first, second := d.Functions[0], d.Functions[1]
	return first.Growth()-second.Growth() >= 2*math.Hypot(first.deviation(), second.deviation())
}

// deviation is the standard deviation of the growth.
func (f Function) deviation() float64 {
	if f.Z == 0 {
		return 0
	}
	return f.Growth() / f.Z
}

// Compare compares two sides. A side without requests compares as one without costs.
func Compare(baseline, candidate *Profiles) Diff {
	d := Diff{
		Unit: cmp.Or(candidate.Unit, baseline.Unit), Baseline: baseline.per(baseline.total), Candidate: candidate.per(candidate.total),
	}
	d.Deviation = math.Hypot(baseline.deviation(baseline.total, baseline.samples),
		candidate.deviation(candidate.total, candidate.samples))
	keys := map[key]bool{}
	for k := range baseline.costs {
		keys[k] = true
	}
	for k := range candidate.costs {
		keys[k] = true
	}
	for k := range keys {
		d.Functions = append(d.Functions, compare(k, baseline, candidate))
	}
	slices.SortFunc(d.Functions, func(a, b Function) int {
		return cmp.Or(cmp.Compare(b.Growth(), a.Growth()), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Via, b.Via))
	})
	return d
}

func (p *Profiles) per(value int64) float64 {
	if p.Requests == 0 {
		return 0
	}
	return float64(value) / float64(p.Requests)
}

// deviation is the standard deviation of a cost per request that so many samples add up to: each weighs about as much as the
// others.
func (p *Profiles) deviation(value, samples int64) float64 {
	if samples == 0 {
		return 0
	}
	return p.per(value) / math.Sqrt(float64(samples))
}

func compare(k key, baseline, candidate *Profiles) Function {
	b, c := baseline.cost(k), candidate.cost(k)
	f := Function{
		Name: k.function, Via: k.via, File: cmp.Or(c.file, b.file), Baseline: baseline.per(b.value), Candidate: candidate.per(c.value),
	}
	deviation := math.Hypot(baseline.deviation(b.value, b.samples), candidate.deviation(c.value, c.samples))
	if deviation > 0 {
		f.Z = f.Growth() / deviation
	}
	most := math.Inf(-1)
	for line, value := range c.lines {
		was := line
		if candidate.Was != nil {
			was = candidate.Was(c.file, line)
		}
		grown := candidate.per(value) - baseline.per(b.lines[was])
		if grown > most || grown == most && line < f.Line {
			most, f.Line = grown, line
		}
	}
	return f
}

func (p *Profiles) cost(k key) *cost {
	if c := p.costs[k]; c != nil {
		return c
	}
	return &cost{}
}
