package report

import (
	"encoding/json"
	"math"
	"time"

	"github.com/tailgate-go/tailgate/policy"
)

// The JSON report, as verdict.schema.json has it. What is infinite or not a number is null: JSON has neither.
type (
	documentJSON struct {
		Version     int               `json:"version"`
		Name        string            `json:"name"`
		Outcome     policy.Outcome    `json:"outcome"`
		Pass        bool              `json:"pass"`
		Error       string            `json:"error,omitempty"`
		Expected    policy.Outcome    `json:"expected,omitempty"`
		Planted     string            `json:"planted,omitempty"`
		Began       time.Time         `json:"began"`
		Seconds     float64           `json:"seconds"`
		Baseline    sideJSON          `json:"baseline"`
		Candidate   sideJSON          `json:"candidate"`
		Settings    []settingJSON     `json:"settings"`
		Environment map[string]string `json:"environment"`
		Notes       []string          `json:"notes"`
		Alpha       float64           `json:"alpha"`
		Verdicts    []verdictJSON     `json:"verdicts"`
		Benchmarks  []measuredJSON    `json:"benchmarks"`
	}
	sideJSON struct {
		What   string `json:"what"`
		Why    string `json:"why"`
		Commit string `json:"commit,omitempty"`
		Dirty  bool   `json:"dirty"`
	}
	settingJSON struct {
		Name   string `json:"name"`
		Value  string `json:"value"`
		Source string `json:"source"`
	}
	verdictJSON struct {
		Package           string         `json:"package,omitempty"`
		Benchmark         string         `json:"benchmark,omitempty"`
		GOMAXPROCS        int            `json:"gomaxprocs,omitempty"`
		Unit              string         `json:"unit"`
		Rule              ruleJSON       `json:"rule"`
		Outcome           policy.Outcome `json:"outcome"`
		Fails             bool           `json:"fails"`
		Reason            string         `json:"reason"`
		Baseline          summaryJSON    `json:"baseline"`
		Candidate         summaryJSON    `json:"candidate"`
		Change            *float64       `json:"change"`
		ChangePercent     *float64       `json:"change_percent"`
		IntervalPercent   [2]*float64    `json:"interval_percent"`
		Interval          [2]*float64    `json:"interval"`
		P                 *float64       `json:"p"`
		Alpha             float64        `json:"alpha"`
		DetectablePercent *float64       `json:"detectable_percent"`
	}
	ruleJSON struct {
		Metric               string           `json:"metric"`
		Stage                string           `json:"stage,omitempty"`
		Benchmark            string           `json:"benchmark,omitempty"`
		MaxRegressionPercent float64          `json:"max_regression_percent"`
		MinRegression        float64          `json:"min_regression"`
		Direction            policy.Direction `json:"direction,omitempty"`
	}
	summaryJSON struct {
		Median *float64 `json:"median"`
		Runs   int      `json:"runs"`
	}
	measuredJSON struct {
		Package    string       `json:"package,omitempty"`
		Name       string       `json:"name"`
		GOMAXPROCS int          `json:"gomaxprocs"`
		Judged     bool         `json:"judged"`
		Metrics    []metricJSON `json:"metrics"`
	}
	metricJSON struct {
		Unit          string      `json:"unit"`
		Baseline      summaryJSON `json:"baseline"`
		Candidate     summaryJSON `json:"candidate"`
		ChangePercent *float64    `json:"change_percent"`
	}
)

// JSON is the report for programs: version 1 of verdict.schema.json.
func (d Document) JSON() ([]byte, error) {
	out := documentJSON{
		Version: 1, Name: d.Name, Outcome: d.Outcome(), Pass: d.Passes(), Error: d.Error, Expected: d.Expected, Planted: d.Planted,
		Began: d.Began.UTC(), Seconds: d.Took.Seconds(), Baseline: sideJSON(d.Baseline), Candidate: sideJSON(d.Candidate),
		Settings: []settingJSON{}, Environment: map[string]string{}, Notes: append([]string{}, d.Notes...),
		Alpha: d.Report.Policy.Alpha, Verdicts: []verdictJSON{}, Benchmarks: []measuredJSON{},
	}
	for _, s := range d.Settings {
		out.Settings = append(out.Settings, settingJSON(s))
	}
	for _, f := range d.Environment {
		out.Environment[f.Name] = f.Value
	}
	for _, v := range d.Report.Verdicts {
		out.Verdicts = append(out.Verdicts, verdictJSON{
			Package: v.Package, Benchmark: v.Benchmark, GOMAXPROCS: v.Procs, Unit: v.Unit, Rule: ruleJSON(v.Rule), Outcome: v.Outcome,
			Fails: v.Fails, Reason: v.Reason, Baseline: summaryOf(v.Baseline), Candidate: summaryOf(v.Candidate),
			Change: finite(v.Change), ChangePercent: finite(v.ChangePercent),
			IntervalPercent: [2]*float64{finite(v.Percent.Lo), finite(v.Percent.Hi)},
			Interval:        [2]*float64{finite(v.Absolute.Lo), finite(v.Absolute.Hi)},
			P:               finite(v.P), Alpha: v.Alpha, DetectablePercent: finite(v.Detectable),
		})
	}
	for _, m := range d.Report.Benchmarks {
		metrics := []metricJSON{}
		for _, metric := range m.Metrics {
			metrics = append(metrics, metricJSON{metric.Unit, summaryOf(metric.Baseline), summaryOf(metric.Candidate), finite(metric.ChangePercent)})
		}
		out.Benchmarks = append(out.Benchmarks, measuredJSON{m.Package, m.Name, m.Procs, m.Judged, metrics})
	}
	data, err := json.MarshalIndent(out, "", "  ")
	return append(data, '\n'), err
}

func summaryOf(s policy.Summary) summaryJSON {
	if s.N == 0 {
		return summaryJSON{}
	}
	return summaryJSON{finite(s.Median), s.N}
}

func finite(v float64) *float64 {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return nil
	}
	return &v
}
