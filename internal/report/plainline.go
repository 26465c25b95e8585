package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// operation are the metrics of a benchmark without a Recorder, in the order of its line.
var operation = []string{"ns/op", "B/op", "allocs/op"}

// recorded reports whether m recorded requests.
func recorded(m policy.Measured) bool {
	median := m.Metric("p50-ns")
	return median.Baseline.N > 0 || median.Candidate.N > 0
}

// ofRequests reports whether m is of requests: it recorded them, or looked for their highest rate.
func ofRequests(m policy.Measured) bool {
	ofRate := func(metric policy.Metric) bool { return strings.HasSuffix(metric.Unit, "req/s") }
	return recorded(m) || slices.ContainsFunc(m.Metrics, ofRate)
}

// plain reports whether g has a line of its own: a benchmark without a Recorder that is judged by its operations, or has failed.
func (g group) plain() bool {
	if recorded(g.of) {
		return false
	}
	operates := slices.ContainsFunc(g.of.Metrics, func(m policy.Metric) bool { return slices.Contains(operation, m.Unit) })
	return slices.ContainsFunc(g.verdicts, func(v policy.Verdict) bool {
		return slices.Contains(operation, v.Unit) && (operates || v.Rule.Plain) || operates && !measured(v)
	})
}

// plainGroups are those of the groups that have a line of their own.
func plainGroups(groups []group) []group {
	return slices.DeleteFunc(slices.Clone(groups), func(g group) bool { return !g.plain() })
}

// concerning are the verdicts of a plain benchmark that its line does not show in full.
func (g group) concerning() []policy.Verdict {
	return slices.DeleteFunc(slices.Clone(g.verdicts), func(v policy.Verdict) bool { return onLine(v) })
}

// onLine reports whether the line of the verdict's benchmark, if that is plain, shows the verdict in full.
func onLine(v policy.Verdict) bool {
	return v.Outcome == policy.OK && slices.Contains(operation, v.Unit)
}

// worst is the gravest of g's verdicts.
func (g group) worst() policy.Verdict { return slices.MaxFunc(g.verdicts, byConcernOf) }

// byConcernOf is byGravity, and of what fails the one furthest beyond its limit is the gravest.
func byConcernOf(a, b policy.Verdict) int {
	if c := byGravity(a, b); c != 0 || !a.Fails {
		return c
	}
	return cmp.Compare(excess(a), excess(b))
}

// metric is one of g's; of a document without what was measured it is what the verdict has.
func (g group) metric(unit string) policy.Metric {
	m := g.of.Metric(unit)
	for _, v := range g.verdicts {
		if v.Unit == unit && m.Baseline.N == 0 && m.Candidate.N == 0 {
			m.Baseline, m.Candidate, m.ChangePercent = v.Baseline, v.Candidate, v.ChangePercent
		}
	}
	return m
}

// plainColumns are the columns of a plain benchmark's line, after its name and before its status.
var plainColumns = []string{"time/op", "change", "since anchor", "B/op", "allocs/op", "fails from"}

// plainLine is what a line says of a plain benchmark: a cell for each of plainColumns, empty where there is nothing to say.
func plainLine(g group) []string {
	change, since, from := "", "", ""
	if m := g.metric("ns/op"); m.Baseline.N > 0 && m.Candidate.N > 0 {
		change = relative(m.Unit, m.ChangePercent, m.Candidate.Median-m.Baseline.Median)
	}
	for _, v := range g.verdicts {
		if v.Unit == "ns/op" && v.Baseline.N > 0 && v.Candidate.N > 0 {
			change = relative(v.Unit, v.ChangePercent, v.Change)
		}
		if v.Unit == "ns/op" {
			since = shortSinceAnchor(v)
		}
		if at := fromCell(v); at != "" && !strings.Contains(from, at) {
			from = strings.TrimPrefix(from+", "+at, ", ")
		}
	}
	return []string{candidateOf(g.metric("ns/op")), change, since, bothSides(g.metric("B/op")), bothSides(g.metric("allocs/op")), from}
}

// candidateOf is the candidate's value of a metric, or the baseline's where it alone has one: "118.4 ns"; empty where there is
// none.
func candidateOf(m policy.Metric) string {
	r := newRow(m.Unit, m.Baseline, m.Candidate, m.ChangePercent)
	switch {
	case m.Candidate.N > 0:
		return strings.TrimSpace(r.candidate + " " + r.unit)
	case m.Baseline.N > 0:
		return strings.TrimSpace(r.baseline + " " + r.unit)
	}
	return ""
}

