package report

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tailgate-go/tailgate/policy"
)

//go:embed page/history.html
var historyHTML string

var historyTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("history").Parse(historyHTML))
})

// historyPage is what the template shows.
type historyPage struct {
	pageCode
	Gate, Headline, To string
	Stops, Off         []stopView
	Metrics            []alongView
	MetricsLeft, Older int
	Left               []LeftOut
	LeftMore           int
	Charts             historyCharts
	Level              string // of trends, in percent
	LeastTrend         int
}

// stopView is a commit in the table of commits.
type stopView struct {
	Commit, Subject, Committed, Baseline, Measured, Machine string
	Outcome                                                 policy.Outcome
	Place                                                   string // what comes before it, where that is not the row above
}

// alongView is one metric.
type alongView struct {
	ID, Name, Package, Metric string
	Procs, Chart              int
	Open                      bool
	Says                      []string // what changed: trends, and the largest steps
	Since                     string   // what the whole chain says
	Rows                      []pointView
}

type pointView struct {
	Commit, Subject, Change, Interval, Since, SinceInterval, Note string
	Outcome                                                       policy.Outcome
	Marked                                                        bool
}

// historyCharts is what the page's script draws.
type historyCharts struct {
	Lines []historyChart `json:"lines"`
}

type historyChart struct {
	Better int      `json:"better"` // -1: lower; 1: higher; 0: not known
	At     []int    `json:"at"`     // stops, from 1
	Names  []string `json:"names"`  // commits
	Change percents `json:"change"`
	Lo     percents `json:"lo"`
	Hi     percents `json:"hi"`
	Since  percents `json:"since"`
	Under  percents `json:"under"` // the interval of since
	Over   percents `json:"over"`
	Starts []int    `json:"starts"` // points at which a chain begins
	Steps  []int    `json:"steps"`
	Trends []int    `json:"trends"`
}

const (
	mostAlong = 120 // metrics on the page
	mostOff   = 200 // reports off the line
	mostLeft  = 50  // files that were left out
	hashShown = 12
)

// WritePage writes the history for a person with a browser: one HTML file that needs nothing else.
func (h History) WritePage(w io.Writer) error { return historyTemplate().Execute(w, h.page()) }

func (h History) page() historyPage {
	p := historyPage{
		pageCode: newPageCode(), Gate: cell(h.Gate), Headline: h.headline(), Older: h.Older,
		Level: exact(100 * h.TrendAlpha), LeastTrend: h.LeastTrend, Charts: historyCharts{Lines: []historyChart{}},
		MetricsLeft: max(0, len(h.Metrics)-mostAlong), LeftMore: max(0, len(h.Left)-mostLeft),
	}
	for _, l := range h.Left[:min(len(h.Left), mostLeft)] {
		p.Left = append(p.Left, LeftOut{oneLine(cut(l.Name, mostOfReason)), oneLine(cut(l.Why, mostOfReason))})
	}
	for i, s := range h.Stops {
		p.Stops = append(p.Stops, newStopView(s, i == 0))
	}
	for _, s := range h.Off[max(0, len(h.Off)-mostOff):] {
		p.Off = append(p.Off, newStopView(s, true))
	}
	if n := len(h.Stops); n > 0 {
		p.To = short12(h.Stops[n-1].Commit)
	}
	for i, m := range h.Metrics[:len(h.Metrics)-p.MetricsLeft] {
		p.Metrics = append(p.Metrics, h.alongView(i, m, &p.Charts))
	}
	return p
}

func short12(hash string) string { return hash[:min(len(hash), hashShown)] }

// headline says how many metrics changed for certain since the beginning of their chain, and what changed most.
func (h History) headline() string {
	if len(h.Metrics) == 0 {
		return "No report on the line of commits"
	}
	n := 0
	for _, m := range h.Metrics {
		if m.Most() > 0 || len(m.Trends) > 0 {
			n++
		}
	}
	return fmt.Sprintf("%d of %s changed along %s", n,
		count(len(h.Metrics), "metric", "metrics"), count(len(h.Stops), "commit", "commits"))
}

func day(t time.Time) string {
	if t.IsZero() {
		return missing
	}
	return t.UTC().Format("2006-01-02 15:04")
}

func newStopView(s HistoryStop, first bool) stopView {
	v := stopView{
		Commit: short12(s.Commit), Subject: oneLine(cut(s.Subject, mostOfReason)), Committed: day(s.Committed),
		Baseline: short12(s.Baseline), Measured: day(s.Began), Machine: cell(s.Machine), Outcome: s.Outcome,
	}
	switch {
	case s.Gap && s.ByTime:
		v.Place = "a gap before it: no report leads to " + v.Baseline + ", and the row above is the commit made last before that"
	case s.Gap && !first:
		v.Place = "a gap before it: no report leads to " + v.Baseline
	}
	return v
}

