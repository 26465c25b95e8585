package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tailgate-go/tailgate/policy"
)

// TestWhatWasMissedSaysWhy holds what a self-test that could not see says, and what to do, to what a reader has approved.
func TestWhatWasMissedSaysWhy(t *testing.T) {
	var b strings.Builder
	for _, c := range []struct {
		name, planted string
		expected, got policy.Outcome
	}{
		{"identical sides that could not be told", "", policy.OK, policy.Blind},
		{"a plant that could not be seen", "50%", policy.Regressed, policy.Blind},
		{"a plant within the limits", "50%", policy.Regressed, policy.OK},
		{"identical sides that differ", "", policy.OK, policy.Regressed},
		{"a plant that may be", "50%", policy.Regressed, policy.Inconclusive},
	} {
		d := Document{Planted: c.planted, Expected: c.expected, Report: policy.Report{Verdicts: []policy.Verdict{{Outcome: c.got}}}}
		fmt.Fprintf(&b, "%s: %s\n", c.name, d.Missed())
	}
	golden(t, "missed.golden", []byte(b.String()))
}
