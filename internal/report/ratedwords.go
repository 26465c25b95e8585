package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// says tells in sentences at which rates a case got worse, where its sides fall behind, and for whom it is worst.
func (r rated) says() []string {
	said := []string{r.saysRules()}
	for _, s := range []string{r.saysKnees(), r.saysWhom()} {
		if s != "" {
			said = append(said, s)
		}
	}
	for i := range said {
		said[i] = tight(said[i])
	}
	return said
}

func atRate(rate float64) string { return exact(rate) + " req/s" }

func (r rated) saysRules() string {
	judged := 0
	var failing []string
	for _, p := range r.points {
		judged += len(p.verdicts)
		if slices.ContainsFunc(p.verdicts, func(v policy.Verdict) bool { return v.Fails }) {
			failing = append(failing, exact(p.rate))
		}
	}
	worst, at := r.worst()
	switch {
	case judged == 0:
		return "No rule speaks of any of its rates."
	case at < 0 && len(r.points) == 1:
		return fmt.Sprintf("No rule fails at its one rate of %s.", atRate(r.points[0].rate))
	case at < 0:
		return fmt.Sprintf("No rule fails at any of its %d rates.", len(r.points))
	}
	s := fmt.Sprintf("Rules fail at %s req/s", series(failing))
	if len(failing) == len(r.points) && len(failing) > 1 {
		s = fmt.Sprintf("Rules fail at each of its %d rates", len(failing))
	}
	if worst.Baseline.N == 0 || worst.Candidate.N == 0 {
		return s + fmt.Sprintf("; at %s %s is %s.", atRate(r.points[at].rate), ratedTitle(worst.Unit), cell(string(worst.Outcome)))
	}
	scale := ratedScale(worst.Unit, []float64{worst.Baseline.Median, worst.Candidate.Median})
	return s + fmt.Sprintf(", worst at %s: %s %s %%, from %s to %s.",
		atRate(r.points[at].rate), ratedTitle(worst.Unit), percent(worst.ChangePercent),
		scale.number(worst.Baseline.Median), withUnit(scale.number(worst.Candidate.Median), scale.unit))
}

// series are words in a sentence: "20, 40 and 60".
func series(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}

func withUnit(number, unit string) string { return strings.TrimSpace(number + " " + unit) }

func (r rated) saysKnees() string {
	var last [2]int // place of the highest rate at which a side was measured
	for side := range last {
		baseline, candidate := r.values("saturated")
		values := [][]float64{baseline, candidate}[side]
		for last[side] = len(values) - 1; last[side] >= 0 && math.IsNaN(values[last[side]]); last[side]-- {
		}
		if last[side] < 0 {
			return ""
		}
	}
	baseline, candidate := r.knee(0), r.knee(1)
	from := func(at int) string { return atRate(r.points[at].rate) }
	switch {
	case baseline < 0 && candidate < 0:
		return fmt.Sprintf("Both sides keep up with %s.", from(min(last[0], last[1])))
	case baseline == candidate:
		return fmt.Sprintf("Both sides fall behind from %s on.", from(baseline))
	case candidate < 0:
		return fmt.Sprintf("The baseline falls behind from %s on, the candidate keeps up with %s.", from(baseline), from(last[1]))
	case baseline < 0:
		return fmt.Sprintf("The candidate falls behind from %s on, where the baseline keeps up with %s.", from(candidate), from(last[0]))
	}
	return fmt.Sprintf("The candidate falls behind from %s on, the baseline from %s on.", from(candidate), from(baseline))
}

// saysWhom names the tier and the adapter whose requests got slowest where a rule fails worst, and who felt it least.
// Where none fails, or nothing could be judged, nobody is named: some adapter always had bad luck.
func (r rated) saysWhom() string {
	const little = 5 // percent: below that there is nobody to name
	what := r.felt()
	worst, at := r.worst()
	if at < 0 || worst.Outcome == policy.Invalid {
		return ""
	}
	var said []string
	for _, tier := range []bool{true, false} {
		var all []someone
		for _, s := range r.whom() {
			if change := r.points[at].ratedChange(s.unit("p50", what)); s.tier == tier && isFinite(change) {
				all = append(all, s)
			}
		}
		if len(all) < 2 {
			continue
		}
		change := func(s someone) float64 { return r.points[at].ratedChange(s.unit("p50", what)) }
		slices.SortStableFunc(all, func(a, b someone) int { return cmp.Compare(change(b), change(a)) })
		most, least := all[0], all[len(all)-1]
		if change(most) < little {
			continue
		}
		m := r.points[at].of.Metric(most.unit("p50", what))
		scale := scaleOf(m.Unit, m.Baseline.Median, m.Candidate.Median)
		said = append(said, fmt.Sprintf("most for %s, %s %% (%s to %s %s), and least for %s, %s %%", most.title(), moved(change(most)),
			scale.number(m.Baseline.Median), scale.number(m.Candidate.Median), scale.unit, least.title(), moved(change(least))))
	}
	if len(said) == 0 {
		return ""
	}
	return fmt.Sprintf("At %s the median %s grew %s.", atRate(r.points[at].rate), felt(what), strings.Join(said, "; of adapters "))
}

func felt(what string) string {
	if what == "ttft" {
		return "TTFT"
	}
	return what
}
