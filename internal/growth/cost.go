package growth

import "github.com/google/pprof/profile"

// key names a function; for a sample of a module's function also the function of the tested module that led there.
type key struct{ function, via string }

// cost is what a function cost in some profiles.
type cost struct {
	samples int64
	value   int64
	file    string
	lines   map[int64]int64 // value by line, from the start of the file
}

// Profiles are the profiles of one side, added up.
type Profiles struct {
	// Requests is over how many requests they were taken.
	Requests int64
	// Unit is that of the costs: nanoseconds or bytes. Empty for no profile.
	Unit string
	// Was is where a line of these profiles' program was in that of a baseline; 0: nowhere. Nil: where it is now.
	Was func(file string, line int64) int64

	module  Module
	costs   map[key]*cost
	samples int64
	total   int64
}

// NewProfiles are no profiles yet, of a test of that module.
func NewProfiles(module Module) *Profiles {
	return &Profiles{module: module, costs: map[key]*cost{}}
}

// Add adds a profile taken over so many requests; its costs are those of the sample type named, such as "cpu", "alloc_space"
// or "delay", and its events those that come before it: "samples", "alloc_objects" or "contentions". A profile without that type
// adds only its requests. What no request did is left out, as far as stacks tell: see own.
func (p *Profiles) Add(prof *profile.Profile, sampleType string, requests int64) {
	p.Requests += requests
	index := -1
	for i, t := range prof.SampleType {
		if t.Type == sampleType {
			index, p.Unit = i, t.Unit
		}
	}
	if index < 1 { // events come before costs
		return
	}
	for _, s := range prof.Sample {
		events, value := s.Value[index-1], s.Value[index]
		k, line, ok := p.own(s)
		if !ok {
			continue
		}
		c := p.costs[k]
		if c == nil {
			c = &cost{file: line.Function.Filename, lines: map[int64]int64{}}
			p.costs[k] = c
		}
		c.samples += events
		c.value += value
		c.lines[line.Line] += value
		p.samples += events
		p.total += value
	}
}

var nowhere = profile.Line{Function: &profile.Function{Name: "unknown"}}

// own is the function to which a sample belongs, with its line. It is not ok if no request did it: the harness did, or the
// goroutine of main, on which no benchmark runs.
func (p *Profiles) own(s *profile.Sample) (k key, at profile.Line, ok bool) {
	var own, last *profile.Line
	for _, location := range s.Location { // the innermost first
		for i := range location.Line { // the innermost of those inlined first
			line := &location.Line[i]
			if line.Function == nil {
				continue
			}
			last = line
			name := line.Function.Name
			if own == nil && isHarness(name) {
				return key{}, nowhere, false
			}
			if own == nil && (name == planted || !p.module.isStandard(name)) {
				own = line
			}
			if own != nil && k.function == "" && p.module.has(name) {
				k, at = key{function: own.Function.Name}, *own
				if own != line {
					k.via = name
				}
			}
		}
	}
	switch {
	case last == nil:
		return key{function: nowhere.Function.Name}, nowhere, true
	case last.Function.Name == "runtime.main":
		return key{}, nowhere, false
	case k.function != "":
		return k, at, true
	case own != nil:
		return key{function: own.Function.Name}, *own, true
	}
	return key{function: last.Function.Name}, *last, true
}
