package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tailgate-go/tailgate/policy"
)

// finding says in a sentence how it went, to a reader who has seen nothing else.
func (d Document) finding() string {
	failing, worst := d.failing()
	switch {
	case d.Error != "":
		return "Nothing could be judged."
	case d.elsewhere():
		return fmt.Sprintf("This shard has nothing to judge: %s for others.", areFor(d.Report.Elsewhere))
	case len(d.Report.Verdicts) == 0:
		return "There was nothing to judge."
	case d.Expected == policy.OK && d.Passes():
		return "Identical sides came out alike, as expected."
	case d.Expected == policy.OK:
		return d.unlike()
	case d.Expected != "" && d.Passes():
		return fmt.Sprintf("The slowdown of %s that was planted was found, as expected.", cell(d.Planted))
	case d.Expected != "":
		return fmt.Sprintf("The slowdown of %s that was planted was not found: the outcome is %s.", cell(d.Planted), d.Outcome())
	case failing == 0:
		return d.passing()
	}
	s := d.accusation(worst)
	switch failing {
	case 1:
		return s
	case 2:
		return s + " Another rule fails too."
	}
	return s + fmt.Sprintf(" %d other rules fail too.", failing-1)
}

// unlike says that sides that are identical did not come out alike.
func (d Document) unlike() string {
	s := fmt.Sprintf("Identical sides were to come out ok: the outcome is %s", d.Outcome())
	if blind := d.saysBlind(); blind != "" {
		s += "; " + blind
	}
	return s + "."
}

// areFor says of so many benchmarks that they are for somebody.
func areFor(n int) string {
	if n == 1 {
		return "the gate's one benchmark is"
	}
	return fmt.Sprintf("all %d benchmarks of the gate are", n)
}

// passing says that nothing fails, and what else there is to know.
func (d Document) passing() string {
	var best policy.Verdict
	improved, unsure, same, crept, accepted := 0, 0, 0, 0, 0
	if n, _ := d.unchanged(); n == len(d.Report.Verdicts) {
		return "Nothing that the benchmarks run or read has changed."
	}
	if d.comparedNothing() {
		return "Nothing was compared: the baseline has none of these benchmarks and metrics."
	}
	for _, v := range d.Report.Verdicts {
		if v.SinceBaseline().Code == policy.SameCode {
			same++
		}
		switch v.Outcome {
		case policy.Improved:
			improved++
			if improved == 1 || excess(v) < excess(best) {
				best = v
			}
		case policy.Inconclusive:
			unsure++
		case policy.Drifted:
			crept++
		case policy.Accepted:
			accepted++
		}
	}
	s, blind := "Nothing got worse than its limits allow", d.saysBlind()
	if unsure > 0 || blind != "" {
		s = "Nothing was seen to get worse than its limits allow"
	}
	if crept > 0 {
		s += " since the baseline"
	}
	if accepted > 0 {
		s += ", but for " + count(accepted, "rule", "rules") + " of which that is accepted"
	}
	if improved > 0 {
		s += fmt.Sprintf(", and %s got better: its %s", cell(d.labels()(best)), movement(best))
	}
	if unsure > 0 {
		s += fmt.Sprintf("; %s cannot be told for sure, which the policy lets pass", count(unsure, "rule", "rules"))
	}
	if crept > 0 {
		s += fmt.Sprintf("; %s drifted since the anchor, which the policy lets pass", count(crept, "rule", "rules"))
	}
	if blind != "" {
		s += "; " + blind
	}
	if same > 0 {
		s += fmt.Sprintf("; %s by more than the limits, though the code is the same", count(same, "metric differs", "metrics differ"))
	}
	return s + "."
}

func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// mostOfSentence is how many bytes of a reason a sentence has.
const mostOfSentence = 600

// sentence is a reason's first line as a sentence.
func sentence(reason string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(reason), "\n")
	if first = oneLine(cut(first, mostOfSentence)); first == "" {
		return ""
	}
	return strings.TrimRight(capital(first), ".:") + "."
}