func (h History) alongView(i int, m HistoryMetric, charts *historyCharts) alongView {
	v := alongView{
		ID: fmt.Sprintf("h%d", i+1), Name: cell(m.Name), Package: cell(m.Package), Procs: m.Procs, Metric: cell(title(m.Unit)),
		Chart: len(charts.Lines), Open: i == 0 || m.Most() > 0 || len(m.Trends) > 0,
	}
	c := historyChart{Starts: []int{}, Steps: []int{}, Trends: []int{}}
	switch m.Better {
	case policy.Lower:
		c.Better = -1
	case policy.Higher:
		c.Better = 1
	}
	trends := map[int]HistoryTrend{}
	for _, t := range m.Trends {
		trends[t.Point] = t
		c.Trends = append(c.Trends, t.Point)
	}
	var steps []HistoryPoint
	for n, p := range m.Points {
		stop := h.Stops[p.At]
		row := pointView{
			Commit: short12(stop.Commit), Subject: oneLine(cut(stop.Subject, mostOfReason)), Outcome: p.Outcome,
			Change: changeOf(p.Change), Interval: intervalOf(p.Change, p.Bounds),
			Since: changeOf(p.Since), SinceInterval: intervalOf(p.Since, p.SinceBounds),
		}
		var notes []string
		if p.Start {
			c.Starts = append(c.Starts, n)
			notes = append(notes, "the chain begins with "+short12(stop.Baseline))
		}
		switch {
		case p.Same:
			notes = append(notes, "the same code")
			row.Interval = ""
		case math.IsNaN(p.Change):
			notes = append(notes, "no ratio was measured")
		}
		if p.Step {
			c.Steps = append(c.Steps, n)
			notes = append(notes, "a step")
			steps = append(steps, p)
		}
		if t, begins := trends[n]; begins {
			notes = append(notes, "a trend begins")
			v.Says = append(v.Says, tight(fmt.Sprintf("From %s (%s) on a commit changes it by %s in the median, before by %s (p=%s).",
				row.Commit, row.Subject, changeOf(t.After), changeOf(t.Before), exact(t.P))))
		}
		row.Note, row.Marked = strings.Join(notes, "; "), p.Step || trends[n] != HistoryTrend{}
		v.Rows = append(v.Rows, row)
		c.At, c.Names = append(c.At, p.At+1), append(c.Names, row.Commit)
		lo, hi := drawn(p.Bounds)
		c.Change, c.Lo, c.Hi = append(c.Change, p.Change), append(c.Lo, lo), append(c.Hi, hi)
		lo, hi = drawn(p.SinceBounds)
		c.Since, c.Under, c.Over = append(c.Since, p.Since), append(c.Under, lo), append(c.Over, hi)
	}
	v.Says = append(v.Says, h.largest(steps)...)
	v.Since = tight(h.chain(m))
	charts.Lines = append(charts.Lines, c)
	return v
}

// largest says of the largest steps what they are, and how many more there are.
func (h History) largest(steps []HistoryPoint) (says []string) {
	const most = 3
	slices.SortStableFunc(steps, func(a, b HistoryPoint) int { return cmp.Compare(b.size(), a.size()) })
	for _, p := range steps[:min(len(steps), most)] {
		stop := h.Stops[p.At]
		says = append(says, tight(fmt.Sprintf("%s (%s): a step of %s, %s.",
			short12(stop.Commit), oneLine(cut(stop.Subject, mostOfReason)), changeOf(p.Change), intervalOf(p.Change, p.Bounds))))
	}
	if more := len(steps) - most; more > 0 {
		says = append(says, count(more, "smaller step is", "smaller steps are")+" marked in the table.")
	}
	return says
}

// drawn are the ends of an interval for a chart: none of one that is not bounded on both sides.
func drawn(b policy.Bounds) (lo, hi float64) {
	if !finite(b) {
		return math.NaN(), math.NaN()
	}
	return b.Lo, b.Hi
}

// chain says what the last chain of a metric comes to.
func (h History) chain(m HistoryMetric) string {
	if len(m.Points) == 0 {
		return ""
	}
	last, first := m.Points[len(m.Points)-1], 0
	for i, p := range m.Points {
		if p.Start {
			first = i
		}
	}
	from, to := h.Stops[m.Points[first].At].Baseline, h.Stops[last.At].Commit
	if math.IsNaN(last.Since) {
		return fmt.Sprintf("From %s to %s no ratio was measured.", short12(from), short12(to))
	}
	text := fmt.Sprintf("From %s to %s, over %s: %s", short12(from), short12(to),
		count(len(m.Points)-first, "report", "reports"), changeOf(last.Since))
	if within := intervalOf(last.Since, last.SinceBounds); within != "" {
		text += ", " + within
	}
	return text + "."
}

func changeOf(p float64) string {
	if math.IsNaN(p) {
		return missing
	}
	return percent(p) + " %"
}

// intervalOf is the interval of a change; empty where there is none, or where it is the change itself.
func intervalOf(change float64, b policy.Bounds) string {
	if math.IsNaN(change) || b == (policy.Bounds{Lo: change, Hi: change}) {
		return ""
	}
	return within(b)
}
