package report

import (
	"fmt"
	"math"

	"github.com/tailgate-go/tailgate/policy"
)

// visible says which change would have been red in every metric judged, had it been there: by the limits and the floor of its rule,
// and at the noise that it had.
func (d Document) visible() string {
	var most, unhidden policy.Verdict // of all, and of those whose floor hides little
	judged, open, of0, never := 0, 0, 0, 0
	for _, v := range d.Report.Verdicts {
		switch {
		case v.Baseline.N == 0 || v.Candidate.N == 0 || math.IsNaN(v.Detectable) || v.Reason.Code == policy.Saturated:
			continue
		case v.Baseline.Median == 0:
			of0++
			continue
		case math.IsInf(v.RedFrom(), 0):
			never++
			continue
		}
		if judged++; judged == 1 || v.Detectable > most.Detectable {
			most = v
		}
		if !v.FloorHides() {
			if open++; open == 1 || v.Detectable > unhidden.Detectable {
				unhidden = v
			}
		}
	}
	name := cell(title(most.Unit)) + " of " + cell(d.labels()(most))
	every, needs := "every metric judged", "; "+name+" needs the most"
	if of0 > 0 {
		every += " that was not 0"
	}
	if never > 0 {
		every += " whose rule can fail"
	}
	if judged == 1 && of0 == 0 && never == 0 {
		every, needs = name, ""
	}
	switch {
	case judged == 0:
		return ""
	case math.IsInf(most.Detectable, 0):
		return fmt.Sprintf("In %s no change would have been red, after so few %s.", name, what(most))
	case most.Detectable == 0:
		return fmt.Sprintf("Any change for the worse would have been red in %s.", every)
	}
	s := fmt.Sprintf("At the noise of this run, and by its limits, a change for the worse of %s would have been red in %s, "+
		"with a chance of 0.8 or more%s", share(most.Detectable), every, needs)
	if most.FloorHides() && needs != "" {
		s += ", because of its floor"
	}
	if most.FloorHides() && open > 0 && !math.IsInf(unhidden.Detectable, 0) {
		s += fmt.Sprintf(". Where no such floor is it takes %s", share(unhidden.Detectable))
	}
	return s + "."
}

// UnseenOn says what the noise of a small machine hid, at worst, where no change was found: by how much more than its limits allow
// a metric must get worse to be red there. It is empty when there is nothing to say, and on a machine without a name.
func UnseenOn(machine string, r policy.Report) string {
	v, ok := sawLeast(r)
	switch {
	case machine == "" || !ok:
		return ""
	case math.IsInf(v.Detectable, 1):
		return fmt.Sprintf("%s: no change would have been red here in %s %s, after so few runs", machine, v.Name, v.Unit)
	}
	return fmt.Sprintf("%s: it takes a change of %.1f %% to be red here in %s %s, where the limits say %.3g %%",
		machine, v.Detectable, v.Name, v.Unit, v.RedFrom())
}

// sawLeast finds, of the verdicts that found no change, the one whose detectable change is the largest multiple of its limits. ok
// is false if noise hid no change beyond the limits.
func sawLeast(r policy.Report) (least policy.Verdict, ok bool) {
	most := 1.0
	for _, v := range r.Verdicts {
		found := v.Outcome == policy.Regressed || v.Outcome == policy.Accepted || v.Outcome == policy.Improved
		if times := v.Detectable / v.RedFrom(); !found && v.Candidate.N > 0 && times > most { // 0 for a rule that cannot fail
			least, most, ok = v, times, true
		}
	}
	return least, ok
}

// what a verdict rests on.
func what(v policy.Verdict) string {
	if v.Paired {
		return "rounds"
	}
	return "runs"
}

// foresight says before the headline what blind verdicts and floors leave unseen: none of that is silent.
func (b *terminal) foresight(d Document) {
	for i, said := range d.first() {
		b.item([]string{"first", " ", " "}[i], said)
	}
	if d.Error != "" {
		return
	}
	for _, accepted := range some(d.accepted(), "accepted") {
		b.item("accepted", accepted)
	}
	b.accept(d)
	if blind := d.saysBlind(); blind != "" {
		b.item("blind", sentence(blind))
	}
	if floors := d.floors(); floors != "" {
		b.item("floor", floors)
	}
	b.item("anchor", d.saysAnchor())
}
