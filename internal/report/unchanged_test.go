package report

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/policy"
)

// The first line of a report counts verdicts, and the note benchmarks: where these are not as many it says both.
func TestUnchangedBenchmarksAndVerdicts(t *testing.T) {
	of := func(name, unit string) policy.Verdict {
		return policy.Verdict{
			ID: policy.ID{Name: name}, Unit: unit, Outcome: policy.OK, Reason: policy.Reason{Code: policy.Unchanged},
		}
	}
	for want, verdicts := range map[string][]policy.Verdict{
		"2 benchmarks are unchanged":              {of("Sort", "ns/op"), of("Wait", "ns/op")},
		"2 benchmarks (3 verdicts) are unchanged": {of("Sort", "ns/op"), of("Sort", "B/op"), of("Wait", "ns/op")},
		"1 benchmark (2 verdicts) is unchanged":   {of("Sort", "ns/op"), of("Sort", "B/op")},
	} {
		d := Document{Report: policy.Report{Verdicts: verdicts}}
		assert.Contains(t, d.saysUnchanged(), want+" and w")
	}
	assert.Empty(t, Document{}.saysUnchanged())
}
