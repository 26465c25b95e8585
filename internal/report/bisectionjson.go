package report

import (
	"io"
	"time"

	"github.com/tailgate-go/tailgate/policy"
)

// The JSON report of a search, as policy/bisect.schema.json describes it. Every field is always there.
type (
	bisectionJSON struct {
		Version    int              `json:"version"`
		Name       string           `json:"name"`
		Outcome    BisectionOutcome `json:"outcome"`
		Pass       bool             `json:"pass"`
		Error      string           `json:"error"`
		Began      time.Time        `json:"began"`
		Seconds    number           `json:"seconds"`
		Good       revisionJSON     `json:"good"`
		Bad        revisionJSON     `json:"bad"`
		Package    string           `json:"package"`
		Benchmark  string           `json:"benchmark"`
		GOMAXPROCS int              `json:"gomaxprocs"`
		Unit       string           `json:"unit"`
		Rule       ruleJSON         `json:"rule"`
		Alpha      number           `json:"alpha"`
		Settings   []settingJSON    `json:"settings"`
		Notes      []string         `json:"notes"`
		Steps      []stepJSON       `json:"steps"`
		Suspects   []revisionJSON   `json:"suspects"`
		Why        *whyJSON         `json:"why"`
	}
	revisionJSON struct {
		Given   string `json:"given"`
		Commit  string `json:"commit"`
		Subject string `json:"subject"`
		Author  string `json:"author"`
		Date    string `json:"date"`
	}
	stepJSON struct {
		Commit   revisionJSON  `json:"commit"`
		Decision Decision      `json:"decision"`
		Tries    []verdictJSON `json:"tries"`
		Code     policy.Code   `json:"code"`
		Problem  string        `json:"problem"`
		Same     string        `json:"same_as"`
		Left     int           `json:"left"`
		Seconds  number        `json:"seconds"`
		Results  string        `json:"results"`
	}
	whyJSON struct {
		Parent  string       `json:"parent"`
		Verdict *verdictJSON `json:"verdict"`
		Error   string       `json:"error"`
		Causes  []causeJSON  `json:"causes"`
	}
)

// WriteJSON writes the report of a search for programs: version 1 of policy/bisect.schema.json. It fails when w does, and on a
// Began after the year 9999.
func (b Bisection) WriteJSON(w io.Writer) error {
	out := bisectionJSON{
		Version: 1, Name: b.Name, Outcome: b.Outcome, Pass: b.Passes(), Error: b.Error, Began: b.Began.UTC(),
		Seconds: number(b.Took.Seconds()), Good: newRevisionJSON(b.Good), Bad: newRevisionJSON(b.Bad), Package: b.Of.Package,
		Benchmark: b.Of.Name, GOMAXPROCS: b.Of.Procs, Unit: b.Unit, Rule: newRuleJSON(b.Rule), Alpha: number(b.Alpha),
		Settings: []settingJSON{}, Notes: append([]string{}, b.Notes...), Steps: []stepJSON{}, Suspects: []revisionJSON{},
	}
	for _, s := range b.Settings {
		out.Settings = append(out.Settings, settingJSON(s))
	}
	for _, s := range b.Steps {
		step := stepJSON{
			Commit: newRevisionJSON(s.Commit), Decision: s.Decision, Tries: []verdictJSON{}, Code: s.Code, Problem: s.Problem,
			Same: s.Same, Left: s.Left, Seconds: number(s.Took.Seconds()), Results: s.Out,
		}
		for _, v := range s.Tries {
			step.Tries = append(step.Tries, newVerdictJSON(v, ""))
		}
		out.Steps = append(out.Steps, step)
	}
	for _, r := range b.Suspects {
		out.Suspects = append(out.Suspects, newRevisionJSON(r))
	}
	if b.Why != nil {
		out.Why = &whyJSON{Parent: b.Why.Baseline.Commit, Error: b.Why.Error, Causes: []causeJSON{}}
		if v := b.verdict(b.Why); v.Unit != "" {
			verdict := newVerdictJSON(v, b.Why.proposal(v))
			out.Why.Verdict = &verdict
		}
		for _, c := range b.Why.Causes {
			out.Why.Causes = append(out.Why.Causes, newCauseJSON(c))
		}
	}
	j := newJSONWriter(w)
	j.value("", out)
	j.flush()
	return j.err
}

func newRevisionJSON(r Revision) revisionJSON {
	return revisionJSON{r.Given, r.Hash, r.Subject, r.Author, r.Date}
}
