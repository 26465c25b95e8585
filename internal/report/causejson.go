package report

type (
	causeJSON struct {
		Package   string               `json:"package"`
		Benchmark string               `json:"benchmark"`
		Of        string               `json:"of"`
		Unit      string               `json:"unit"`
		Baseline  number               `json:"baseline"`
		Candidate number               `json:"candidate"`
		Per       string               `json:"per"`
		Requests  int64                `json:"requests"`
		Functions []costlyFunctionJSON `json:"functions"`
		Others    number               `json:"others"`
		Rest      number               `json:"rest"`
		Measured  *costsJSON           `json:"measured"`
		Parts     []serverPartJSON     `json:"parts"`
		Doubt     string               `json:"doubt"`
		Doubts    []Doubt              `json:"doubt_codes"`
		Problem   *ReasonJSON          `json:"problem"`
		Command   string               `json:"command"`
		Elsewhere string               `json:"elsewhere"`
	}
	costsJSON struct {
		Baseline  number `json:"baseline"`
		Candidate number `json:"candidate"`
	}
	serverPartJSON struct {
		Name      string `json:"name"`
		Unit      string `json:"unit"`
		Baseline  number `json:"baseline"`
		Candidate number `json:"candidate"`
		Grew      bool   `json:"grew"`
	}
	costlyFunctionJSON struct {
		Name      string `json:"name"`
		Via       string `json:"via"`
		File      string `json:"file"`
		Line      int64  `json:"line"`
		Baseline  number `json:"baseline"`
		Candidate number `json:"candidate"`
	}
)

// perRequest and perOperation say what the costs are of.
const perRequest, perOperation = "request", "operation"

func newCauseJSON(c Cause) causeJSON {
	out := causeJSON{
		Package: c.Package, Benchmark: c.Name, Of: c.Of, Unit: c.Unit, Baseline: number(c.Baseline), Candidate: number(c.Candidate),
		Per: perRequest, Requests: c.Requests, Functions: []costlyFunctionJSON{}, Parts: []serverPartJSON{}, Doubt: c.allDoubts(),
		Doubts: append([]Doubt{}, c.Doubts...), Command: c.Command, Elsewhere: c.Elsewhere,
	}
	if c.Plain {
		out.Per = perOperation
	}
	all := c.exactly()
	out.Others, out.Rest = number(all.others), unknown
	if c.Measured != (Costs{}) {
		out.Rest, out.Measured = number(all.rest), &costsJSON{number(c.Measured.Baseline), number(c.Measured.Candidate)}
	}
	if c.Problem.Code != "" {
		problem := NewReasonJSON(c.Problem)
		out.Problem = &problem
	}
	for _, f := range c.Functions {
		out.Functions = append(out.Functions, costlyFunctionJSON{f.Name, f.Via, f.File, f.Line, number(f.Baseline), number(f.Candidate)})
	}
	for _, p := range c.Parts {
		out.Parts = append(out.Parts, serverPartJSON{p.Name, p.Unit, number(p.Baseline), number(p.Candidate), p.Grew})
	}
	return out
}
