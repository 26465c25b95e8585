package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// ratedUnits are the metrics that a service is watched by, first what a user feels. A case shows those it has.
var ratedUnits = []string{
	"p50-ns", "p95-ns", "p50-ttft-ns", "p95-ttft-ns", "p50-tpot-ns", "p95-tpot-ns", "output-tok/min", "tok/s", "req/s",
	"errors-percent", "goodput-percent",
}

// shown are the metrics of the whole service to show of the case: those watched, and what else is judged.
func (r rated) shown() []string {
	var units []string
	for _, unit := range ratedUnits {
		if unit == "tok/s" && r.has("output-tok/min") { // which says the same
			continue
		}
		if r.has(unit) {
			units = append(units, unit)
		}
	}
	seen := map[string]bool{}
	for _, unit := range units {
		seen[unit] = true
	}
	for _, p := range r.points {
		for _, v := range p.verdicts {
			if !seen[v.Unit] && v.Unit != "" && len(units) < 2*len(ratedUnits) {
				seen[v.Unit] = true
				units = append(units, v.Unit)
			}
		}
	}
	return units
}

var ratedTitles = map[string]string{
	"output-tok/min": "output tokens", "tok/s": "tokens", "req/s": "throughput", "errors-percent": "errors",
	"goodput-percent": "goodput", "attempted": "prompts attempted", "succeeded": "prompts succeeded",
}

// ratedTitle names a metric as people who run services do: "p95 latency", "p95 TTFT", "output tokens".
func ratedTitle(unit string) string {
	if title, ok := ratedTitles[unit]; ok {
		return title
	}
	m := statistic.FindStringSubmatch(unit)
	if m == nil {
		return cell(title(unit))
	}
	what, whose, _ := strings.Cut(m[4], ".")
	switch what {
	case "", "latency":
		what = "latency"
	case "ttft", "tpot", "itl":
		what = strings.ToUpper(what)
	case "normalized":
		what = "latency per output token"
	default:
		return cell(title(unit))
	}
	if whose != "" {
		return cell(m[1] + " " + what + " of " + someone{whose, strings.HasPrefix(whose, tierPrefix)}.title())
	}
	return m[1] + " " + what
}

// headed is the title as a sentence begins with it; p95 stays as it is.
func headed(unit string) string {
	if statistic.MatchString(unit) {
		return ratedTitle(unit)
	}
	return capital(ratedTitle(unit))
}

// inPoints reports whether a metric is a percentage itself, whose change is in points.
func inPoints(unit string) bool { return strings.HasSuffix(unit, "-percent") }

// ratedScale suits a metric's values at all rates.
func ratedScale(unit string, values ...[]float64) scale {
	var all []float64
	for _, some := range values {
		for _, v := range some {
			if !math.IsNaN(v) {
				all = append(all, v)
			}
		}
	}
	s := scaleOf(unit, all...)
	switch {
	case inPoints(unit):
		s.unit = "%"
	case unit == "output-tok/min":
		s.unit = "tok/min"
	case unit == "attempted", unit == "succeeded":
		s.unit = ""
	}
	return s
}

// ratedChange is how much a metric changed at a rate: in percent, or in points where the metric is a percentage. A
// percentage of a judged metric is the verdict's. NaN where a side lacks the metric.
func (p ratePoint) ratedChange(unit string) float64 {
	m := p.of.Metric(unit)
	if math.IsNaN(known(m.Baseline)) || math.IsNaN(known(m.Candidate)) {
		return math.NaN()
	}
	if inPoints(unit) {
		return m.Candidate.Median - m.Baseline.Median
	}
	if v, ok := p.verdict(unit); ok && v.Baseline.N > 0 && v.Candidate.N > 0 {
		return v.ChangePercent
	}
	return m.ChangePercent
}

// moved is a change as a cell shows it: "+31.2", in the unit that its row has.
func moved(change float64) string {
	switch a := math.Abs(change); {
	case math.IsNaN(change):
		return missing
	case a < 1000:
		if s := fmt.Sprintf("%+.1f", change); s != "-0.0" && s != "+0.0" {
			return s
		}
		return "0.0"
	}
	return percent(change)
}

// movedBy is the same in running text: "+31.2 %", "+1.5 points".
func movedBy(unit string, change float64) string {
	if inPoints(unit) {
		return moved(change) + " points"
	}
	return moved(change) + " %"
}

// shade is how much a change counts for: 0 none, then worse up to 3, and better down to -3. Of what was judged it is the verdict;
// the rest has been tested by nobody, and is shaded by size.
func (p ratePoint) shade(unit string) int {
	if v, ok := p.verdict(unit); ok {
		switch v.Outcome {
		case policy.Regressed, policy.Accepted:
			return 3
		case policy.Improved:
			return -3
		}
		return 0
	}
	steps := [3]float64{5, 10, 25}
	if inPoints(unit) {
		steps = [3]float64{0.5, 1, 5}
	}
	change := p.ratedChange(unit)
	switch policy.DirectionOf(unit) {
	case policy.Higher:
		change = -change
	case "":
		return 0
	}
	shade := 0
	for _, step := range steps {
		if math.Abs(change) >= step {
			shade++
		}
	}
	if change < 0 {
		return -shade
	}
	return shade
}
