package field

import "slices"

// Score counts what a tool said, against what is true.
type Score struct {
	Results int // verdicts on a case in a direction
	Failed  int // of them, in which nothing was judged

	Regressions int            // metrics that are worse by more than the limits
	Found       int            // of them, said to be
	Planted     int            // of Regressions, those that were planted, which one tool alone gets
	PlantFound  int            // of Found
	Missed      map[string]int // of them, what was said instead: absent, where nothing was

	Clean      int // metrics that are not worse, or less than the limits, of which something was said
	FalseRed   int // of them, said to be worse by more than the limits
	Rewritten  int // of these, those of benchmarks that differ themselves
	Timed      int // of Clean, times that were measured
	TimedRed   int // of them, said to be worse by more than the limits
	Undecided  int // of Clean, inconclusive or invalid
	Blind      int // of Clean
	Unmeasured int // metrics that there was no time for

	Harmless int // results in which something was judged and no metric is worse, or may be
	Failing  int // of them, those with a verdict that fails
	Unknown  int // results in which something was judged and nobody knows whether a metric is worse
	Flagged  int // of them, those with a verdict that fails
	Wrong    int // benchmarks with such a metric, and none that is worse, in results in which another benchmark is
	Any      int // metrics that are the same and are said to be worse, by however little; the gate says so only beyond the limits

	AtLimit, AtLimitRed int // metrics of which either may be said, and of them those said to be worse

	Functions, FunctionFirst int // benchmarks found whose function is known, and of them those with that named first
	Plants, PlantFirst       int // of both, those in which the slowdown is planted, and the function is always the same

	Seconds []float64 // of each result in which something was judged
	// Paired are the seconds of comparisons that both tools judged. Once is their sum, in which what was measured for two
	// directions is counted by half in each.
	Paired []float64
	Once   float64
}

// add counts a result of the case, which is turned as the result is.
func (s *Score) add(c Case, r Result) {
	s.Results++
	if r.Error != "" {
		s.Failed++
	} else {
		s.Seconds = append(s.Seconds, r.Seconds)
		s.harmless(c, r)
	}
	found := map[string]bool{}
	for _, t := range c.Truth {
		if c.expected(t.Benchmark, t.Unit) == red && s.regression(c, t, r) {
			found[t.Benchmark] = true
		}
	}
	for name := range found {
		s.function(c, name, r)
	}
	bad := map[string]bool{}
	for _, v := range r.Said {
		is := c.expected(v.Benchmark, v.Unit)
		said := says(c, r.Tool, v)
		switch {
		case v.Code == unmeasured:
			s.Unmeasured++
		case is == either:
			s.AtLimit++
			if said {
				s.AtLimitRed++
			}
		case is == clean:
			s.clean(c, v, said)
			if said {
				bad[v.Benchmark] = true
			}
			if v.Outcome == "regressed" && !c.differs(v.Benchmark, v.Unit) {
				s.Any++
			}
		}
	}
	if worse := c.worse(); len(worse) > 0 {
		for name := range bad {
			if !slices.Contains(worse, name) {
				s.Wrong++
			}
		}
	}
}

// unmeasured is the code of a verdict that there was no time for.
const unmeasured = "not-measured"

// clean counts a metric that is not worse.
func (s *Score) clean(c Case, v Said, red bool) {
	s.Clean++
	timed := v.Unit == "ns/op" && v.Baseline > 0
	if timed {
		s.Timed++
	}
	switch v.Outcome {
	case "inconclusive", "invalid":
		s.Undecided++
	case "blind":
		s.Blind++
	}
	if !red {
		return
	}
	s.FalseRed++
	if timed {
		s.TimedRed++
	}
	if c.Kind == "benchmark" {
		s.Rewritten++
	}
}

// harmless counts a result in which no metric may be said to be worse, or nobody knows. A gate fails by what it leaves open, too.
func (s *Score) harmless(c Case, r Result) {
	is := func(e expected) bool {
		return slices.ContainsFunc(c.Truth, func(t Truth) bool { return c.expected(t.Benchmark, t.Unit) == e })
	}
	failing := 0
	if slices.ContainsFunc(r.Said, func(v Said) bool {
		return says(c, r.Tool, v) || v.Outcome == "inconclusive" || v.Outcome == "invalid"
	}) {
		failing = 1
	}
	switch {
	case is(red):
	case is(either):
		s.Unknown++
		s.Flagged += failing
	default:
		s.Harmless++
		s.Failing += failing
	}
}

