package history

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/stats"
	"github.com/tailgate-go/tailgate/policy"
)

const (
	mostStops   = 500 // on a line, the newest; fewer where that would be more than mostPoints
	leastStops  = 20
	mostPoints  = 50_000
	mostTested  = 200  // changes of a metric that are looked at for trends; the newest
	mostTrends  = 120  // metrics that are, those that changed most: as many as a page shows
	leastTrend  = 5    // measured commits that a trend has at least
	alphaTrends = 0.01 // the chance that a metric whose changes are alike has a trend begin
)

// Along puts the records on the line that leads to a commit or, if it is none of their candidates, to the newest candidate. It is
// nil if there are neither records nor files left out.
func Along(records []Record, left []report.LeftOut, tip string) *report.History {
	if len(records)+len(left) == 0 {
		return nil
	}
	l := newLine(records, tip)
	h := &report.History{TrendAlpha: alphaTrends, LeastTrend: leastTrend, Left: left}
	h.Older = l.cut()
	found := make([]map[key]Metric, len(l.stops))
	for i, s := range l.stops {
		h.Gate = s.Gate
		h.Stops = append(h.Stops, newStop(s))
		found[i] = map[key]Metric{}
		for _, m := range s.Metrics {
			found[i][m.key()] = m
		}
	}
	for _, r := range l.off {
		h.Off = append(h.Off, newStop(stop{Record: r}))
	}
	for _, k := range l.keys() {
		h.Metrics = append(h.Metrics, along(l.stops, found, k))
	}
	slices.SortStableFunc(h.Metrics, func(a, b report.HistoryMetric) int {
		return cmp.Or(cmp.Compare(b.Most(), a.Most()), strings.Compare(a.Package, b.Package), strings.Compare(a.Name, b.Name),
			cmp.Compare(a.Procs, b.Procs), strings.Compare(a.Unit, b.Unit))
	})
	for i := range h.Metrics[:min(len(h.Metrics), mostTrends)] {
		h.Metrics[i].Trends = trends(h.Metrics[i].Points)
	}
	return h
}

// cut leaves the newest stops, as many as a reader may be shown, and returns how many it has cut.
func (l *line) cut() (older int) {
	keep := func(most int) {
		more := max(0, len(l.stops)-most)
		older, l.stops = older+more, l.stops[more:]
	}
	keep(mostStops)
	keep(max(leastStops, mostPoints/max(1, len(l.keys()))))
	if len(l.stops) > 0 {
		l.stops[0].gap, l.stops[0].free = true, false
	}
	return older
}

// keys are the metrics of the stops, in the order in which they come.
func (l *line) keys() (keys []key) {
	seen := map[key]bool{}
	for _, s := range l.stops {
		for _, m := range s.Metrics {
			if !seen[m.key()] {
				seen[m.key()] = true
				keys = append(keys, m.key())
			}
		}
	}
	return keys
}

func newStop(s stop) report.HistoryStop {
	out := report.HistoryStop{
		Commit: s.Candidate.Hash, Subject: s.Candidate.Subject, Committed: s.Candidate.Time, Baseline: s.Baseline.Hash, Began: s.Began,
		Outcome: s.Outcome, Pass: s.Pass, Gap: s.gap, ByTime: s.free,
	}
	if cpu := s.Environment["cpu"]; cpu != "" {
		out.Machine = cpu
	} else {
		out.Machine = strings.TrimSpace(s.Environment["goos"] + " " + s.Environment["goarch"])
	}
	if n := s.Environment["cpus"]; n != "" {
		out.Machine += fmt.Sprintf(" (%s CPUs)", n)
	}
	return out
}

// along is one metric at the stops.
func along(stops []stop, found []map[key]Metric, k key) report.HistoryMetric {
	out := report.HistoryMetric{ID: k.ID, Unit: k.unit}
	since, joined := stats.Product(), false
	for i, s := range stops {
		m, has := found[i][k]
		if !has {
			joined = false
			continue
		}
		if m.Better != "" {
			out.Better = m.Better
		}
		ratio := m.ratio()
		p := report.HistoryPoint{
			At: i, Outcome: m.Outcome, Code: m.Code, Same: m.Same, Rounds: m.Rounds, Alpha: m.Alpha,
			Change: percent(ratio.Estimate), Bounds: bounds(ratio), Start: s.gap || !joined,
		}
		if p.Start {
			since = stats.Product()
		}
		since = stats.Product(since, ratio)
		p.Since, p.SinceBounds = percent(since.Estimate), bounds(since)
		joined = !math.IsNaN(ratio.Estimate)
		p.Step = joined && (ratio.Lo > 1 || ratio.Hi < 1)
		out.Points = append(out.Points, p)
	}
	return out
}

// trends are the points from which on the measured changes have another distribution.
func trends(points []report.HistoryPoint) (found []report.HistoryTrend) {
	var changes []float64 // as logarithms
	var at []int          // the points of those
	for i, p := range points {
		if !p.Same && !math.IsNaN(p.Change) {
			changes, at = append(changes, math.Log1p(p.Change/100)), append(at, i)
		}
	}
	old := max(0, len(changes)-mostTested)
	changes, at = changes[old:], at[old:]
	ends := stats.EDivisive(changes, leastTrend, alphaTrends)
	for i, c := range ends {
		from, to := 0, len(changes)
		if i > 0 {
			from = ends[i-1].At
		}
		if i+1 < len(ends) {
			to = ends[i+1].At
		}
		found = append(found, report.HistoryTrend{
			Point: at[c.At], P: c.P, Before: typical(changes[from:c.At]), After: typical(changes[c.At:to]),
		})
	}
	return found
}

// typical is the median of changes in percent, of their logarithms.
func typical(changes []float64) float64 { return percent(math.Exp(stats.Median(changes))) }

// ratio is candidate over baseline. It is 1 if both sides run the same code, whatever was measured.
func (m Metric) ratio() stats.Interval {
	switch {
	case m.Same:
		return stats.Product()
	case m.ChangePercent == nil:
		return stats.Interval{Estimate: math.NaN(), Lo: math.Inf(-1), Hi: math.Inf(1)}
	case m.Interval == nil:
		return stats.Interval{Estimate: 1 + *m.ChangePercent/100, Lo: 0, Hi: math.Inf(1), Confidence: 1}
	}
	return stats.Interval{
		Estimate: 1 + *m.ChangePercent/100, Lo: 1 + m.Interval[0]/100, Hi: 1 + m.Interval[1]/100, Confidence: 1 - m.Alpha,
	}
}

func percent(ratio float64) float64 { return 100 * (ratio - 1) }

func bounds(of stats.Interval) policy.Bounds {
	return policy.Bounds{Lo: percent(of.Lo), Hi: percent(of.Hi)}
}
