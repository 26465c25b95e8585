package report

import (
	"fmt"
	"math"

	"github.com/tailgate-go/tailgate/policy"
)

// underFloor says from which change on subject fails, where the floor hides more than the limit would allow; else empty. A floor of
// one allocation hides nothing, and a rule that gave way to throughput is left out.
func underFloor(v policy.Verdict, subject string) string {
	one := v.Unit == "allocs/op" && v.Rule.MinRegression <= 1 && v.Rule.MaxRegressionPercent == 0
	if !v.FloorHides() || one || v.Reason.Code == policy.Saturated {
		return ""
	}
	from := redFrom(v)
	if v.Rule.MinRegression == 0 {
		return fmt.Sprintf("%s %s, because it is better when higher: it falls by 100 %% at most", subject, from)
	}
	return fmt.Sprintf("under the floor of %s %s %s", amount(v.Rule.MinRegression, v.Unit), subject, from)
}

// caveat is what the limits of a verdict's rule leave out: what its floor hides, and of CPU time all that waits; empty where that
// is nothing.
func caveat(v policy.Verdict) string {
	hidden := underFloor(v, "this")
	switch {
	case v.Unit != "cpu-ns":
		return hidden
	case hidden == "":
		return waitsApart
	}
	return hidden + "; " + waitsApart
}

const waitsApart = "waiting (lock, sleep, I/O, another process) is not in it"

// redFrom is from where on a rule fails: "fails from 4.2 times the baseline on".
func redFrom(v policy.Verdict) string {
	switch from := v.RedFrom(); {
	case math.IsInf(from, 1):
		return "cannot fail"
	case v.Direction == policy.Higher:
		return fmt.Sprintf("fails from %.3g %% less than the baseline on", from)
	default:
		return fmt.Sprintf("fails from %s times the baseline on", factor(1+from/100))
	}
}

// factor has three digits, or those before the point.
func factor(times float64) string {
	if times >= 999.5 && times < 1e9 {
		return fmt.Sprintf("%.0f", times)
	}
	return fmt.Sprintf("%.3g", times)
}

// limitsOf is limits of a verdict's rule, and its caveat.
func limitsOf(v policy.Verdict) string {
	s := limits(v.Rule)
	if caveat := caveat(v); caveat != "" {
		s += "; " + caveat
	}
	return s
}

// shortFloor is the same for a cell of a table, without the limits; empty where there is nothing to say.
func shortFloor(v policy.Verdict) string {
	if underFloor(v, "") == "" {
		return ""
	}
	return redFrom(v)
}

// floors says which rule's floor hides most, and how many others hide much; empty when none does.
func (d Document) floors() string {
	var most policy.Verdict
	hiding := 0
	for _, v := range d.Report.Verdicts {
		if underFloor(v, "") == "" {
			continue
		}
		hiding++
		if hiding == 1 || v.RedFrom() > most.RedFrom() {
			most = v
		}
	}
	if hiding == 0 {
		return ""
	}
	s := fmt.Sprintf("%s: %s", cell(d.labels()(most)), underFloor(most, "its "+cell(brief(most.Unit))))
	switch hiding {
	case 1:
		return s + "."
	case 2:
		return s + "; another rule has such a floor."
	}
	return s + fmt.Sprintf("; %d other rules have such a floor.", hiding-1)
}

// cellLimits are the limits of a verdict's rule in a cell of a table, and from where on that fails if its floor hides much.
func cellLimits(v policy.Verdict) string {
	s := shortLimits(v.Rule)
	if floor := shortFloor(v); floor != "" {
		s += ": " + floor
	}
	if v.Unit == "cpu-ns" {
		s += "; waiting is not in it"
	}
	return s
}

// floorCell is the same in a column of its own: "4.2 times", "40 % less", "nothing"; empty where there is nothing to say.
func floorCell(v policy.Verdict) string {
	switch from := v.RedFrom(); {
	case underFloor(v, "") == "":
		return ""
	case math.IsInf(from, 1):
		return "nothing"
	case v.Direction == policy.Higher:
		return fmt.Sprintf("%.3g %% less", from)
	default:
		return factor(1+from/100) + " times"
	}
}