// regression counts a metric that is worse, and reports whether that was found.
func (s *Score) regression(c Case, t Truth, r Result) bool {
	s.Regressions++
	if c.Inject != "" {
		s.Planted++
	}
	i := slices.IndexFunc(r.Said, func(v Said) bool { return v.Benchmark == t.Benchmark && v.Unit == t.Unit })
	outcome := "absent"
	switch {
	case i >= 0 && says(c, r.Tool, r.Said[i]):
		s.Found++
		if c.Inject != "" {
			s.PlantFound++
		}
		return true
	case r.Error != "":
		outcome = "failed"
	case i >= 0 && r.Said[i].Outcome == "regressed":
		outcome = "within the limits"
	case i >= 0:
		outcome = r.Said[i].Outcome
	}
	if s.Missed == nil {
		s.Missed = map[string]int{}
	}
	s.Missed[outcome]++
	return false
}

// function counts the function that was named first for a benchmark that was found to be worse.
func (s *Score) function(c Case, benchmark string, r Result) {
	if len(c.Functions) == 0 || r.Tool != byTailgate {
		return
	}
	first := 0
	if slices.ContainsFunc(r.Causes, func(n Named) bool {
		return n.Benchmark == benchmark && slices.Contains(c.Functions, n.Function)
	}) {
		first = 1
	}
	s.Functions++
	s.FunctionFirst += first
	if c.Inject != "" {
		s.Plants++
		s.PlantFirst += first
	}
}

// paired is what a tool's results count in time, of the results of one case in one direction: as many as both tools judged, and
// measured whole.
func paired(tool string, results []Result) (s Score) {
	judged := map[string][]Result{}
	for _, r := range results {
		if r.Error == "" && !slices.ContainsFunc(r.Said, func(v Said) bool { return v.Code == unmeasured }) {
			judged[r.Tool] = append(judged[r.Tool], r)
		}
	}
	for _, r := range judged[tool][:min(len(judged[byTailgate]), len(judged[byBenchstat]))] {
		s.Paired = append(s.Paired, r.Seconds)
		s.Once += r.Seconds - r.Measured/2
	}
	return s
}

// says reports whether a tool says that a metric is worse by more than the limits. Who reads benchstat looks at the size of what is
// significant.
func says(c Case, tool string, v Said) bool {
	return v.Outcome == "regressed" && (tool == byTailgate || c.beyond(v.Unit, v.Baseline, v.Candidate))
}

// differs reports whether a metric is known to differ.
func (c Case) differs(benchmark, unit string) bool {
	return slices.ContainsFunc(c.Truth, func(t Truth) bool { return t.Benchmark == benchmark && t.Unit == unit })
}

// worse are the benchmarks with a metric that is worse by more than the limits.
func (c Case) worse() (names []string) {
	for _, t := range c.Truth {
		if c.expected(t.Benchmark, t.Unit) == red {
			names = append(names, t.Benchmark)
		}
	}
	return names
}

// missed is how many regressions were not found.
func (s Score) missed() int { return s.Regressions - s.Found }

// plus is what both count.
func (s Score) plus(o Score) Score {
	s.Results += o.Results
	s.Failed += o.Failed
	s.Regressions += o.Regressions
	s.Found += o.Found
	s.Planted += o.Planted
	s.PlantFound += o.PlantFound
	s.Clean += o.Clean
	s.FalseRed += o.FalseRed
	s.Rewritten += o.Rewritten
	s.Timed += o.Timed
	s.TimedRed += o.TimedRed
	s.Undecided += o.Undecided
	s.Blind += o.Blind
	s.Unmeasured += o.Unmeasured
	s.Harmless += o.Harmless
	s.Failing += o.Failing
	s.Unknown += o.Unknown
	s.Flagged += o.Flagged
	s.Wrong += o.Wrong
	s.Any += o.Any
	s.AtLimit += o.AtLimit
	s.AtLimitRed += o.AtLimitRed
	s.Functions += o.Functions
	s.FunctionFirst += o.FunctionFirst
	s.Plants += o.Plants
	s.PlantFirst += o.PlantFirst
	s.Seconds = slices.Concat(s.Seconds, o.Seconds)
	s.Paired = slices.Concat(s.Paired, o.Paired)
	s.Once += o.Once
	missed := map[string]int{}
	for _, of := range []map[string]int{s.Missed, o.Missed} {
		for outcome, n := range of {
			missed[outcome] += n
		}
	}
	s.Missed = missed
	return s
}
