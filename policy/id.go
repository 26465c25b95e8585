package policy

// ID tells the benchmarks of a gate apart.
type ID struct {
	Package string // import path; may be empty
	Name    string // without "Benchmark" and "-8": "Serve/rate=300"
	Procs   int    // GOMAXPROCS
}

// ID is the benchmark that the verdict is on; without a name when the rule matches nothing.
func (v Verdict) ID() ID { return ID{v.Package, v.Benchmark, v.Procs} }

// ID is the benchmark that was measured.
func (m Measured) ID() ID { return ID{m.Package, m.Name, m.Procs} }
