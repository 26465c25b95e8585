package policy

// Look is one of the times at which values are judged. Values that are complete have one, the last.
type Look struct {
	// Alpha is the chance that the interval of a verdict that is red leaves out the true change, both sides of it together, 0 to 1.
	// With 0 nothing can be red, and a last look is invalid.
	Alpha float64
	// Miss is the same of a verdict that is ok, 0 to 1; 0 means as much as Alpha. Verdicts that share Alpha need not share Miss.
	Miss   float64
	Last   bool // whether there will be no other: every verdict settles
	Early  bool // whether a last look comes before it was planned, because the time was spent
	Paired bool // whether value i of the baseline and value i of the candidate are a round, in an order that a coin decided
}

// miss is the chance of Miss.
func (l Look) miss() float64 {
	if l.Miss == 0 {
		return l.Alpha
	}
	return l.Miss
}

// Unsettled is the outcome of a verdict that cannot be told yet: measure on. No finished report has it.
const Unsettled Outcome = ""
