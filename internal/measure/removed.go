package measure

import (
	"slices"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/evidence"
)

// withRemoved is what a package has with the other side's tests, and what its benchmarks report with its own alone, of the units
// that a rule names: that was removed, too. A benchmark that no longer has a Recorder is judged as a plain one.
func withRemoved(shared, own *benchdata.Set, named func(unit string) bool) *benchdata.Set {
	all := *shared
	all.Benchmarks = slices.Clone(shared.Benchmarks)
	for i := range all.Benchmarks {
		b := &all.Benchmarks[i]
		at := slices.IndexFunc(own.Benchmarks, func(o benchdata.Benchmark) bool { return o.ID == b.ID })
		if at < 0 || evidence.Recorded(own.Benchmarks[at]) && !evidence.Recorded(*b) {
			continue
		}
		b.Runs = slices.Clone(b.Runs)
		for n, run := range own.Benchmarks[at].Runs[:min(len(own.Benchmarks[at].Runs), len(b.Runs))] {
			for _, v := range run.Values {
				has := slices.ContainsFunc(b.Runs[n].Values, func(o benchdata.Value) bool { return o.Unit == v.Unit })
				if !has && named(v.Unit) {
					b.Runs[n].Values = append(slices.Clip(b.Runs[n].Values), v)
				}
			}
		}
	}
	return &all
}
