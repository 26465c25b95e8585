package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/tailgate-go/tailgate/internal/ratename"
	"github.com/tailgate-go/tailgate/policy"
)

const (
	goodFit     = 0.9 // that a reader takes for close to 1
	smallChange = 10  // percent
)

// Fits are notes about benchmarks that differ in rate alone: [RSquared] of each of the regression guide's metrics over the rates
// that both sides have. The guide asks for it, so it is reported. It judges nothing: candidates that are all 10 % worse have
// anything from -35 to 0.98, depending on how steeply the metric grows with the rate.
func Fits(benchmarks []policy.Measured) []string {
	rates := map[policy.ID][]policy.Measured{} // by the name without its rate
	var order []policy.ID
	for _, m := range benchmarks {
		name, _, ok := ratename.Cut(m.Name)
		if !ok {
			continue
		}
		id := policy.ID{Package: m.Package, Name: name, Procs: m.Procs}
		if rates[id] == nil {
			order = append(order, id)
		}
		rates[id] = append(rates[id], m)
	}
	var notes []string
	for _, id := range order {
		if note := fit(id.Name, rates[id]); note != "" {
			notes = append(notes, note)
		}
	}
	return notes
}

// fit is the note about a case; empty where no metric has two rates.
func fit(name string, rates []policy.Measured) string {
	var said, misled []string
	most := 0
	for _, unit := range coreUnits {
		var baseline, candidate []float64
		for _, m := range rates {
			if metric := m.Metric(unit); metric.Baseline.N > 0 && metric.Candidate.N > 0 {
				baseline, candidate = append(baseline, metric.Baseline.Median), append(candidate, metric.Candidate.Median)
			}
		}
		if len(baseline) < 2 {
			continue
		}
		most = max(most, len(baseline))
		r2 := RSquared(baseline, candidate)
		said = append(said, unit+" "+strconv.FormatFloat(r2, 'f', 4, 64))
		if change := largestChange(baseline, candidate); (r2 >= goodFit) != (math.Abs(change) <= smallChange) {
			misled = append(misled, fmt.Sprintf("%s changed by up to %+.1f %%", unit, change))
		}
	}
	if len(said) == 0 {
		return ""
	}
	note := fmt.Sprintf("R2 of %s over %d rates, as the regression guide has it, and judged by nobody: %s",
		name, most, strings.Join(said, ", "))
	if len(misled) > 0 {
		note += ". Here it misleads: " + strings.Join(misled, ", ")
	}
	return note
}

// largestChange is the largest change of a rate, in percent. Rates whose baseline is 0 have none.
func largestChange(baseline, candidate []float64) float64 {
	largest := 0.0
	for i, b := range baseline {
		if change := 100 * (candidate[i] - b) / b; b != 0 && math.Abs(change) > math.Abs(largest) {
			largest = change
		}
	}
	return largest
}
