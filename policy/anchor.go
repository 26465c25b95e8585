package policy

// AnchorLimits are what a rule tolerates of the change since the anchor, an older revision than the baseline. A change that breaks
// them, and does not break the rule since the baseline, has crept in.
type AnchorLimits struct {
	MaxRegressionPercent float64 // 15 tolerates +15 % since the anchor
	MinRegression        float64 // absolute floor in the metric's unit; 0: none
	OnInconclusive       Effect  // what it does to be inconclusive since the anchor alone; the zero value warns
	OnBlind              Effect  // what it does to be blind since the anchor alone; the zero value warns
}

// SinceAnchor is the rule that judges the change since the anchor: r with its limits for that.
func (r Rule) SinceAnchor() Rule {
	if r.Anchor != nil {
		r.MaxRegressionPercent, r.MinRegression = r.Anchor.MaxRegressionPercent, r.Anchor.MinRegression
	}
	return r
}

// Settled is what a verdict comes to, and why.
type Settled struct {
	Outcome Outcome `json:"outcome"`
	Code    Code    `json:"code"`
}

// SinceBaseline is what the verdict comes to since the baseline alone, whatever has its outcome be that since the anchor.
func (v Verdict) SinceBaseline() Settled {
	if own := v.Reason.Facts.Baseline; own != nil {
		return *own
	}
	return Settled{v.Outcome, v.Reason.Code}
}

// validate also names the JSON path of what is wrong.
func (a *AnchorLimits) validate() (field string, err error) {
	if a == nil {
		return "", nil
	}
	if field, err := validateLimits(a.MaxRegressionPercent, a.MinRegression); err != nil {
		return field, err
	}
	if err := a.OnInconclusive.validate("on_inconclusive"); err != nil {
		return "on_inconclusive", err
	}
	return "on_blind", a.OnBlind.validate("on_blind")
}
