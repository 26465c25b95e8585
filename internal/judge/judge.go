package judge

import "github.com/tailgate-go/tailgate/policy"

// Judge judges by one policy. Make one with By: the zero Judge has no rules. It is not altered by its methods and may be used concurrently.
type Judge struct{ policy policy.Policy }

// By is the judge by p, with what p leaves to the default filled in.
func By(p policy.Policy) Judge {
	d := policy.Default()
	if p.Alpha == 0 {
		p.Alpha = d.Alpha
	}
	if p.OnInconclusive == "" {
		p.OnInconclusive = d.OnInconclusive
	}
	if p.OnRemoved == "" {
		p.OnRemoved = d.OnRemoved
	}
	if len(p.Rules) == 0 {
		p.Rules = d.Rules
	}
	return Judge{p}
}

// Policy is the policy as applied, defaults filled in.
func (j Judge) Policy() policy.Policy { return j.policy }
