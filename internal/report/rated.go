package report

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/tailgate-go/tailgate/internal/ratename"
	"github.com/tailgate-go/tailgate/policy"
)

// rated is a service under load at several rates: the benchmarks whose names differ in their part rate=<number> alone.
type rated struct {
	policy.ID             // the name without its rate
	points    []ratePoint // ascending
	left      int         // rates left out, the highest ones
}

// ratePoint is what was measured at a rate.
type ratePoint struct {
	of       policy.Measured
	rate     float64 // requests per second
	verdicts []policy.Verdict
	detail   *Detail // nil where nothing is known
}

const (
	mostRates = 60 // of a case
	mostCases = 24
	mostWhom  = 48 // tiers and adapters of a case
)

// rated are the cases of the document, what fails first: those of several rates, and those that tell adapters or tiers apart.
func (d Document) rated() (all []rated, left int) {
	verdicts, details, at := map[policy.ID][]policy.Verdict{}, map[policy.ID]*Detail{}, map[policy.ID]int{}
	unchanged := map[policy.ID]bool{}
	for _, v := range d.Report.Verdicts {
		if _, _, ok := ratename.Cut(v.Name); ok {
			id := v.ID
			verdicts[id] = append(verdicts[id], v)
			unchanged[id] = isUnchanged(v)
		}
	}
	for i := range d.Details {
		details[d.Details[i].ID] = &d.Details[i]
	}
	for _, m := range d.Report.Benchmarks {
		name, rate, ok := ratename.Cut(m.Name)
		if !ok || unchanged[m.ID] {
			continue
		}
		id := policy.ID{Package: m.Package, Name: name, Procs: m.Procs}
		i, seen := at[id]
		if !seen {
			i = len(all)
			at[id] = i
			all = append(all, rated{ID: id})
		}
		own := m.ID
		all[i].points = append(all[i].points, ratePoint{m, rate, verdicts[own], details[own]})
	}
	for i := range all {
		r := &all[i]
		slices.SortStableFunc(r.points, func(a, b ratePoint) int { return cmp.Compare(a.rate, b.rate) })
		r.points = slices.CompactFunc(r.points, func(a, b ratePoint) bool { return a.rate == b.rate })
		if n := len(r.points); n > mostRates {
			r.points, r.left = r.points[:mostRates], n-mostRates
		}
	}
	all = slices.DeleteFunc(all, func(r rated) bool { return !r.tells() })
	slices.SortStableFunc(all, func(a, b rated) int { return cmp.Compare(b.gravity(), a.gravity()) })
	if n := len(all); n > mostCases {
		all, left = all[:mostCases], n-mostCases
	}
	return all, left
}

// tells reports whether the case shows more than its benchmarks do one by one.
func (r rated) tells() bool {
	measured := 0
	for _, p := range r.points {
		if len(p.of.Metrics) > 0 {
			measured++
		}
	}
	return measured > 1 || measured == 1 && len(r.whom()) > 0
}

func (r rated) gravity() int {
	worst := 0
	for _, p := range r.points {
		for _, v := range p.verdicts {
			worst = max(worst, gravity(v))
		}
	}
	return worst
}

// values are a metric's medians at each rate; NaN where a side has none.
func (r rated) values(unit string) (baseline, candidate []float64) {
	for _, p := range r.points {
		m := p.of.Metric(unit)
		baseline, candidate = append(baseline, known(m.Baseline)), append(candidate, known(m.Candidate))
	}
	return baseline, candidate
}

func known(s policy.Summary) float64 {
	if s.N == 0 || !isFinite(s.Median) {
		return math.NaN()
	}
	return s.Median
}

// common are the rates at which both sides have the metric, with its medians.
func (r rated) common(unit string) (at []int, baseline, candidate []float64) {
	all, others := r.values(unit)
	for i := range all {
		if !math.IsNaN(all[i]) && !math.IsNaN(others[i]) {
			at, baseline, candidate = append(at, i), append(baseline, all[i]), append(candidate, others[i])
		}
	}
	return at, baseline, candidate
}

// has reports whether any rate has the metric on either side.
func (r rated) has(unit string) bool {
	return slices.ContainsFunc(r.points, func(p ratePoint) bool {
		m := p.of.Metric(unit)
		return !math.IsNaN(known(m.Baseline)) || !math.IsNaN(known(m.Candidate))
	})
}

