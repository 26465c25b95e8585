package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/tailgate-go/tailgate/policy"
)

// The JSON report, as policy/verdict.schema.json describes it. Every field is always there. After those of documentJSON come the
// lists "verdicts", of verdictJSON, "benchmarks", of measuredJSON, and "causes", of causeJSON.
type (
	documentJSON struct {
		Version     int               `json:"version"`
		Name        string            `json:"name"`
		Outcome     policy.Outcome    `json:"outcome"`
		Counts      tally             `json:"counts"`
		Pass        bool              `json:"pass"`
		Error       string            `json:"error"`
		ErrorCode   policy.Code       `json:"error_code"`
		Expected    policy.Outcome    `json:"expected"`
		Planted     string            `json:"planted"`
		Began       time.Time         `json:"began"`
		Seconds     number            `json:"seconds"`
		Phases      []phaseJSON       `json:"phases"`
		Baseline    sideJSON          `json:"baseline"`
		Candidate   sideJSON          `json:"candidate"`
		Anchor      *sideJSON         `json:"anchor"`
		Settings    []settingJSON     `json:"settings"`
		Environment map[string]string `json:"environment"`
		Shard       *shardJSON        `json:"shard"`
		Notes       []string          `json:"notes"`
		Accepts     bool              `json:"accepts"`
		Trailers    []policy.Trailer  `json:"trailers"`
		Alpha       number            `json:"alpha"`
	}
	shardJSON struct {
		I          int `json:"shard"`
		N          int `json:"of"`
		Benchmarks int `json:"benchmarks"`
		InAll      int `json:"benchmarks_in_all"`
	}
	phaseJSON struct {
		Name    string `json:"name"`
		Seconds number `json:"seconds"`
	}
	sideJSON struct {
		What   string `json:"what"`
		Why    string `json:"why"`
		Commit string `json:"commit"`
		Dirty  bool   `json:"dirty"`
	}
	settingJSON struct {
		Name   string `json:"name"`
		Value  string `json:"value"`
		Source string `json:"source"`
	}
	verdictJSON struct {
		Package    string         `json:"package"`
		Benchmark  string         `json:"benchmark"`
		GOMAXPROCS int            `json:"gomaxprocs"`
		Unit       string         `json:"unit"`
		Rule       ruleJSON       `json:"rule"`
		Outcome    policy.Outcome `json:"outcome"`
		Fails      bool           `json:"fails"`
		Reason     string         `json:"reason"`
		ReasonJSON
		Trailer           string      `json:"trailer"`
		Baseline          summaryJSON `json:"baseline"`
		Candidate         summaryJSON `json:"candidate"`
		Paired            bool        `json:"paired"`
		Change            number      `json:"change"`
		ChangePercent     number      `json:"change_percent"`
		Interval          [2]number   `json:"interval"`
		IntervalPercent   [2]number   `json:"interval_percent"`
		P                 number      `json:"p"`
		Alpha             number      `json:"alpha"`
		DetectablePercent number      `json:"detectable_percent"`
		RedFromPercent    number      `json:"red_from_percent"`
		Anchor            *anchorJSON `json:"anchor"`
	}
	ruleJSON struct {
		Metric               string           `json:"metric"`
		Stage                string           `json:"stage"`
		Benchmark            string           `json:"benchmark"`
		MaxRegressionPercent number           `json:"max_regression_percent"`
		MinRegression        number           `json:"min_regression"`
		Direction            policy.Direction `json:"direction"`
		Plain                bool             `json:"plain"`
	}
	summaryJSON struct {
		Median number `json:"median"`
		Runs   int    `json:"runs"`
	}
	measuredJSON struct {
		Package    string        `json:"package"`
		Benchmark  string        `json:"benchmark"`
		GOMAXPROCS int           `json:"gomaxprocs"`
		Judged     bool          `json:"judged"`
		Metrics    []metricJSON  `json:"metrics"`
		Noise      *policy.Noise `json:"noise"`
	}
	metricJSON struct {
		Unit          string      `json:"unit"`
		Baseline      summaryJSON `json:"baseline"`
		Candidate     summaryJSON `json:"candidate"`
		ChangePercent number      `json:"change_percent"`
	}
)

// tally counts the verdicts by outcome, unchanged ones included. An outcome that no verdict has is there with 0.
type tally map[policy.Outcome]int

func (d Document) tally() tally {
	counts := tally{}
	for _, o := range byConcern {
		counts[o] = 0
	}
	for _, v := range d.Report.Verdicts {
		counts[v.Outcome]++
	}
	return counts
}

// number is null in JSON when it is infinite or not a number: JSON has neither.
type number float64

// unknown is the number that was not found.
var unknown = number(math.NaN())

