package report

import (
	"fmt"
	"strings"

	"github.com/tailgate-go/tailgate/internal/few"
	"github.com/tailgate-go/tailgate/policy"
)

// reason puts a verdict's reason into words: why, what its requests do, and what would settle or mend it.
func reason(v policy.Verdict) string {
	parts := []string{why(v)}
	if v.Reason.Code == policy.SinceAnchor {
		return parts[0] // the anchor's has the rest
	}
	if isUnsure(v.Outcome) && len(v.Reason.Advice) > 0 {
		parts = append(parts, toSettle(v.Reason))
	}
	if t := v.Reason.Facts.Trailer; t != nil && v.Outcome == policy.Inconclusive {
		besides := "nor is 1.5 times the ceiling ruled out: "
		if t.Use == policy.Exceeded {
			besides = "it is beyond "
		}
		parts = append(parts, besides+ceiling(v.Reason.Facts))
	}
	if did := whatRequestsDo(v.Reason.Facts); did != "" {
		parts = append(parts, did)
	}
	if alone := v.Reason.Facts.FirstLinks; alone != 0 {
		parts = append(parts, "the first pair of links alone was "+percent(alone)+" % (layout, launch or noise)")
	}
	return strings.Join(parts, "; ")
}

// beyondOutcome is reason without what the outcome says already; empty where there is no more.
func beyondOutcome(v policy.Verdict) string {
	if (v.Outcome == policy.Regressed || v.Outcome == policy.Improved) && v.Reason.Facts.Trailer == nil {
		return whatRequestsDo(v.Reason.Facts)
	}
	return reason(v)
}

