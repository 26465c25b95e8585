package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tailgate-go/tailgate/internal/ratename"
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

// failing counts the verdicts that fail, and finds the one to speak of: a regression before one that is not sure, what could be
// measured before what could not, and of equals the one furthest beyond its limit.
func (d Document) failing() (count int, worst policy.Verdict) {
	for _, v := range d.Report.Verdicts {
		if !v.Fails {
			continue
		}
		count++
		if count == 1 || overtakes(v, worst) {
			worst = v
		}
	}
	return count, worst
}

// overtakes reports whether v is the one to speak of in place of another that fails.
func overtakes(v, other policy.Verdict) bool {
	order := []policy.Outcome{policy.Regressed, policy.Drifted, policy.Inconclusive, policy.Blind, policy.Invalid}
	rank, best := slices.Index(order, v.Outcome), slices.Index(order, other.Outcome)
	return rank < best || rank == best && excess(v) > excess(other)
}

// excess is how many times its limit a change for the worse is, since the anchor where that is what counts.
func excess(v policy.Verdict) float64 {
	if v.Outcome == policy.Drifted && v.Anchor != nil {
		v = *v.Anchor
	}
	limit := limitPercent(v)
	switch worse := worsening(v, v.ChangePercent); {
	case math.IsNaN(worse):
		return 0
	case limit == 0 || math.IsNaN(limit):
		return worse
	default:
		return worse / limit
	}
}

// worsening is a change for the worse of the verdict's metric, whichever direction that is.
func worsening(v policy.Verdict, change float64) float64 {
	if v.Direction == policy.Higher {
		return -change
	}
	return change
}

// limitPercent is the change for the worse, in percent, at which both of a rule's limits are met.
func limitPercent(v policy.Verdict) float64 {
	limit := v.Rule.MaxRegressionPercent
	if v.Rule.MinRegression > 0 && v.Baseline.Median > 0 {
		limit = max(limit, 100*v.Rule.MinRegression/v.Baseline.Median)
	}
	return limit
}

// accusation is what is said of a verdict that fails.
func (d Document) accusation(v policy.Verdict) string {
	name := d.labels()(v)
	switch v.Outcome {
	case policy.Regressed:
		limits := limitsWith(v.Rule, " and ")
		return fmt.Sprintf("%s got %s: its %s, and the limit is %s.", cell(name), worse(v), movement(v), limits)
	case policy.Drifted:
		limits := v.Rule
		if v.Anchor != nil {
			limits = v.Anchor.Rule
		}
		return fmt.Sprintf("%s drifted: its %s, and the limit is %s.", cell(name), drifted(v), limitsWith(limits, " and "))
	case policy.Inconclusive:
		doubt := "too noisily to be sure"
		if v.Reason.Code == policy.BenchmarkChanged {
			doubt = "and the benchmark itself is not the same on both sides"
		}
		return fmt.Sprintf("It cannot be told whether %s got %s: its %s, %s.", cell(name), worse(v), movement(v), doubt)
	case policy.Blind:
		return fmt.Sprintf("It cannot be told whether %s got %s: its %s was too noisy to see %s.",
			cell(name), worse(v), cell(brief(v.Unit)), unseen(v))
	}
	if v.Name == "" {
		return capital(cell(name)) + " could not be applied."
	}
	if slices.ContainsFunc(d.groups(), func(g group) bool { return g.of.ID == v.ID && unmeasured(g, v) }) {
		return cell(name) + " could not be judged."
	}
	return fmt.Sprintf("%s could not be judged: %s is invalid.", cell(name), cell(title(v.Unit)))
}

// movement is how a metric changed: "p95 rose by 15.05 %".
func movement(v policy.Verdict) string {
	verb := "rose"
	if v.Change < 0 {
		verb = "fell"
	}
	by := strings.TrimLeft(percent(v.ChangePercent), "+-") + " %"
	if math.IsInf(v.ChangePercent, 0) || math.IsNaN(v.ChangePercent) {
		s := scaleOf(v.Unit, v.Baseline.Median, v.Candidate.Median)
		by = s.number(math.Abs(v.Change)) + " " + s.unit
	}
	return fmt.Sprintf("%s %s by %s", cell(brief(v.Unit)), verb, by)
}

