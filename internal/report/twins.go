package report

import (
	"fmt"

	"github.com/tailgate-go/tailgate/policy"
)

// Twins are the names of benchmarks that a report has in several packages, or with several GOMAXPROCS. The zero value has none.
type Twins struct{ packages, procs map[string]bool }

// Twins are the report's.
func (d Document) Twins() Twins {
	t := Twins{map[string]bool{}, map[string]bool{}}
	first := map[string]policy.ID{}
	for _, v := range d.Report.Verdicts {
		id, seen := first[v.Name]
		if !seen {
			first[v.Name] = v.ID
			continue
		}
		if id.Package != v.Package {
			t.packages[v.Name] = true
		}
		if id.Procs != v.Procs {
			t.procs[v.Name] = true
		}
	}
	return t
}

// name is the benchmark's, with GOMAXPROCS where another has the same without.
func (t Twins) name(v policy.Verdict) string {
	if t.procs[v.Name] {
		return fmt.Sprintf("%s-%d", v.Name, v.Procs)
	}
	return v.Name
}

// label is the name, with the package where another has the same without.
func (t Twins) label(v policy.Verdict) string {
	if t.packages[v.Name] && v.Package != "" {
		return t.name(v) + " (" + v.Package + ")"
	}
	return t.name(v)
}

// Path is what the verdict's own test is called, below the gate's: "Chat/p95-ns", or "example.com/shop/Chat-2/p95-ns" of a twin.
func (t Twins) Path(v policy.Verdict) string {
	path := t.name(v) + "/" + v.Unit
	switch {
	case v.Name == "":
		path = "policy/" + v.Unit
	case t.packages[v.Name] && v.Package != "":
		path = v.Package + "/" + path
	}
	return Plain(path) // what testing leaves in a name, an older command of a runner for one, is broken here
}
