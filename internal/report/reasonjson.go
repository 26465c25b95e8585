package report

import (
	"math"
	"strconv"
	"time"

	"github.com/tailgate-go/tailgate/policy"
)

type (
	// ReasonJSON is a reason as reports and manifests have it, without its words. Facts that say nothing are left out.
	ReasonJSON struct {
		Code   policy.Code  `json:"code"`
		Facts  factsJSON    `json:"facts"`
		Advice []adviceJSON `json:"advice"`
	}
	factsJSON struct {
		Side            string          `json:"side,omitempty"`
		Problem         string          `json:"problem,omitempty"`
		Problems        []problemJSON   `json:"problems,omitempty"`
		Have            int             `json:"have,omitempty"`
		Need            int             `json:"need,omitempty"`
		Most            int             `json:"most,omitempty"`
		Value           string          `json:"value,omitempty"` // JSON has no such number
		Words           []string        `json:"words,omitempty"`
		Selections      []number        `json:"selections,omitempty"`
		CachedPercent   []number        `json:"cached_percent,omitempty"`
		Replies         []number        `json:"replies,omitempty"`
		Benchmarks      []string        `json:"benchmarks,omitempty"`
		BenchmarksInAll int             `json:"benchmarks_in_all,omitempty"`
		Units           []string        `json:"units,omitempty"`
		UnitsInAll      int             `json:"units_in_all,omitempty"`
		Trailer         *policy.Trailer `json:"trailer,omitempty"`
		SinceBaseline   *policy.Settled `json:"since_baseline,omitempty"`
		RoundSeconds    number          `json:"round_seconds,omitempty"`
		StartSeconds    number          `json:"start_seconds,omitempty"`
		LagSeconds      number          `json:"lag_seconds,omitempty"`
		FirstLinks      number          `json:"first_links_percent,omitempty"`
		Work            policy.Work     `json:"work,omitempty"`
		CPUPercent      *number         `json:"cpu_percent,omitempty"`
		MeanPercent     *number         `json:"mean_percent,omitempty"`
	}
	problemJSON struct {
		File      string `json:"file"`
		Line      int    `json:"line"`
		Benchmark string `json:"benchmark"`
		Fact      string `json:"fact"`
		Fix       string `json:"fix"`
	}
	adviceJSON struct {
		Do            policy.Action `json:"do"`
		Amount        number        `json:"amount,omitempty"`
		BudgetSeconds number        `json:"budget_seconds,omitempty"`
		Signs         []signJSON    `json:"signs,omitempty"`
	}
	signJSON struct {
		Name  string `json:"name"`
		Value number `json:"value"`
		CPUs  int    `json:"cpus,omitempty"`
	}
)

// NewReasonJSON is the reason as JSON has it.
func NewReasonJSON(r policy.Reason) ReasonJSON {
	return ReasonJSON{r.Code, newFactsJSON(r.Facts), newAdviceJSON(r.Advice)}
}

func newFactsJSON(f policy.Facts) factsJSON {
	out := factsJSON{
		Side: f.Side, Problem: f.Problem, Have: f.Have, Need: f.Need, Most: f.Most, Words: f.Words, Work: f.Work,
		Trailer: f.Trailer, RoundSeconds: number(f.Round.Seconds()), StartSeconds: number(f.Start.Seconds()),
		FirstLinks: number(f.FirstLinks), LagSeconds: number(f.Lag.Seconds()), SinceBaseline: f.Baseline,
	}
	for _, s := range f.Selections {
		out.Selections = append(out.Selections, number(s))
	}
	for _, p := range f.CachedPercent {
		out.CachedPercent = append(out.CachedPercent, number(p))
	}
	for _, r := range f.Replies {
		out.Replies = append(out.Replies, number(r))
	}
	for _, p := range f.Problems {
		out.Problems = append(out.Problems, problemJSON(p))
	}
	if f.Benchmarks != nil {
		out.Benchmarks, out.BenchmarksInAll = f.Benchmarks.First, f.Benchmarks.InAll
	}
	if f.Units != nil {
		out.Units, out.UnitsInAll = f.Units.First, f.Units.InAll
	}
	if f.Value != 0 {
		out.Value = strconv.FormatFloat(f.Value, 'g', -1, 64)
	}
	if f.Work != "" {
		cpu, mean := number(f.CPUPercent), number(f.MeanPercent)
		out.CPUPercent, out.MeanPercent = &cpu, &mean
	} else if f.MeanPercent != 0 {
		mean := number(f.MeanPercent)
		out.MeanPercent = &mean
	}
	return out
}

func newAdviceJSON(advice []policy.Advice) []adviceJSON {
	out := []adviceJSON{}
	for _, a := range advice {
		one := adviceJSON{Do: a.Do, Amount: number(a.Amount), BudgetSeconds: number(a.Budget.Seconds())}
		for _, s := range a.Signs {
			one.Signs = append(one.Signs, signJSON{s.Name, number(s.Value), s.CPUs})
		}
		out = append(out, one)
	}
	return out
}

// Reason is what the JSON says.
func (r ReasonJSON) Reason() policy.Reason {
	f := r.Facts
	out := policy.Reason{Code: r.Code, Facts: policy.Facts{
		Side: f.Side, Problem: f.Problem, Have: f.Have, Need: f.Need, Most: f.Most, Words: f.Words, Work: f.Work,
		Trailer: f.Trailer, Round: duration(f.RoundSeconds), Start: duration(f.StartSeconds), FirstLinks: known0(f.FirstLinks),
		Lag: duration(f.LagSeconds), Baseline: f.SinceBaseline,
	}}
	for _, s := range f.Selections {
		out.Facts.Selections = append(out.Facts.Selections, float64(s))
	}
	for _, p := range f.CachedPercent {
		out.Facts.CachedPercent = append(out.Facts.CachedPercent, float64(p))
	}
	for _, r := range f.Replies {
		out.Facts.Replies = append(out.Facts.Replies, float64(r))
	}
	for _, p := range f.Problems {
		out.Facts.Problems = append(out.Facts.Problems, policy.Problem(p))
	}
	if len(f.Benchmarks) > 0 {
		out.Facts.Benchmarks = &policy.Names{First: f.Benchmarks, InAll: f.BenchmarksInAll}
	}
	if len(f.Units) > 0 {
		out.Facts.Units = &policy.Names{First: f.Units, InAll: f.UnitsInAll}
	}
	if value, err := strconv.ParseFloat(f.Value, 64); err == nil {
		out.Facts.Value = value
	}
	if f.CPUPercent != nil {
		out.Facts.CPUPercent = float64(*f.CPUPercent)
	}
	if f.MeanPercent != nil {
		out.Facts.MeanPercent = float64(*f.MeanPercent)
	}
	for _, a := range r.Advice {
		one := policy.Advice{Do: a.Do, Amount: known0(a.Amount), Budget: duration(a.BudgetSeconds)}
		for _, s := range a.Signs {
			one.Signs = append(one.Signs, policy.Sign{Name: s.Name, Value: float64(s.Value), CPUs: s.CPUs})
		}
		out.Advice = append(out.Advice, one)
	}
	return out
}

func duration(seconds number) time.Duration {
	return time.Duration(known0(seconds) * float64(time.Second))
}

// known0 is n, and 0 where it is not known.
func known0(n number) float64 {
	if math.IsNaN(float64(n)) {
		return 0
	}
	return float64(n)
}
