package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// first says what a first gate compared with what, what that means, and what the next run will do: three sentences. It is empty for
// other gates.
func (d Document) first() []string {
	if !d.First {
		return nil
	}
	const anew = "the next run builds and measures both sides again: nothing of this one is used"
	baseline, candidate := d.Baseline.short(), d.Candidate.short()
	unchanged, _ := d.unchanged()
	unchangedAll := unchanged > 0 && unchanged == len(d.Report.Verdicts)
	switch {
	case d.Error == "" && d.comparedNothing():
		return []string{
			fmt.Sprintf("this gate compared nothing: %s has none of these benchmarks and metrics", baseline),
			"added means that a benchmark ran, and says nothing of its speed",
			"commit the benchmarks: the next run compares with a baseline that has them",
		}
	case !d.compares():
		return []string{
			"this gate compared nothing, for the reason that is given",
			"a gate compares the candidate, by default the work tree, with a baseline, by default HEAD or what CI names",
			"the next run begins anew: nothing of this one is used",
		}
	case d.ofItself():
		said := "its verdicts show how noisy this machine is, and tell of no change"
		if unchangedAll {
			said = "so nothing was measured: both sides run and read the same"
		}
		return []string{
			fmt.Sprintf("this gate compared %s with itself: nothing has changed since HEAD", candidate), said,
			"change the code, or name an older revision with -regress.baseline: the next run compares with that",
		}
	case unchangedAll:
		return []string{
			fmt.Sprintf("this first gate compared %s with %s", candidate, baseline),
			"nothing was measured: both sides run and read the same", anew,
		}
	}
	return []string{
		fmt.Sprintf("this first gate compared %s with %s", candidate, baseline),
		"both sides were built and measured now, in turn: no earlier results were needed", anew,
	}
}

// firstSentences are the same for the page and for Markdown.
func (d Document) firstSentences() []string {
	var said []string
	for _, text := range d.first() {
		said = append(said, sentence(text))
	}
	return said
}

// short is what was measured, without a commit's subject: "HEAD (1a2b3c4d5e6f)".
func (s Side) short() string {
	what, _, _ := strings.Cut(s.What, " (")
	if name, more, ok := strings.Cut(what, ", "); ok {
		what = name + " (" + more + ")"
	}
	return cell(what)
}

// Explains reports whether d says what a gate does, by a comparison of two revisions: then no later gate needs to.
func (d Document) Explains() bool { return d.First && d.compares() && !d.ofItself() }

// ofItself reports whether both sides are the same revision, or the same work tree.
func (d Document) ofItself() bool { return d.Baseline.short() == d.Candidate.short() }

// compares reports whether there is a verdict on two sides.
func (d Document) compares() bool {
	return d.Error == "" && slices.ContainsFunc(d.Report.Verdicts, func(v policy.Verdict) bool {
		return v.Outcome != policy.Added && v.Outcome != policy.Invalid
	})
}

// comparedNothing reports whether there is nothing in the baseline to compare any of the verdicts' benchmarks and metrics with.
func (d Document) comparedNothing() bool {
	for _, v := range d.Report.Verdicts {
		if v.Outcome != policy.Added {
			return false
		}
	}
	return len(d.Report.Verdicts) > 0
}