// worse is the word for what a reader feels of it.
func worse(v policy.Verdict) string {
	if policy.IsTime(v.Unit) || strings.HasSuffix(v.Unit, "/s") {
		return "slower"
	}
	return "worse"
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

// evidence says how sure the finding is, and where the change came from.
func (d Document) evidence() []string {
	first := d.firstSentences()
	if d.Error != "" || len(d.Report.Verdicts) == 0 {
		return first
	}
	rest := slices.Concat(some(d.accepted(), "accepted"), oneOf(d.floors()), first)
	if since := d.saysAnchor(); since != "" {
		rest = append(rest, "Since the anchor: "+since+".")
	}
	failing, v := d.failing()
	if failing == 0 {
		return slices.Concat(oneOf(d.settlesBlind()), oneOf(d.visible()), rest)
	}
	crept := v.Outcome == policy.Drifted && v.Anchor != nil
	var said []string
	own := v
	if crept {
		v = *v.Anchor // that is what it is about
	}
	if v.Baseline.N > 0 && v.Candidate.N > 0 {
		s := newStatement(v)
		measured := fmt.Sprintf("Measured %s: %s, with an interval of %s.", basis(v), s.change(), s.interval)
		if v.Paired { // of saved results nobody knows whether they were measured under the same conditions
			measured += fmt.Sprintf(" The chance of any false alarm in this report is at most %s %%.", exact(100*d.Report.Policy.Alpha))
		}
		said = append(said, measured)
		if stage := d.stage(v); stage != "" && !crept {
			said = append(said, stage)
		}
		said = append(said, d.ofItsCase(v)...)
	}
	if accused := d.accused(v); accused != "" {
		said = append(said, accused)
	}
	if more := sentence(beyondOutcome(v)); more != "" {
		said = append(said, more)
	}
	if s := newStatement(own); crept && s.percent != "" {
		said = append(said, fmt.Sprintf("Since the baseline: %s, with an interval of %s.", s.change(), s.interval))
	}
	return append(said, rest...)
}

// oneOf is a sentence, if there is one.
func oneOf(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func basis(v policy.Verdict) string {
	if v.Paired {
		return "over " + count(v.Baseline.N, "round", "rounds")
	}
	return fmt.Sprintf("in %d and %d runs", v.Baseline.N, v.Candidate.N)
}

// stage names the stage of the verdict's benchmark that grew most, if it makes a good part of the change of a latency.
func (d Document) stage(v policy.Verdict) string {
	whole := statistic.FindStringSubmatch(v.Unit)
	if whole == nil || whole[4] != "" || v.Outcome == policy.Invalid {
		return ""
	}
	var most policy.Metric
	growth := 0.0
	for _, m := range d.Report.Benchmarks {
		if m.ID != v.ID {
			continue
		}
		for _, metric := range m.Metrics {
			part := statistic.FindStringSubmatch(metric.Unit)
			grown := metric.Candidate.Median - metric.Baseline.Median
			if part != nil && part[1] == whole[1] && isStage(part[4]) && metric.Baseline.N > 0 && metric.Candidate.N > 0 && grown > growth {
				most, growth = metric, grown
			}
		}
	}
	const share = 0.25 // of the change; quantiles of stages do not add up, so more would claim too much
	if growth < share*v.Change || growth == 0 {
		return ""
	}
	s := scaleOf(most.Unit, most.Baseline.Median, most.Candidate.Median)
	name, metric := stageAndMetric(most.Unit)
	return fmt.Sprintf("The stage that grew most is %s: %s %s %s, %s %%.",
		cell(name), metric, s.signed(growth), s.unit, percent(most.ChangePercent))
}

// ofItsCase says of the service that a verdict speaks of where its sides fall behind, and whose requests got slowest.
func (d Document) ofItsCase(v policy.Verdict) []string {
	name, _, ok := ratename.Cut(v.Name)
	all, _ := d.rated()
	at := slices.IndexFunc(all, func(r rated) bool { return ok && r.ID == policy.ID{Package: v.Package, Name: name, Procs: v.Procs} })
	if at < 0 {
		return nil
	}
	var said []string
	r := all[at]
	if knees := r.saysKnees(); knees != "" && r.knee(0) != r.knee(1) {
		said = append(said, knees)
	}
	if whom := r.saysWhom(); whom != "" {
		said = append(said, whom)
	}
	return said
}

// isStage tells stages, which follow each other, from what tokens are measured by, and from what a service measures
// of some requests alone.
func isStage(name string) bool {
	what, _, _ := strings.Cut(name, ".")
	return name != "" && !slices.Contains([]string{"ttft", "tpot", "itl", "latency", "normalized", "lag"}, what)
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
