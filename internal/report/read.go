package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/tailgate-go/tailgate/internal/part"
	"github.com/tailgate-go/tailgate/policy"
)

// UnmarshalJSON is n, and NaN for null.
func (n *number) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*n = unknown
		return nil
	}
	var value float64
	err := json.Unmarshal(data, &value)
	*n = number(value)
	return err
}

// ReadJSON reads what WriteJSON wrote: the document without its details, without what was measured of each benchmark,
// and of the policy only alpha. Numbers that JSON does not have are NaN.
func ReadJSON(data []byte) (Document, error) {
	var in struct {
		documentJSON
		Verdicts []verdictJSON `json:"verdicts"`
		Causes   []causeJSON   `json:"causes"`
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return Document{}, err
	}
	if in.Version != 1 {
		return Document{}, fmt.Errorf("version %d, and only 1 is known", in.Version)
	}
	d := Document{
		Name: in.Name, Error: in.Error, ErrorCode: in.ErrorCode, Expected: in.Expected, Planted: in.Planted, Began: in.Began,
		Took: time.Duration(float64(in.Seconds) * float64(time.Second)), Baseline: Side(in.Baseline), Candidate: Side(in.Candidate),
		Notes: in.Notes, Accepts: in.Accepts,
		Report: policy.Report{Policy: policy.Policy{Alpha: float64(in.Alpha)}, Trailers: in.Trailers},
	}
	if in.Anchor != nil {
		anchor := Side(*in.Anchor)
		d.Anchor = &anchor
	}
	if in.Shard != nil {
		d.Shard = Shard{part.Part{I: in.Shard.I, N: in.Shard.N}, in.Shard.Benchmarks, in.Shard.InAll}
		d.Report.Elsewhere = in.Shard.InAll - in.Shard.Benchmarks
	}
	for _, p := range in.Phases {
		d.Phases = append(d.Phases, Phase{p.Name, time.Duration(float64(p.Seconds) * float64(time.Second))})
	}
	for _, s := range in.Settings {
		d.Settings = append(d.Settings, Setting(s))
	}
	for _, name := range slices.Sorted(maps.Keys(in.Environment)) {
		d.Environment = append(d.Environment, Fact{name, in.Environment[name]})
	}
	for _, v := range in.Verdicts {
		d.Report.Verdicts = append(d.Report.Verdicts, v.verdict())
	}
	for _, c := range in.Causes {
		d.Causes = append(d.Causes, c.cause(d.Report.Verdicts))
	}
	return d, nil
}

func (v verdictJSON) verdict() policy.Verdict {
	rule := policy.Rule{
		Metric: v.Rule.Metric, Stage: v.Rule.Stage, Benchmark: v.Rule.Benchmark,
		MaxRegressionPercent: float64(v.Rule.MaxRegressionPercent), MinRegression: float64(v.Rule.MinRegression),
		Direction: v.Rule.Direction, Plain: v.Rule.Plain,
	}
	bounds := func(of [2]number) policy.Bounds { return policy.Bounds{Lo: float64(of[0]), Hi: float64(of[1])} }
	return policy.Verdict{
		ID: policy.ID{Package: v.Package, Name: v.Benchmark, Procs: v.GOMAXPROCS}, Unit: v.Unit, Rule: rule,
		Direction: cmp.Or(rule.Direction, policy.DirectionOf(v.Unit)), Outcome: v.Outcome, Fails: v.Fails,
		Reason: v.ReasonJSON.Reason(), Baseline: v.Baseline.summary(), Candidate: v.Candidate.summary(), Paired: v.Paired,
		Change: float64(v.Change), ChangePercent: float64(v.ChangePercent), Absolute: bounds(v.Interval),
		Percent: bounds(v.IntervalPercent), P: float64(v.P), Alpha: float64(v.Alpha), Detectable: float64(v.DetectablePercent),
		Anchor: v.Anchor.verdict(v),
	}
}

func (s summaryJSON) summary() policy.Summary {
	if s.Runs == 0 {
		return policy.Summary{}
	}
	return policy.Summary{Median: float64(s.Median), N: s.Runs}
}

func (c causeJSON) cause(of []policy.Verdict) Cause {
	out := Cause{
		ID: c.id(of), Of: c.Of, Unit: c.Unit, Baseline: float64(c.Baseline),
		Candidate: float64(c.Candidate), Plain: c.Per == perOperation, Requests: c.Requests, Doubts: c.Doubts, Command: c.Command,
		Elsewhere: c.Elsewhere,
	}
	if c.Measured != nil {
		out.Measured = Costs{float64(c.Measured.Baseline), float64(c.Measured.Candidate)}
	}
	if c.Problem != nil {
		out.Problem = c.Problem.Reason()
	}
	for _, f := range c.Functions {
		out.Functions = append(out.Functions, CostlyFunction{
			Name: f.Name, Via: f.Via, File: f.File, Line: f.Line, Baseline: float64(f.Baseline), Candidate: float64(f.Candidate),
		})
	}
	for _, p := range c.Parts {
		out.Parts = append(out.Parts, ServerPart{p.Name, p.Unit, float64(p.Baseline), float64(p.Candidate), p.Grew})
	}
	return out
}

// id is the benchmark that the cause is of. JSON does not say its GOMAXPROCS: where the name regressed with several it is the one
// that changed most.
func (c causeJSON) id(verdicts []policy.Verdict) policy.ID {
	id, most := policy.ID{Package: c.Package, Name: c.Benchmark}, -1.0
	for _, v := range verdicts {
		if v.Package != c.Package || v.Name != c.Benchmark || v.Outcome != policy.Regressed {
			continue
		}
		if change := math.Abs(v.ChangePercent); change > most || most < 0 {
			id, most = v.ID, change
		}
	}
	return id
}

// SameVerdict reports whether two verdicts say the same, up to the rounding of another machine's arithmetic. It does not compare
// what a report adds to a reason, and takes all numbers that JSON lacks for equal.
func SameVerdict(a, b policy.Verdict) bool {
	if (a.Anchor == nil) != (b.Anchor == nil) || a.Anchor != nil && !SameVerdict(*a.Anchor, *b.Anchor) {
		return false
	}
	same := a.ID == b.ID && a.Unit == b.Unit && a.Outcome == b.Outcome && a.Reason.Code == b.Reason.Code &&
		a.SinceBaseline() == b.SinceBaseline() &&
		a.Fails == b.Fails && a.Paired == b.Paired && a.Baseline.N == b.Baseline.N && a.Candidate.N == b.Candidate.N &&
		near(a.Baseline.Median, b.Baseline.Median) && near(a.Candidate.Median, b.Candidate.Median) && near(a.Alpha, b.Alpha)
	if !same || a.Baseline.N == 0 || a.Candidate.N == 0 {
		return same
	}
	return near(a.Change, b.Change) && near(a.ChangePercent, b.ChangePercent) && near(a.P, b.P) &&
		near(a.Percent.Lo, b.Percent.Lo) && near(a.Percent.Hi, b.Percent.Hi)
}

// near is equality up to a billionth; what is infinite or no number is like any other such.
func near(a, b float64) bool {
	if !isFinite(a) || !isFinite(b) {
		return isFinite(a) == isFinite(b)
	}
	return math.Abs(a-b) <= 1e-9*max(math.Abs(a), math.Abs(b), 1e-3)
}
