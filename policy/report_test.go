package policy

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAReportIsAsGraveAsItsGravestVerdict(t *testing.T) {
	for _, c := range []struct {
		name     string
		outcomes []Outcome
		want     Outcome
	}{
		{"any verdict is graver than ok", []Outcome{OK, Added}, Added},
		{"improved is graver than added", []Outcome{Improved, Added}, Improved},
		{"blind is graver than improved", []Outcome{Improved, Blind, OK}, Blind},
		{"inconclusive is graver than blind", []Outcome{Blind, Inconclusive, OK}, Inconclusive},
		{"drifted is graver than inconclusive", []Outcome{Drifted, Inconclusive}, Drifted},
		{"regressed is graver than drifted", []Outcome{Drifted, Regressed}, Regressed},
		{"regressed is graver than inconclusive", []Outcome{Regressed, Inconclusive}, Regressed},
		{"invalid is gravest", []Outcome{Regressed, Invalid, OK}, Invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			var r Report
			for _, outcome := range c.outcomes {
				r.Verdicts = append(r.Verdicts, Verdict{Outcome: outcome})
			}
			assert.Equal(t, c.want, r.Outcome())
			assert.False(t, r.Fails(), "it fails only if a verdict does, as its policy has it")
			r.Verdicts[len(r.Verdicts)-1].Fails = true
			assert.True(t, r.Fails())
		})
	}
}

func TestAReportWithoutVerdicts(t *testing.T) {
	assert.True(t, Report{}.Fails(), "a report that says nothing is no pass")
	assert.Equal(t, Invalid, Report{}.Outcome())
	assert.False(t, Report{Elsewhere: 1}.Fails(), "all is judged elsewhere")
	assert.Equal(t, OK, Report{Elsewhere: 1}.Outcome())
}
