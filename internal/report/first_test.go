package report

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/policy"
)

// first is what a first gate has found.
func first(found string) Document {
	mlp := served("MLP", 26.2*ms, 0.01)
	d := compared(policy.Policy{}, results(mlp), results(served("MLP", 26.3*ms, 0.012)))
	switch found {
	case "added":
		d = compared(both, results(), results(mlp))
	case "error":
		d = Document{Name: "TestGate", Candidate: Side{What: "the work tree", Why: "what is to be judged"},
			Error: "baseline: the repository has no commits to compare with: commit first, or give one with -regress.baseline"}
	case "itself":
		d = unchanged("MLP", "Small")
		d.Candidate.What, d.Candidate.Dirty = "the work tree at 1a2b3c4d5e6f", false
		d.Baseline = d.Candidate
	case "unchanged":
		d = unchanged("MLP", "Small")
	}
	d.First = true
	return d
}

func TestAFirstGateExplainsItselfInThreeSentences(t *testing.T) {
	seen := map[string]string{}
	for _, found := range []string{"ok", "added", "error", "itself", "unchanged"} {
		d := first(found)
		said := d.first()
		assert.Len(t, said, 3, found)
		for _, sentence := range d.firstSentences() {
			assert.Contains(t, d.evidence(), sentence, found)
		}
		assert.NotContains(t, seen, said[1], "%s says what %s says", found, seen[said[1]])
		seen[said[1]] = found
		d.First = false
		assert.Empty(t, d.first(), found)
		assert.Empty(t, d.firstSentences(), found)
	}
}

func TestAddedAloneIsNoComparison(t *testing.T) {
	added, ok := policy.Verdict{Outcome: policy.Added}, policy.Verdict{Outcome: policy.OK}
	for name, c := range map[string]struct {
		verdicts []policy.Verdict
		want     bool
	}{
		"none":             {nil, false},
		"one":              {[]policy.Verdict{added}, true},
		"two":              {[]policy.Verdict{added, added}, true},
		"one beside an ok": {[]policy.Verdict{added, ok}, false},
	} {
		d := Document{Report: policy.Report{Verdicts: c.verdicts}}
		assert.Equal(t, c.want, d.comparedNothing(), name)
	}
	d := Document{Report: policy.Report{Verdicts: []policy.Verdict{added, added}}}
	assert.Equal(t, "PASS: 2 added: nothing was compared", d.headline())
}

// What is invalid was not compared, whether the gate as a whole or each of its verdicts is.
func TestAFirstGateOfInvalidVerdictsComparedNothing(t *testing.T) {
	d := first("ok")
	compared := d.first()
	for i := range d.Report.Verdicts {
		d.Report.Verdicts[i].Outcome = policy.Invalid
	}
	assert.Equal(t, first("error").first(), d.first())
	assert.False(t, d.Explains())
	d.Report.Verdicts = append(d.Report.Verdicts, policy.Verdict{Outcome: policy.OK})
	assert.Equal(t, compared, d.first())
	assert.True(t, d.Explains())
}
