package policy

// Look is one of the times at which values are judged. Values that are complete have one, the last.
type Look struct {
	// Alpha is the chance that the interval of a verdict leaves out the true change, both sides of it together, 0 to 1.
	// With 0 nothing can be significant, and the last look is invalid.
	Alpha  float64
	Last   bool // whether there will be no other: every verdict settles
	Paired bool // whether value i of the baseline and value i of the candidate are a round, in an order that a coin decided
}

// Unsettled is the outcome of a verdict that cannot be told yet: measure on. No finished report has it.
const Unsettled Outcome = ""