// verdict is the one on a metric at a rate, if there is one.
func (p ratePoint) verdict(unit string) (policy.Verdict, bool) {
	i := slices.IndexFunc(p.verdicts, func(v policy.Verdict) bool { return v.Unit == unit })
	if i < 0 {
		return policy.Verdict{}, false
	}
	return p.verdicts[i], true
}

// saturated tells which sides fell behind at the rate: in half of their runs or more.
func (p ratePoint) saturated() (baseline, candidate bool) {
	m := p.of.Metric("saturated")
	return known(m.Baseline) >= 0.5, known(m.Candidate) >= 0.5
}

// behind says which sides fell behind at the rate: "both behind"; empty where none did.
func (p ratePoint) behind() string {
	switch baseline, candidate := p.saturated(); {
	case baseline && candidate:
		return "both behind"
	case baseline:
		return "baseline behind"
	case candidate:
		return "candidate behind"
	}
	return ""
}

// knee is the place of the first rate at which a side is saturated; -1 when there is none.
func (r rated) knee(side int) int {
	return slices.IndexFunc(r.points, func(p ratePoint) bool {
		baseline, candidate := p.saturated()
		return [2]bool{baseline, candidate}[side]
	})
}

// worst is the verdict that fails furthest beyond its limit, with the place of its rate; -1 when none fails.
func (r rated) worst() (worst policy.Verdict, at int) {
	at = -1
	for i, p := range r.points {
		for _, v := range p.verdicts {
			if v.Fails && (at < 0 || overtakes(v, worst)) {
				worst, at = v, i
			}
		}
	}
	return worst, at
}

// focus is the rate to look at first: where it fails worst, else the highest at which both sides keep up.
func (r rated) focus() int {
	if _, at := r.worst(); at >= 0 {
		return at
	}
	for i := len(r.points) - 1; i > 0; i-- {
		if baseline, candidate := r.points[i].saturated(); !baseline && !candidate {
			return i
		}
	}
	return 0
}

// someone is a tier or an adapter that was measured by itself.
type someone struct {
	name string // as in names of metrics: "tier.critical", "adapter_3"
	tier bool
}

func (s someone) title() string {
	if s.tier {
		return "tier " + cell(strings.TrimPrefix(s.name, tierPrefix))
	}
	return cell(s.name)
}

// unit is the name of one of the metrics of its requests.
func (s someone) unit(statistic, what string) string {
	return statistic + "-" + what + "." + s.name + "-ns"
}

const tierPrefix = "tier."

var ofSomeone = regexp.MustCompile(`^p50-(ttft|latency)\.(.+)-ns$`)

var ofOne = regexp.MustCompile(`^p\d+-(ttft|latency|tpot)\.(.+)-ns$`)

// ofAdapter reports whether a metric is of one adapter's requests alone.
func ofAdapter(unit string) bool {
	m := ofOne.FindStringSubmatch(unit)
	return m != nil && !strings.HasPrefix(m[2], tierPrefix)
}

// whom are the tiers and then the adapters, each in order of their names.
func (r rated) whom() []someone {
	var all []someone
	for _, p := range r.points {
		for _, m := range p.of.Metrics {
			if at := ofSomeone.FindStringSubmatch(m.Unit); at != nil {
				all = append(all, someone{at[2], strings.HasPrefix(at[2], tierPrefix)})
			}
		}
	}
	slices.SortFunc(all, func(a, b someone) int {
		if a.tier != b.tier {
			if a.tier {
				return -1
			}
			return 1
		}
		return byNumber(a.name, b.name)
	})
	all = slices.Compact(all)
	return all[:min(len(all), mostWhom)]
}

// byNumber orders names as a reader does: adapter_2 before adapter_10.
func byNumber(a, b string) int {
	split := func(s string) (head string, number int) {
		head = strings.TrimRight(s, "0123456789")
		number, err := strconv.Atoi(s[len(head):])
		if err != nil { // none, or far too long for one
			return s, -1
		}
		return head, number
	}
	x, n := split(a)
	y, m := split(b)
	return cmp.Or(strings.Compare(x, y), cmp.Compare(n, m), strings.Compare(a, b))
}

// felt is what the requests of tiers and adapters are compared by: the time to first token, or where nothing streams the latency.
func (r rated) felt() string {
	for _, s := range r.whom() {
		if r.has(s.unit("p50", "ttft")) {
			return "ttft"
		}
	}
	return "latency"
}