// MarshalJSON is n, or null.
func (n number) MarshalJSON() ([]byte, error) {
	if !isFinite(float64(n)) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// WriteJSON writes the report for programs: version 1 of policy/verdict.schema.json. It holds one verdict in memory at a time,
// since there may be thousands. It fails when w does, and on a Began after the year 9999.
func (d Document) WriteJSON(w io.Writer) error {
	out := documentJSON{
		Version: 1, Name: d.Name, Outcome: d.Outcome(), Counts: d.tally(), Pass: d.Passes(), Error: d.Error, ErrorCode: d.ErrorCode,
		Expected: d.Expected, Planted: d.Planted, Began: d.Began.UTC(), Seconds: number(d.Took.Seconds()), Phases: []phaseJSON{},
		Baseline: sideJSON(d.Baseline), Candidate: sideJSON(d.Candidate), Settings: []settingJSON{}, Environment: map[string]string{},
		Notes: append([]string{}, d.Notes...), Accepts: d.Accepts, Trailers: append([]policy.Trailer{}, d.Report.Trailers...),
		Alpha: number(d.Report.Policy.Alpha),
	}
	if d.Anchor != nil {
		anchor := sideJSON(*d.Anchor)
		out.Anchor = &anchor
	}
	if d.Shard != (Shard{}) {
		out.Shard = &shardJSON{d.Shard.Part.I, d.Shard.Part.N, d.Shard.Benchmarks, d.Shard.InAll}
	}
	for _, p := range d.Phases {
		out.Phases = append(out.Phases, phaseJSON{p.Name, number(p.Took.Seconds())})
	}
	for _, s := range d.Settings {
		out.Settings = append(out.Settings, settingJSON(s))
	}
	for _, f := range d.environment() {
		out.Environment[f.Name] = f.Value
	}
	j := newJSONWriter(w)
	j.value("", out)
	j.buf.Truncate(j.buf.Len() - len("\n}\n")) // the object goes on
	list(j, "verdicts", d.Report.Verdicts, func(v policy.Verdict) verdictJSON { return newVerdictJSON(v, d.proposal(v)) })
	list(j, "benchmarks", d.Report.Benchmarks, newMeasuredJSON)
	list(j, "causes", d.Causes, newCauseJSON)
	j.buf.WriteString("\n}\n")
	j.flush()
	return j.err
}

// jsonWriter writes indented JSON piece by piece.
type jsonWriter struct {
	w   io.Writer
	buf bytes.Buffer
	err error // the first
}

func newJSONWriter(w io.Writer) *jsonWriter { return &jsonWriter{w: w} }

// value adds v, whose lines after the first stand at the indentation given.
func (j *jsonWriter) value(indent string, v any) {
	e := json.NewEncoder(&j.buf)
	e.SetEscapeHTML(false)
	e.SetIndent(indent, "  ")
	if err := e.Encode(v); err != nil && j.err == nil {
		j.err = err
	}
}

func (j *jsonWriter) flush() {
	if j.err == nil {
		_, j.err = j.w.Write(j.buf.Bytes())
	}
	j.buf.Reset()
}

// list adds a field that holds all the items.
func list[T, J any](j *jsonWriter, name string, items []T, convert func(T) J) {
	fmt.Fprintf(&j.buf, ",\n  %q: [", name)
	for i, item := range items {
		if i > 0 {
			j.buf.WriteByte(',')
		}
		j.buf.WriteString("\n    ")
		j.value("    ", convert(item))
		j.buf.Truncate(j.buf.Len() - 1) // Encode ends the line
		j.flush()
	}
	if len(items) > 0 {
		j.buf.WriteString("\n  ")
	}
	j.buf.WriteByte(']')
}

func newVerdictJSON(v policy.Verdict, trailer string) verdictJSON {
	out := verdictJSON{
		Package: v.Package, Benchmark: v.Name, GOMAXPROCS: v.Procs, Unit: v.Unit, Outcome: v.Outcome, Fails: v.Fails,
		Reason: reason(v), ReasonJSON: NewReasonJSON(v.Reason), Trailer: trailer,
		Rule:     newRuleJSON(v.Rule),
		Baseline: newSummaryJSON(v.Baseline), Candidate: newSummaryJSON(v.Candidate), Paired: v.Paired,
		Change: unknown, ChangePercent: unknown, Interval: [2]number{unknown, unknown}, IntervalPercent: [2]number{unknown, unknown},
		P: unknown, Alpha: number(v.Alpha), DetectablePercent: unknown, RedFromPercent: number(v.RedFrom()),
		Anchor: newAnchorJSON(v.Anchor),
	}
	if v.Baseline.N > 0 && v.Candidate.N > 0 {
		out.Change, out.ChangePercent = number(v.Change), number(v.ChangePercent)
		out.Interval = [2]number{number(v.Absolute.Lo), number(v.Absolute.Hi)}
		out.IntervalPercent = [2]number{number(v.Percent.Lo), number(v.Percent.Hi)}
		out.P, out.DetectablePercent = number(v.P), number(v.Detectable)
	}
	return out
}

func newRuleJSON(r policy.Rule) ruleJSON {
	return ruleJSON{r.Metric, r.Stage, r.Benchmark, number(r.MaxRegressionPercent), number(r.MinRegression), r.Direction, r.Plain}
}

func newMeasuredJSON(m policy.Measured) measuredJSON {
	out := measuredJSON{Package: m.Package, Benchmark: m.Name, GOMAXPROCS: m.Procs, Judged: m.Judged, Metrics: []metricJSON{}}
	if m.Noise != (policy.Noise{}) {
		out.Noise = &m.Noise
	}
	for _, metric := range m.Metrics {
		change := unknown
		if metric.Baseline.N > 0 && metric.Candidate.N > 0 {
			change = number(metric.ChangePercent)
		}
		out.Metrics = append(out.Metrics, metricJSON{
			metric.Unit, newSummaryJSON(metric.Baseline), newSummaryJSON(metric.Candidate), change,
		})
	}
	return out
}

func newSummaryJSON(s policy.Summary) summaryJSON {
	if s.N == 0 {
		return summaryJSON{Median: unknown}
	}
	return summaryJSON{number(s.Median), s.N}
}
