package policy

// Report is what a policy says of two sides.
type Report struct {
	Verdicts   []Verdict  // benchmarks in order, then rules that match nothing
	Benchmarks []Measured // every benchmark with all it measured
	Policy     Policy     // as applied, defaults filled in
	Elsewhere  int        // benchmarks that another shard judges
	Trailers   []Trailer  // of commits, that were read for the report; each with its Use
}

// Fails reports whether the test run fails. A report without verdicts does, unless all there is to judge is judged elsewhere.
func (r Report) Fails() bool {
	for _, v := range r.Verdicts {
		if v.Fails {
			return true
		}
	}
	return len(r.Verdicts) == 0 && r.Elsewhere == 0
}

// Outcome is the gravest of the verdicts': invalid, regressed, drifted, inconclusive, blind, accepted, improved, added, ok. A
// report without verdicts is invalid, and ok if all there is to judge is judged elsewhere.
func (r Report) Outcome() Outcome {
	gravity := map[Outcome]int{
		OK: 1, Added: 2, Improved: 3, Accepted: 4, Blind: 5, Inconclusive: 6, Drifted: 7, Regressed: 8, Invalid: 9,
	}
	worst := Outcome("")
	for _, v := range r.Verdicts {
		if gravity[v.Outcome] > gravity[worst] {
			worst = v.Outcome
		}
	}
	if worst == "" && r.Elsewhere > 0 {
		return OK
	}
	if worst == "" {
		return Invalid
	}
	return worst
}
