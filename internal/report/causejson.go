package report

type (
	causeJSON struct {
		Package   string               `json:"package"`
		Benchmark string               `json:"benchmark"`
		Of        string               `json:"of"`
		Unit      string               `json:"unit"`
		Baseline  number               `json:"baseline"`
		Candidate number               `json:"candidate"`
		Requests  int64                `json:"requests"`
		Took      number               `json:"took_ns"`
		Functions []costlyFunctionJSON `json:"functions"`
		Doubt     string               `json:"doubt"`
		DoubtCode Doubt                `json:"doubt_code"`
		Problem   *ReasonJSON          `json:"problem"`
		Command   string               `json:"command"`
		Elsewhere string               `json:"elsewhere"`
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

func newCauseJSON(c Cause) causeJSON {
	out := causeJSON{c.Package, c.Name, c.Of, c.Unit, number(c.Baseline), number(c.Candidate), c.Requests, number(c.Took),
		[]costlyFunctionJSON{}, c.doubt(), c.Doubt, nil, c.Command, c.Elsewhere}
	if c.Problem.Code != "" {
		problem := NewReasonJSON(c.Problem)
		out.Problem = &problem
	}
	for _, f := range c.Functions {
		out.Functions = append(out.Functions, costlyFunctionJSON{f.Name, f.Via, f.File, f.Line, number(f.Baseline), number(f.Candidate)})
	}
	return out
}
