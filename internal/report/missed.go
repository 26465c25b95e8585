package report

import (
	"fmt"

	"github.com/tailgate-go/tailgate/policy"
)

// Missed says that the outcome is not the expected one. It says what to do if noise hid the planted slowdown, or if the slowdown is
// within the limits, as half of a short request is below the floor.
func (d Document) Missed() string {
	const quieter = "measure on a quieter machine, with a larger -regress.budget, or against a wider limit"
	got, planted := d.Outcome(), cell(d.Planted)
	text := fmt.Sprintf("expected the outcome %s, got %s", d.Expected, got)
	switch {
	case got == policy.Blind && d.Expected == policy.OK:
		text += ": the sides are identical, and it was too noisy to see a change of the limits: " + quieter
	case got == policy.Blind && planted != "":
		text += fmt.Sprintf(": it was too noisy to see the %s planted: plant more, or %s", planted, quieter)
	case got == policy.OK && d.Expected == policy.Regressed && planted != "":
		text += fmt.Sprintf(": %s planted is not worse by more than a limit and its floor; plant more, such as 2ms, "+
			"with Gate.Inject or -regress.inject, or give the rule a lower floor", planted)
	}
	return text
}