// bothSides is the same with the baseline's value before it where that reads otherwise: "64 to 128".
func bothSides(m policy.Metric) string {
	r := newRow(m.Unit, m.Baseline, m.Candidate, m.ChangePercent)
	if m.Baseline.N > 0 && m.Candidate.N > 0 && r.baseline != r.candidate {
		return r.baseline + " to " + candidateOf(m)
	}
	return candidateOf(m)
}

// fromCell is the value from which on a rule fails, if its floor hides much: "112 B/op"; empty where there is nothing to say.
func fromCell(v policy.Verdict) string {
	from := v.RedFrom()
	switch {
	case underFloor(v, "") == "" || math.IsInf(from, 0) || v.Direction == policy.Higher:
		return floorCell(v)
	}
	value := v.Baseline.Median * (1 + from/100)
	s := scaleOf(v.Unit, value)
	return s.number(value) + " " + cell(s.unit)
}

// plainStatus is the outcome of a plain benchmark, as word has it: of its rules that are not ok, the gravest first, and of those
// that saw little.
func plainStatus(g group, word func(policy.Verdict) string) string {
	verdicts := slices.Clone(g.verdicts)
	slices.SortStableFunc(verdicts, func(a, b policy.Verdict) int { return byGravity(b, a) })
	var parts []string
	for i := 0; i < len(verdicts); {
		v, units := verdicts[i], []string{}
		for ; i < len(verdicts) && status(verdicts[i]) == status(v) && shortLittle(verdicts[i]) == shortLittle(v); i++ {
			if unit := inLine(verdicts[i].Unit); !slices.Contains(units, unit) {
				units = append(units, unit)
			}
		}
		of := strings.Join(units, ", ")
		switch {
		case v.Outcome == policy.OK && !v.SawLittle():
			continue
		case v.Outcome == policy.OK:
			if of == inLine("ns/op") {
				of = ""
			}
			parts = append(parts, strings.TrimSpace(of+" ok"+shortLittle(v)))
		case len(units) == len(verdicts):
			parts = append(parts, word(v))
		default:
			parts = append(parts, word(v)+" "+of)
		}
	}
	switch {
	case len(parts) > 0:
		return strings.Join(parts, "; ")
	case slices.ContainsFunc(verdicts, func(v policy.Verdict) bool { return v.Reason.Code == policy.SameCode }):
		return "ok: same code"
	}
	return string(policy.OK)
}

// inLine names a metric where there is least room.
func inLine(unit string) string {
	switch unit {
	case "ns/op":
		return "time"
	case "B/op", "allocs/op":
		return strings.TrimSuffix(unit, "/op")
	}
	return cell(brief(unit))
}

// unmeasured reports whether a verdict on a plain benchmark is on all its metrics, since it failed before any was measured.
func unmeasured(g group, v policy.Verdict) bool {
	return g.plain() && !measured(v) && !slices.Contains(operation, v.Unit)
}

// title names the metric of one of g's verdicts.
func (g group) title(v policy.Verdict) string {
	if unmeasured(g, v) {
		return "all metrics"
	}
	return title(v.Unit)
}

// plainLimits are the limits of the rules on plain benchmarks, each once: "time/op 10 %; B/op 10 % and 64 B/op".
func plainLimits(groups []group) string {
	var units []string
	limits := map[string][]string{}
	for _, g := range groups {
		for _, v := range g.verdicts {
			if unmeasured(g, v) {
				continue
			}
			if limits[v.Unit] == nil {
				units = append(units, v.Unit)
			}
			if l := limitsWith(v.Rule, " and "); !slices.Contains(limits[v.Unit], l) {
				limits[v.Unit] = append(limits[v.Unit], l)
			}
		}
	}
	slices.SortStableFunc(units, func(a, b string) int { return lineOrder(a) - lineOrder(b) })
	for i, unit := range units {
		units[i] = fmt.Sprintf("%s %s", cell(brief(unit)), strings.Join(some(limits[unit], "limits"), " or "))
	}
	return strings.Join(some(units, "metrics"), "; ")
}

// lineOrder is the place of a metric in the line, those that have none last.
func lineOrder(unit string) int {
	if i := slices.Index(operation, unit); i >= 0 {
		return i
	}
	return len(operation)
}
