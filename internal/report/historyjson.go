package report

import (
	"fmt"
	"io"
	"time"

	"github.com/tailgate-go/tailgate/policy"
)

// The history for programs. Every field is always there. After those of historyJSON come the lists "commits" and "off_the_line", of
// stopJSON, "left_out", of leftOutJSON, and "metrics", of alongJSON.
type (
	historyJSON struct {
		Version int    `json:"version"`
		Gate    string `json:"gate"`
		Older   int    `json:"older"`
	}
	stopJSON struct {
		Commit    string         `json:"commit"`
		Subject   string         `json:"subject"`
		Committed *time.Time     `json:"committed"`
		Baseline  string         `json:"baseline"`
		Began     time.Time      `json:"began"`
		Machine   string         `json:"machine"`
		Outcome   policy.Outcome `json:"outcome"`
		Pass      bool           `json:"pass"`
		Gap       bool           `json:"gap"`
		ByTime    bool           `json:"by_time"`
	}
	leftOutJSON struct {
		Name string `json:"name"`
		Why  string `json:"why"`
	}
	alongJSON struct {
		Package    string           `json:"package"`
		Benchmark  string           `json:"benchmark"`
		GOMAXPROCS int              `json:"gomaxprocs"`
		Unit       string           `json:"unit"`
		Better     policy.Direction `json:"better"`
		Points     []pointJSON      `json:"points"`
		Trends     []trendJSON      `json:"trends"`
	}
	pointJSON struct {
		Commit               string         `json:"commit"`
		Outcome              policy.Outcome `json:"outcome"`
		Code                 policy.Code    `json:"code"`
		Same                 bool           `json:"same"`
		Rounds               int            `json:"rounds"`
		ChangePercent        number         `json:"change_percent"`
		IntervalPercent      [2]number      `json:"interval_percent"`
		Alpha                number         `json:"alpha"`
		Step                 bool           `json:"step"`
		Start                bool           `json:"start"`
		SincePercent         number         `json:"since_percent"`
		SinceIntervalPercent [2]number      `json:"since_interval_percent"`
	}
	trendJSON struct {
		Commit        string `json:"commit"` // the first
		P             number `json:"p"`
		BeforePercent number `json:"before_percent"`
		AfterPercent  number `json:"after_percent"`
	}
)

// WriteJSON writes the history for programs. It fails when w does, and on a time after the year 9999.
func (h History) WriteJSON(w io.Writer) error {
	j := newJSONWriter(w)
	j.value("", historyJSON{1, h.Gate, h.Older})
	j.buf.Truncate(j.buf.Len() - len("\n}\n")) // the object goes on
	list(j, "commits", h.Stops, newStopJSON)
	list(j, "off_the_line", h.Off, newStopJSON)
	list(j, "left_out", h.Left, func(l LeftOut) leftOutJSON { return leftOutJSON(l) })
	list(j, "metrics", h.Metrics, h.newAlongJSON)
	fmt.Fprint(&j.buf, "\n}\n")
	j.flush()
	return j.err
}

func newStopJSON(s HistoryStop) stopJSON {
	out := stopJSON{
		Commit: s.Commit, Subject: s.Subject, Baseline: s.Baseline, Began: s.Began.UTC(), Machine: s.Machine, Outcome: s.Outcome,
		Pass: s.Pass, Gap: s.Gap, ByTime: s.ByTime,
	}
	if !s.Committed.IsZero() {
		utc := s.Committed.UTC()
		out.Committed = &utc
	}
	return out
}

func (h History) newAlongJSON(m HistoryMetric) alongJSON {
	out := alongJSON{
		Package: m.Package, Benchmark: m.Name, GOMAXPROCS: m.Procs, Unit: m.Unit, Better: m.Better,
		Points: []pointJSON{}, Trends: []trendJSON{},
	}
	ends := func(b policy.Bounds) [2]number { return [2]number{number(b.Lo), number(b.Hi)} }
	for _, p := range m.Points {
		out.Points = append(out.Points, pointJSON{
			h.Stops[p.At].Commit, p.Outcome, p.Code, p.Same, p.Rounds, number(p.Change), ends(p.Bounds), number(p.Alpha), p.Step,
			p.Start, number(p.Since), ends(p.SinceBounds),
		})
	}
	for _, t := range m.Trends {
		out.Trends = append(out.Trends, trendJSON{
			h.Stops[m.Points[t.Point].At].Commit, number(t.P), number(t.Before), number(t.After),
		})
	}
	return out
}
