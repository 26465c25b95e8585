package report

import (
	"fmt"

	"github.com/tailgate-go/tailgate/policy"
)

// group is a benchmark with the verdicts on it; or one rule that matches nothing, with an empty Name.
type group struct {
	of       policy.Measured
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

// groups are the verdicts by benchmark, in the report's order, without unchanged ones. The verdicts are copies that callers may
// sort. All are in one array, since those of a benchmark mostly stand together.
func (d Document) groups() []group {
	measured := make(map[policy.ID]int, len(d.Report.Benchmarks))
	for i, m := range d.Report.Benchmarks {
		measured[m.ID] = i
	}
	verdicts := d.told()
	all := make([]group, 0, len(d.Report.Benchmarks))
	at := make(map[policy.ID]int, len(d.Report.Benchmarks))
	for n, v := range verdicts {
		id := v.ID
		i, seen := at[id]
		if !seen || v.Name == "" {
			var m policy.Measured
			if known, ok := measured[id]; ok {
				m = d.Report.Benchmarks[known]
			}
			m.ID = v.ID
			i = len(all)
			at[id] = i
			all = append(all, group{m, verdicts[n:n:n]})
		}
		g := &all[i]
		if len(g.verdicts) > 0 && n > 0 && &verdicts[n-1] == &g.verdicts[len(g.verdicts)-1] || len(g.verdicts) == 0 {
			first := n - len(g.verdicts)
			g.verdicts = verdicts[first : n+1 : n+1]
		} else {
			g.verdicts = append(g.verdicts, v)
		}
	}
	return all
}

// labels names the benchmark of a verdict in a table: with GOMAXPROCS and package only where the report has several. A rule
// that matches nothing is named by itself.
func (d Document) labels() func(policy.Verdict) string {
	packages, procs := map[string]bool{}, map[int]bool{}
	for _, v := range d.Report.Verdicts {
		if v.Name != "" {
			packages[v.Package], procs[v.Procs] = true, true
		}
	}
	return func(v policy.Verdict) string {
		if v.Name == "" {
			return "rule " + v.Rule.String()
		}
		label := v.Name
		if len(procs) > 1 {
			label += fmt.Sprintf("-%d", v.Procs)
		}
		if len(packages) > 1 && v.Package != "" {
			label += " (" + v.Package + ")"
		}
		return label
	}
}
