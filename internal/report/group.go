package report

import (
	"fmt"

	"github.com/tailgate-go/tailgate/policy"
)

// group is a benchmark with the verdicts on it; or one rule that matches nothing, with an empty Name.
type group struct {
	policy.Measured
	verdicts []policy.Verdict
}

func (g group) fails() bool {
	for _, v := range g.verdicts {
		if v.Fails {
			return true
		}
	}
	return false
}

// identity tells benchmarks apart.
type identity struct {
	pkg, name string
	procs     int
}

// groups are the verdicts by benchmark, in the report's order.
func (d Document) groups() []group {
	measured := map[identity]policy.Measured{}
	for _, m := range d.Report.Benchmarks {
		measured[identity{m.Package, m.Name, m.Procs}] = m
	}
	var all []group
	at := map[identity]int{}
	for _, v := range d.Report.Verdicts {
		id := identity{v.Package, v.Benchmark, v.Procs}
		i, seen := at[id]
		if !seen || v.Benchmark == "" {
			m := measured[id]
			m.Package, m.Name, m.Procs = v.Package, v.Benchmark, v.Procs
			i = len(all)
			at[id] = i
			all = append(all, group{Measured: m})
		}
		all[i].verdicts = append(all[i].verdicts, v)
	}
	return all
}

// labels names the benchmark of a verdict in a table: with GOMAXPROCS and package only where the report has several. A rule
// that matches nothing is named by itself.
func (d Document) labels() func(policy.Verdict) string {
	packages, procs := map[string]bool{}, map[int]bool{}
	for _, v := range d.Report.Verdicts {
		if v.Benchmark != "" {
			packages[v.Package], procs[v.Procs] = true, true
		}
	}
	return func(v policy.Verdict) string {
		if v.Benchmark == "" {
			return "rule " + v.Rule.String()
		}
		label := v.Benchmark
		if len(procs) > 1 {
			label += fmt.Sprintf("-%d", v.Procs)
		}
		if len(packages) > 1 && v.Package != "" {
			label += " (" + v.Package + ")"
		}
		return label
	}
}
