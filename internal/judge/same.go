package judge

import (
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// Doubts reports whether a verdict is one that the same code on both sides would explain: times that differ by more than the
// limits. How much is allocated says what the code does, whatever its addresses.
func Doubts(v policy.Verdict) bool {
	switch v.Outcome {
	case policy.Regressed, policy.Improved, policy.Inconclusive:
		return policy.IsTime(v.Unit) || strings.HasSuffix(v.Unit, "/s")
	}
	return false
}

// ofSameCode is v, but ok where it is a doubt and the code is the same.
func ofSameCode(v policy.Verdict, pair Pair) policy.Verdict {
	if pair.SameCode == 0 || !Doubts(v) {
		return v
	}
	v.Outcome, v.Fails = policy.OK, false
	v.Reason = policy.Reason{Code: policy.SameCode, Facts: policy.Facts{Have: pair.SameCode}}
	return v
}
