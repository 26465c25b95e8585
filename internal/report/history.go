package report

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/policy"
)

// History is what a gate's reports found along a line of commits. All changes in it are of sides that were measured together.
type History struct {
	Gate    string // folder of the package, and name of the test
	Stops   []HistoryStop
	Older   int             // stops before these, which are left out
	Off     []HistoryStop   // reports that are not on the line: of branches, or measured once more
	Metrics []HistoryMetric // what changed most first
	Left    []LeftOut       // files that are no reports

	TrendAlpha float64 // the chance that a metric whose changes are alike has a trend begin
	LeastTrend int     // how many measured commits a trend has at least
}

// HistoryStop is a commit that was a candidate, and how it was compared.
type HistoryStop struct {
	Commit, Subject string
	Committed       time.Time // zero where git could not tell
	Baseline        string    // the commit that it was compared with
	Began           time.Time // the measuring
	Machine         string
	Outcome         policy.Outcome
	Pass            bool
	Gap             bool // the baseline is not the commit of the stop before; always set for the first stop
	ByTime          bool // no ancestry was known, so commit times tell which stop comes before the gap
}

// HistoryMetric is one metric of one benchmark along the line.
type HistoryMetric struct {
	policy.ID
	Unit   string
	Better policy.Direction // empty where it is not known
	Points []HistoryPoint   // in the order of the stops that have it
	Trends []HistoryTrend
}

// HistoryPoint is the change that a stop made, in percent. Change is NaN where there is no ratio, as from 0, or nothing was
// measured.
type HistoryPoint struct {
	At      int // the stop
	Outcome policy.Outcome
	Code    policy.Code
	Same    bool // both sides run the same code: no change, whatever was measured
	Rounds  int
	Change  float64
	Bounds  policy.Bounds
	Alpha   float64 // the chance that Bounds leave out the true change
	Step    bool    // Bounds lie on one side of zero, as they do by chance in one commit of 1/Alpha

	Start       bool    // the chain begins anew, with the baseline of this stop
	Since       float64 // the product of the changes since then
	SinceBounds policy.Bounds
}

// HistoryTrend is a point from which on the changes of a metric have another distribution: E-divisive (Matteson and James 2014).
type HistoryTrend struct {
	Point         int // the first
	P             float64
	Before, After float64 // the median change of a commit, in percent, as far as the changes are alike
}

// LeftOut is a file that was not taken for a report, and why.
type LeftOut struct{ Name, Why string }

// size is that of the change, as the size of its logarithm: halving is as much as doubling.
func (p HistoryPoint) size() float64 { return math.Abs(math.Log1p(p.Change / 100)) }

// Most is the largest change whose interval leaves out zero, of one commit or of the whole chain, as the size of its logarithm; 0:
// there is none.
func (m HistoryMetric) Most() float64 {
	most := 0.0
	for i, p := range m.Points {
		if p.Step {
			most = max(most, p.size())
		}
		ends := i+1 == len(m.Points) || m.Points[i+1].Start
		if ends && (p.SinceBounds.Lo > 0 || p.SinceBounds.Hi < 0) {
			most = max(most, math.Abs(math.Log1p(p.Since/100)))
		}
	}
	return most
}

// Note is the history in a line: how much of it there is, and what was left out.
func (h History) Note() string {
	text := "the history has no report on the line of commits that leads here"
	if n := len(h.Stops); n > 0 {
		text = fmt.Sprintf("history.html has %s along the line of commits that leads to %.12s",
			count(n, "report", "reports"), h.Stops[n-1].Commit)
	}
	if len(h.Left) == 0 {
		return text
	}
	var names []string
	for _, l := range h.Left {
		names = append(names, l.Name+" ("+l.Why+")")
	}
	return text + "; left out: " + strings.Join(some(names, "files"), ", ")
}
