package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/internal/ratename"
	"github.com/tailgate-go/tailgate/policy"
)

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
			measured += fmt.Sprintf(" Where nothing has changed, the chance of any alarm in this report is at most %s %%.",
				exact(100*d.Report.Policy.Alpha))
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
