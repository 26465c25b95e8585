package evidence

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/stats"
)

// core are the metrics of the inference gateway's regression guide that it wants R2 of, by the units of package workload/serving.
var core = []string{"attempted", "succeeded", "output-tok/min", "p90-normalized-ns", "p90-ns"}

const (
	goodFit     = 0.9 // that a reader takes for close to 1
	smallChange = 10  // percent
)

// Fits are notes about benchmarks that differ in rate alone: R2 of each core metric over the rates that both sides have,
//
//	R2 = 1 - sum (b - a)^2 / sum (b - mean b)^2    b the baseline's medians, a the candidate's; of constant b: 1 if all are equal, else 0
//
// as the guide's notebook computes it (scikit-learn's r2_score). It is reported, because the guide asks for it, and judged by nobody:
// candidates that are all 10 % worse have anything from -35 to 0.98, depending on how steeply the metric grows with the rate.
func Fits(baseline, candidate judge.Results) []string {
	type pair struct{ b, a map[string][]float64 }
	type identity struct {
		pkg, name string
		procs     int
	}
	identify := func(b judge.Benchmark) identity { return identity{b.Package, b.Name, b.Procs} }
	of := map[identity]map[string][]float64{} // the candidate's metrics, of benchmarks that have a rate
	for _, c := range candidate.Benchmarks {
		if _, ok := withoutRate(c.Name); ok {
			of[identify(c)] = c.Metrics
		}
	}
	rates := map[identity][]pair{} // by the name without its rate
	var order []identity
	for _, b := range baseline.Benchmarks {
		name, ok := withoutRate(b.Name)
		metrics, both := of[identify(b)]
		if !ok || !both {
			continue
		}
		id := identity{b.Package, name, b.Procs}
		if rates[id] == nil {
			order = append(order, id)
		}
		rates[id] = append(rates[id], pair{b.Metrics, metrics})
	}
	var notes []string
	for _, id := range order {
		var said, misled []string
		most := 0
		for _, unit := range core {
			var b, a []float64
			for _, p := range rates[id] {
				if len(p.b[unit]) > 0 && len(p.a[unit]) > 0 {
					b, a = append(b, stats.Median(p.b[unit])), append(a, stats.Median(p.a[unit]))
				}
			}
			if len(b) < 2 {
				continue
			}
			most = max(most, len(b))
			r2 := report.RSquared(b, a)
			said = append(said, unit+" "+strconv.FormatFloat(r2, 'f', 4, 64))
			if change := largestChange(b, a); (r2 >= goodFit) != (math.Abs(change) <= smallChange) {
				misled = append(misled, fmt.Sprintf("%s changed by up to %+.1f %%", unit, change))
			}
		}
		if len(said) == 0 {
			continue
		}
		note := fmt.Sprintf("R2 of %s over %d rates, as the regression guide has it, and judged by nobody: %s", id.name, most, strings.Join(said, ", "))
		if len(misled) > 0 {
			note += ". Here it misleads: " + strings.Join(misled, ", ")
		}
		notes = append(notes, note)
	}
	return notes
}

// withoutRate is a benchmark's name without its part rate=; not ok if it has none.
func withoutRate(name string) (string, bool) {
	parts := strings.Split(name, "/")
	at := slices.IndexFunc(parts, func(part string) bool { return strings.HasPrefix(part, "rate=") })
	if at < 0 {
		return "", false
	}
	return strings.Join(slices.Delete(parts, at, at+1), "/"), true
}

// largestChange is the largest change of a rate, in percent. Rates whose baseline is 0 have none.
func largestChange(b, a []float64) float64 {
	largest := 0.0
	for i := range b {
		if change := 100 * (a[i] - b[i]) / b[i]; b[i] != 0 && math.Abs(change) > math.Abs(largest) {
			largest = change
		}
	}
	return largest
}