// why puts the code into words, with what would mend it.
func why(v policy.Verdict) string {
	f, unit := v.Reason.Facts, v.Unit
	switch v.Reason.Code {
	case policy.IntervalBeyond:
		return "the whole interval is beyond both limits"
	case policy.IntervalWithin:
		return "the whole interval is within a limit"
	case policy.BeyondLimits:
		return "beyond both limits, and significant"
	case policy.MeanBeyond:
		return fmt.Sprintf("most turns are within a limit, and the mean of all turns is not (%s): few of them take much longer, or the "+
			"machine was disturbed", percent(f.MeanPercent)+" %")
	case policy.WithinLimit:
		return "within a limit"
	case policy.BetterByMore:
		return "better by more than both limits"
	case policy.TooNoisy:
		return "beyond both limits, but the measurements vary too much to be sure"
	case policy.TooNoisyToSee:
		return tooNoisyToSee(v)
	case policy.Saturated:
		return "both sides fell behind at this rate, where latencies say how long it was run: it is judged by throughput"
	case policy.SinceAnchor:
		return because(v)
	case policy.SameCode:
		return sameCode(fmt.Sprintf(" (%d functions)", f.Have))
	case policy.Unchanged:
		return "nothing it runs or reads has changed"
	case policy.BenchmarkChanged:
		return fmt.Sprintf("beyond both limits, but the benchmark itself is not the same on both sides (%s differs)", word(f, 0))
	case policy.ByTrailer:
		return "beyond both limits, and meant: not surely more than " + ceiling(f)
	case policy.BeyondCeiling:
		return "beyond both limits, and beyond " + ceiling(f)
	case policy.CeilingUnseen:
		return "beyond both limits, and too noisy to rule out 1.5 times " + ceiling(f)
	case policy.NewBenchmark:
		return "not in the baseline yet"
	case policy.NewMetric:
		return "the baseline does not report " + unit + " yet"
	case policy.RemovalAllowed:
		return "removed: in the baseline, not in the candidate; the policy allows it"
	case policy.BenchmarkRemoved:
		return `removed: in the baseline, not in the candidate; if that is meant, set "on_removed": "warn" in the policy`
	case policy.MetricRemoved:
		return fmt.Sprintf("the baseline reports %s, the candidate does not: report it again, or take it out of the policy", unit)
	case policy.NoValues:
		return fmt.Sprintf("%s: there are no values of %s: measure it", f.Side, unit)
	case policy.Failed, policy.NotMeasured, policy.SmallBudget, policy.Late, policy.NoTarget, policy.NotOneResult,
		policy.OtherBenchmark, policy.BadResults, policy.DoesNotBuild, policy.NoBenchmarks, policy.Instrumented, policy.Debugged,
		policy.UncommittedInput, policy.PointerInput, policy.BadTrailer:
		return Failure{v.Reason}.Error()
	case policy.FewRequests:
		return fmt.Sprintf("%s: %d requests a run are too few for %s, which needs %d: run with -benchtime=%dx",
			f.Side, f.Have, unit, f.Need, f.Need)
	case policy.InSomeRuns:
		return fmt.Sprintf("%s: %s is reported by %d of %d runs: report it in all", f.Side, unit, f.Have, f.Need)
	case policy.NotFinite:
		return fmt.Sprintf("%s: %s is %v in one of its runs: measure it again", f.Side, unit, f.Value)
	case policy.FewRounds, policy.FewRuns:
		return tooFew(v)
	case policy.BadAlpha:
		return fmt.Sprintf("alpha is %v: write a probability of 0 to 1, such as 0.05", v.Alpha)
	case policy.NoPairs:
		return fmt.Sprintf("%d rounds of the baseline and %d of the candidate are no pairs: measure it again",
			v.Baseline.N, v.Candidate.N)
	case policy.BadLimits:
		return "the rule's limits are no numbers of 0 or more: correct them"
	case policy.DirectionUnknown:
		return fmt.Sprintf(`it is not known which way %s is better: set the rule's "direction" to "lower" or "higher"`, unit)
	case policy.DirectionsContradict:
		return fmt.Sprintf("the baseline declares %s better when %s, the candidate when %s: set the rule's direction",
			unit, word(f, 0), word(f, 1))
	case policy.OtherPrompts:
		return fmt.Sprintf("its runs drew from other prompts (selection %s and %s): measure both sides with one dataset, filter and seed",
			prompts(f, 0), prompts(f, 1))
	case policy.PromptsCached:
		return fmt.Sprintf("its prompts were to be new to every server, and of their tokens %s (baseline) and %s (candidate) came from "+
			`a cache: give each side a server of its own, or write "cache": "warm" into the scenario`,
			percentOf(f.CachedPercent, 0), percentOf(f.CachedPercent, 1))
	case policy.OtherReplies:
		return otherReplies(f)
	case policy.SweptOut:
		return "both sides hold at the highest rate that the sweep tries, so that no change could be seen: " +
			"raise the scenario's sweep.high"
	case policy.RuleWithoutBenchmarks, policy.RuleMatchesNoName, policy.RuleMatchesNoMetric:
		return matchesNothing(v)
	}
	return string(v.Reason.Code) // of a later release
}

// sameCode says that the code is the same, of so many functions.
func sameCode(of string) string {
	return "no regression: the code that it runs is the same on both sides but for addresses" + of +
		"; where it lies, what it reads or the machine differs"
}

// word is word i of a reason; JSON may have fewer words than the code needs.
func word(f policy.Facts, i int) string {
	if i >= len(f.Words) {
		return "?"
	}
	return f.Words[i]
}

// prompts is one of two selections of them.
func prompts(f policy.Facts, i int) string {
	if i >= len(f.Selections) {
		return "?"
	}
	return fmt.Sprintf("%.0f", f.Selections[i])
}

