package policy

// ID tells the benchmarks of a gate apart.
type ID struct {
	Package string `json:"package"`    // import path; may be empty
	Name    string `json:"name"`       // without "Benchmark" and "-8": "Serve/rate=300"
	Procs   int    `json:"gomaxprocs"` // GOMAXPROCS
}
