package report

import (
	"fmt"
	"slices"

	"github.com/tailgate-go/tailgate/policy"
)

// isUnchanged reports whether nothing was measured for a verdict, because both sides run and read the same.
func isUnchanged(v policy.Verdict) bool {
	return v.Outcome == policy.OK && v.Reason.Code == policy.Unchanged && (v.Anchor == nil || !measured(*v.Anchor))
}

// told are the verdicts but for those on what is unchanged, which the report counts and does not list.
func (d Document) told() []policy.Verdict {
	return slices.DeleteFunc(slices.Clone(d.Report.Verdicts), isUnchanged)
}

// unchanged counts the verdicts and the benchmarks that are unchanged.
func (d Document) unchanged() (verdicts, benchmarks int) {
	seen := map[policy.ID]bool{}
	for _, v := range d.Report.Verdicts {
		if isUnchanged(v) {
			verdicts++
			seen[v.ID] = true
		}
	}
	return verdicts, len(seen)
}

// saysUnchanged says of how many benchmarks nothing has changed; empty when there are none.
func (d Document) saysUnchanged() string {
	verdicts, n := d.unchanged()
	of := ""
	if verdicts != n {
		of = fmt.Sprintf(" (%d verdicts)", verdicts)
	}
	switch n {
	case 0:
		return ""
	case 1:
		return "1 benchmark" + of + " is unchanged and was not measured: nothing it runs or reads has changed " +
			"(-regress.identical=measure measures it)"
	default:
		return fmt.Sprintf("%d benchmarks%s are unchanged and were not measured: nothing they run or read has changed "+
			"(-regress.identical=measure measures them)", n, of)
	}
}