// otherReplies says in what the sides differ.
func otherReplies(f policy.Facts) string {
	what, do := "have another "+word(f, 0), "have both servers answer alike"
	switch word(f, 0) {
	case "errors-percent":
		what, do = "failed, in runs too few for a rule to see, or without a rule", "mend the server, or give errors-percent a rule"
	case "empty-percent":
		what = "had a reply without any text"
	case "no-usage-percent":
		what, do = "had a reply without usage, so that its tokens are not known", "have both servers send usage with every reply"
	case "resent-percent":
		what = "were dropped by the server and sent again"
	case "late-end-percent":
		what = "ended over 100 ms after their last text"
	case "output-tok/req":
		return fmt.Sprintf("its replies had %s tokens (baseline) and %s (candidate), which is not the same work: "+
			`write "ignore_eos": true into the scenario, or have both servers answer alike`, amountOf(f.Replies, 0), amountOf(f.Replies, 1))
	}
	return fmt.Sprintf("of its requests %s (baseline) and %s (candidate) %s: %s",
		percentOf(f.Replies, 0), percentOf(f.Replies, 1), what, do)
}

// amountOf is one of two amounts: those that JSON brings may be fewer.
func amountOf(amounts []float64, i int) string {
	if i >= len(amounts) {
		return "?"
	}
	return fmt.Sprintf("%.1f", amounts[i])
}

// percentOf is likewise a share of something.
func percentOf(shares []float64, i int) string {
	if i >= len(shares) {
		return "?"
	}
	return fmt.Sprintf("%.0f %%", shares[i])
}

func tooFew(v policy.Verdict) string {
	f := v.Reason.Facts
	switch {
	case f.Need == 0 && v.Reason.Code == policy.FewRounds:
		return fmt.Sprintf("%d rounds can never reach significance: more are needed (a larger budget)", f.Have)
	case f.Need == 0:
		return fmt.Sprintf("no difference could be significant at alpha %.2g: raise the policy's alpha", v.Alpha)
	case v.Reason.Code == policy.FewRounds:
		return fmt.Sprintf("%d rounds can never reach significance: at least %d are needed (a larger budget)", f.Have, f.Need)
	}
	return fmt.Sprintf("%d baseline and %d candidate runs can never reach significance at alpha %.2g: at least %d a side are needed "+
		"(-count=%d, or a larger budget)", v.Baseline.N, v.Candidate.N, v.Alpha, f.Need, f.Need)
}

// matchesNothing says what a rule that matches nothing could have matched.
func matchesNothing(v policy.Verdict) string {
	f := v.Reason.Facts
	benchmarks := listed(f.Benchmarks)
	switch v.Reason.Code {
	case policy.RuleWithoutBenchmarks:
		return "the rule matches nothing: there are no benchmarks"
	case policy.RuleMatchesNoName:
		return fmt.Sprintf("the rule matches nothing: benchmark %q must match the whole of one of %s", v.Rule.Benchmark, benchmarks)
	}
	hint := "name one of those"
	for _, a := range v.Reason.Advice {
		if a.Do == policy.RecordRequests {
			hint = "record its requests with workload.Record, or name one of those"
		}
	}
	verb := "reports"
	if f.Benchmarks != nil && f.Benchmarks.InAll > 1 {
		verb = "report"
	}
	return fmt.Sprintf("the rule matches nothing: %s %s no %s, only %s: %s",
		benchmarks, verb, v.Rule.Unit(), listed(f.Units), hint)
}

// listed joins names, and says how many more there are.
func listed(n *policy.Names) string {
	if n == nil {
		return "?"
	}
	return few.Names(n.First, n.InAll)
}

// whatRequestsDo says whether requests that take longer also compute more; empty where that is not known.
func whatRequestsDo(f policy.Facts) string {
	cpu := percent(f.CPUPercent) + " %"
	switch f.Work {
	case policy.Computes:
		return fmt.Sprintf("CPU time per request grew with it (%s)", cpu)
	case policy.TailWaits:
		return fmt.Sprintf("CPU time per request did not grow with it (%s), nor did the mean (%s): few requests wait or do more, "+
			"or the machine was disturbed", cpu, percent(f.MeanPercent)+" %")
	case policy.Waits:
		return fmt.Sprintf("CPU time per request did not grow with it (%s): requests wait (lock, sleep, I/O), "+
			"or the machine was disturbed", cpu)
	}
	return ""
}
