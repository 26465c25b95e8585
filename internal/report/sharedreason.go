package report

import (
	"fmt"
	"strings"

	"github.com/tailgate-go/tailgate/internal/few"
	"github.com/tailgate-go/tailgate/policy"
)

// mostNamed is how many benchmarks a shared reason names.
const mostNamed = 5

// sharedReason is one reason with all the plain benchmarks whose verdicts have it.
type sharedReason struct {
	first policy.Verdict
	why   string
	of    []sharer
}

// sharer is a benchmark that shares a reason.
type sharer struct {
	label string
	units []string
}

// sharedReasons are the reasons of the verdicts that have one to tell, each once, in the order of the verdicts. One that a single
// verdict has is told in full.
func sharedReasons(verdicts []policy.Verdict, label func(policy.Verdict) string) []sharedReason {
	var shared []sharedReason
	type share struct {
		reason int
		policy.ID
	}
	at, place := map[string]int{}, map[share]int{}
	for _, v := range verdicts {
		if explained(v) {
			continue
		}
		key := status(v) + " " + kind(v)
		i, seen := at[key]
		if !seen {
			i = len(shared)
			at[key] = i
			shared = append(shared, sharedReason{first: v, why: kind(v)})
		}
		s := &shared[i]
		j, seen := place[share{i, v.ID}]
		if !seen {
			j = len(s.of)
			place[share{i, v.ID}] = j
			s.of = append(s.of, sharer{label: label(v)})
		}
		s.of[j].units = append(s.of[j].units, v.Unit)
	}
	for i, s := range shared {
		if len(s.of) == 1 && (len(s.of[0].units) == 1 || !measured(s.first)) {
			shared[i].why = reason(s.first)
		}
	}
	return shared
}

// explained reports whether the outcome of a verdict says all that there is to say: ok, as measured on both sides.
func explained(v policy.Verdict) bool {
	return v.Outcome == policy.OK && measured(v) && v.Reason.Code != policy.SameCode && v.Reason.Facts.FirstLinks == 0
}

// measured reports whether a verdict rests on values of both sides.
func measured(v policy.Verdict) bool { return v.Baseline.N > 0 && v.Candidate.N > 0 }

// kind is why, without the numbers of a single verdict where many may share what else it says.
func kind(v policy.Verdict) string {
	if v.Outcome == policy.OK && v.Reason.Facts.FirstLinks != 0 {
		return "the first pair of links alone was beyond both limits (layout, launch or noise)"
	}
	switch v.Reason.Code {
	case policy.SinceAnchor:
		since := fmt.Sprintf("%s since the anchor", v.Outcome)
		if before := sinceBaseline(v); before != "" {
			since += ", and " + before
		}
		return since
	case policy.TooNoisyToSee:
		return "too noisy to see " + unseen(v)
	case policy.SameCode:
		return sameCode("")
	}
	return why(v)
}

// names are the benchmarks that share the reason, a few of them, each as name says it.
func (s sharedReason) names(name func(sharer) string) string {
	var named []string
	for _, o := range s.of[:min(len(s.of), mostNamed)] {
		named = append(named, name(o))
	}
	return few.Names(named, len(s.of))
}

// said is what a sharer's metrics are called; empty where nothing was measured, so that the reason is the whole benchmark's.
func (s sharedReason) said(o sharer) string {
	if !measured(s.first) {
		return ""
	}
	var units []string
	for _, unit := range o.units {
		units = append(units, title(unit))
	}
	return strings.Join(units, " and ")
}

// text is the reason for a terminal.
func (s sharedReason) text() string {
	names := s.names(func(o sharer) string { return strings.TrimSpace(cell(o.label) + " " + cell(s.said(o))) })
	return fmt.Sprintf("%s: %s: %s", names, status(s.first), strings.Trim(s.why, "\r\n"))
}

// markdown is the reason as an item of a list.
func (s sharedReason) markdown() string {
	names := s.names(func(o sharer) string { return strings.TrimSpace(code(o.label) + " " + prose(s.said(o))) })
	head := fmt.Sprintf("- %s %s:", bold(s.first), names)
	if strings.Contains(strings.TrimSpace(s.why), "\n") {
		return head + "\n" + fenced(s.why, mostOfReason, "  ")
	}
	return strings.TrimSpace(head+" "+prose(s.why)) + "\n"
}
