package judge

import (
	"github.com/tailgate-go/tailgate/policy"
)

// Doubts reports whether a verdict is one that the same code on both sides would explain: of times that differ by more than the
// limits, or were too noisy to see whether they do. How much is allocated says what the code does, whatever its addresses.
func Doubts(v policy.Verdict) bool {
	switch v.Outcome {
	case policy.Regressed, policy.Improved, policy.Inconclusive, policy.Blind:
		return policy.IsSpeed(v.Unit)
	}
	return false
}

// IsBeyond reports whether a verdict says that the sides differ by more than the limits.
func IsBeyond(v policy.Verdict) bool {
	return v.Outcome == policy.Regressed || v.Outcome == policy.Improved
}

// ofChanged is v, but inconclusive where it says that the sides differ and the benchmark itself does. Whether that fails is the
// policy's.
func (j Judge) ofChanged(v policy.Verdict, pair Pair) policy.Verdict {
	if pair.Changed == "" || !IsBeyond(v) {
		return v
	}
	v.Outcome = policy.Inconclusive
	v.Reason = policy.Reason{
		Code: policy.BenchmarkChanged, Facts: policy.Facts{Words: []string{pair.Changed}},
		Advice: []policy.Advice{{Do: policy.ChangeApart}},
	}
	return j.effect(v)
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
