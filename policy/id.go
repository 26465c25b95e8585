package policy

// ID tells the benchmarks of a gate apart.
type ID struct {
	Package string // import path; may be empty
	Name    string // without "Benchmark" and "-8": "Serve/rate=300"
	Procs   int    // GOMAXPROCS
}
