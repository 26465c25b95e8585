package report

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tailgate-go/tailgate/policy"
)

var (
	outcomes = []policy.Outcome{policy.OK, policy.Improved, policy.Regressed, policy.Drifted, policy.Accepted, policy.Inconclusive,
		policy.Blind,
		policy.Invalid, policy.Added}

	anyString = rapid.OneOf(
		rapid.String(),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
		rapid.SampledFrom([]string{
			"", "|", "\n", "\r", "a|b\n|---|", "```\n````", "</details>", "\x1b[2J", "<script>", "&#124;", "\\", "\\|", "`|`",
			"\u202e\u2028", "# x", "\n\n- a", "世界世界世界世界世界世界世界世界", strings.Repeat("x", 150), strings.Repeat("long ", 2000),
			"p95-\n-ns", "p95-ns", "ns/op", "::error::x", "a ::error::b", "##[group]x", "##[", "S/case=a/rate=10", "S/case=a/rate=20",
			"S/case=</script>|`/rate=10", "S/case=</script>|`/rate=2.5", "p50-ttft.tier.a-ns", "p50-ttft.a|</script>-ns",
			"saturated", "output-tok/min", "errors-percent",
		}),
		rapid.Map(rapid.SliceOf(rapid.SampledFrom([]string{
			"a", " ", ":", "#", "[", "|", "`", "\n", "\t", "\\", "<", "@", "_", "*", "世", "\x00", "\u00a0", "\xff",
		})), func(parts []string) string { return strings.Join(parts, "") }),
	)
	anyFloat = rapid.OneOf(rapid.Float64(),
		rapid.SampledFrom([]float64{
			0, math.NaN(), math.Inf(1), math.Inf(-1), 1e6, -1, 99.995, math.MaxFloat64, math.SmallestNonzeroFloat64, 1e308,
		}))
	anySummary = rapid.Custom(func(t *rapid.T) policy.Summary {
		return policy.Summary{Median: anyFloat.Draw(t, "median"), N: rapid.IntRange(0, 3).Draw(t, "n")}
	})
	anyBounds = rapid.Custom(func(t *rapid.T) policy.Bounds {
		return policy.Bounds{Lo: anyFloat.Draw(t, "lo"), Hi: anyFloat.Draw(t, "hi")}
	})
	anySide = rapid.Custom(func(t *rapid.T) Side {
		return Side{anyString.Draw(t, "what"), anyString.Draw(t, "why"), anyString.Draw(t, "commit"), rapid.Bool().Draw(t, "dirty")}
	})
	anyNoise = rapid.Custom(func(t *rapid.T) policy.Noise {
		if rapid.Bool().Draw(t, "none") {
			return policy.Noise{}
		}
		return policy.Noise{
			Method: rapid.OneOf(rapid.Just("duet"), anyString).Draw(t, "method"),
			Rounds: rapid.IntRange(0, 3).Draw(t, "rounds"), Launches: rapid.IntRange(0, 1<<40).Draw(t, "launches"),
			Seconds: anyFloat.Draw(t, "seconds"), Stalls: anyFloat.Draw(t, "stalls"), Switches: anyFloat.Draw(t, "switches"),
			Alternation: anyFloat.Draw(t, "alternation"), Steal: anyFloat.Draw(t, "steal"), Busy: anyFloat.Draw(t, "busy"),
			Load: anyFloat.Draw(t, "load"), Operations: rapid.Int().Draw(t, "operations"), Turn: anyFloat.Draw(t, "turn"),
		}
	})
	anyNames = rapid.Custom(func(t *rapid.T) *policy.Names {
		if rapid.Bool().Draw(t, "none") {
			return nil
		}
		return &policy.Names{First: rapid.SliceOfN(anyString, 1, 3).Draw(t, "names"), InAll: rapid.IntRange(0, 9).Draw(t, "in all")}
	})
	anyProblems = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) policy.Problem {
		return policy.Problem{
			File: anyString.Draw(t, "file"), Line: rapid.IntRange(0, 9).Draw(t, "line"), Benchmark: anyString.Draw(t, "benchmark"),
			Fact: anyString.Draw(t, "fact"), Fix: anyString.Draw(t, "fix"),
		}
	}), 0, 22)
	anyTrailer = rapid.Custom(func(t *rapid.T) policy.Trailer {
		return policy.Trailer{
			Benchmark: anyString.Draw(t, "benchmark"), Metric: anyString.Draw(t, "metric"), Reason: anyString.Draw(t, "why"),
			Ceiling: policy.Ceiling{Change: anyFloat.Draw(t, "ceiling"), Percent: rapid.Bool().Draw(t, "in percent")},
			Commit:  anyString.Draw(t, "commit"), Line: rapid.IntRange(0, 9).Draw(t, "line"),
			Use: rapid.SampledFrom([]policy.Use{
				policy.Heeded, policy.Exceeded, policy.Unseen, policy.Crept, policy.Unneeded, policy.Unjudged,
			}).Draw(t, "use"),
		}
	})
	anyReason = rapid.Custom(func(t *rapid.T) policy.Reason {
		strings := rapid.SliceOfN(anyString, 0, 3)
		reason := policy.Reason{
			Code: rapid.OneOf(rapid.SampledFrom(codes),
				rapid.Map(anyString, func(s string) policy.Code { return policy.Code(s) })).Draw(t, "code"),
			Facts: policy.Facts{
				Side: rapid.SampledFrom([]string{"", "baseline", "candidate", "anchor"}).Draw(t, "side"), Problem: anyString.Draw(t, "problem"),
				Have: rapid.IntRange(0, 9).Draw(t, "have"), Need: rapid.IntRange(0, 9).Draw(t, "need"), Value: anyFloat.Draw(t, "value"),
				Words: strings.Draw(t, "words"), Benchmarks: anyNames.Draw(t, "benchmarks"), Units: anyNames.Draw(t, "units"),
				Round: time.Duration(rapid.Int64Range(0, 1<<50).Draw(t, "round")), Problems: anyProblems.Draw(t, "problems"),
				Selections:    rapid.SliceOfN(anyFloat, 0, 3).Draw(t, "selections"),
				CachedPercent: rapid.SliceOfN(anyFloat, 0, 3).Draw(t, "cached"),
				Work:          rapid.SampledFrom([]policy.Work{"", policy.Computes, policy.Waits, policy.TailWaits}).Draw(t, "work"),
				CPUPercent:    anyFloat.Draw(t, "CPU"), MeanPercent: anyFloat.Draw(t, "mean"),
			},
		}
		if rapid.Bool().Draw(t, "by a trailer") {
			trailer := anyTrailer.Draw(t, "trailer")
			reason.Facts.Trailer = &trailer
		}
		if rapid.Bool().Draw(t, "since the baseline") {
			reason.Facts.Baseline = &policy.Settled{
				Outcome: rapid.SampledFrom(outcomes).Draw(t, "own outcome"), Code: rapid.SampledFrom(codes).Draw(t, "own code"),
			}
		}
		for range rapid.IntRange(0, 3).Draw(t, "advice") {
			reason.Advice = append(reason.Advice, policy.Advice{
				Do: rapid.SampledFrom([]policy.Action{
					policy.MoreRounds, policy.MoreRuns, policy.QuieterMachine, policy.WiderLimit, policy.MeasureAgain,
				}).Draw(t, "do"),
				Amount: anyFloat.Draw(t, "amount"), Budget: time.Duration(rapid.Int64Range(0, 1<<50).Draw(t, "budget")),
				Signs: []policy.Sign{
					{Name: anyString.Draw(t, "sign"), Value: anyFloat.Draw(t, "value"), CPUs: rapid.IntRange(0, 3).Draw(t, "cpus")},
				},
			})
		}
		return reason
	})
	anyVerdict = rapid.Custom(func(t *rapid.T) policy.Verdict {
		v := anyBareVerdict.Draw(t, "verdict")
		if rapid.Bool().Draw(t, "anchored") {
			a := anyBareVerdict.Draw(t, "anchor")
			v.Anchor = &a
		}
		return v
	})
	anyBareVerdict = rapid.Custom(func(t *rapid.T) policy.Verdict {
		return policy.Verdict{
			ID: policy.ID{
				Package: anyString.Draw(t, "package"), Name: anyString.Draw(t, "benchmark"), Procs: rapid.IntRange(0, 2).Draw(t, "procs"),
			},
			Unit: anyString.Draw(t, "unit"), Reason: anyReason.Draw(t, "reason"), Fails: rapid.Bool().Draw(t, "fails"),
			Direction: rapid.SampledFrom([]policy.Direction{"", policy.Lower, policy.Higher}).Draw(t, "better"),
			Paired:    rapid.Bool().Draw(t, "paired"), Outcome: rapid.SampledFrom(outcomes).Draw(t, "outcome"),
			Rule: policy.Rule{
				Metric: anyString.Draw(t, "metric"), Stage: anyString.Draw(t, "stage"), Benchmark: anyString.Draw(t, "pattern"),
				MaxRegressionPercent: anyFloat.Draw(t, "limit"), MinRegression: anyFloat.Draw(t, "floor"),
				Direction: rapid.SampledFrom([]policy.Direction{"", policy.Lower, policy.Higher}).Draw(t, "direction"),
			},
			Baseline: anySummary.Draw(t, "baseline"), Candidate: anySummary.Draw(t, "candidate"),
			Change: anyFloat.Draw(t, "change"), ChangePercent: anyFloat.Draw(t, "change percent"),
			Percent: anyBounds.Draw(t, "percent"), Absolute: anyBounds.Draw(t, "absolute"),
			P: anyFloat.Draw(t, "p"), Alpha: anyFloat.Draw(t, "alpha"), Detectable: anyFloat.Draw(t, "detectable"),
		}
	})
	anyDocument = rapid.Custom(func(t *rapid.T) Document {
		d := Document{
			Name: anyString.Draw(t, "name"), Baseline: anySide.Draw(t, "baseline"), Candidate: anySide.Draw(t, "candidate"),
			Notes: rapid.SliceOfN(anyString, 0, 12).Draw(t, "notes"), Planted: anyString.Draw(t, "planted"),
			Expected: rapid.SampledFrom(append([]policy.Outcome{""}, outcomes...)).Draw(t, "expected"),
			Error:    anyString.Draw(t, "error"), ErrorCode: policy.Code(anyString.Draw(t, "error code")), Out: anyString.Draw(t, "out"),
			Accepts: rapid.Bool().Draw(t, "accepts"),
			Began:   time.Unix(rapid.Int64Range(0, 1<<32).Draw(t, "began"), 0),
			Took:    time.Duration(rapid.Int64Range(0, 1<<50).Draw(t, "took")),
		}
		for range rapid.IntRange(0, 2).Draw(t, "settings") {
			d.Settings = append(d.Settings, Setting{anyString.Draw(t, "name"), anyString.Draw(t, "value"), anyString.Draw(t, "source")})
			d.Spend(anyString.Draw(t, "phase"), time.Duration(rapid.Int64Range(0, 1<<50).Draw(t, "spent")))
			d.Environment = append(d.Environment, Fact{anyString.Draw(t, "name"), anyString.Draw(t, "value")})
		}
		if rapid.Bool().Draw(t, "anchored") {
			anchor := anySide.Draw(t, "anchor")
			d.Anchor = &anchor
		}
		d.Report.Trailers = rapid.SliceOfN(anyTrailer, 0, 3).Draw(t, "trailers")
		d.Report.Policy.Alpha = anyFloat.Draw(t, "alpha")
		d.Report.Verdicts = rapid.SliceOfN(anyVerdict, 0, 12).Draw(t, "verdicts")
		for _, v := range d.Report.Verdicts {
			m := policy.Measured{
				ID: v.ID, Judged: rapid.Bool().Draw(t, "judged"),
				Noise: anyNoise.Draw(t, "noise"),
			}
			for range rapid.IntRange(0, 3).Draw(t, "metrics") {
				m.Metrics = append(m.Metrics, policy.Metric{Unit: anyString.Draw(t, "unit"), Baseline: anySummary.Draw(t, "baseline"),
					Candidate: anySummary.Draw(t, "candidate"), ChangePercent: anyFloat.Draw(t, "change percent")})
			}
			d.Report.Benchmarks = append(d.Report.Benchmarks, m)
		}
		return d
	})
)

// codes are those of package policy.
var codes = []policy.Code{
	policy.IntervalBeyond, policy.IntervalWithin, policy.BeyondLimits, policy.WithinLimit, policy.BetterByMore,
	policy.TooNoisy, policy.TooNoisyToSee, policy.Saturated, policy.NewBenchmark, policy.NewMetric, policy.RemovalAllowed,
	policy.BenchmarkRemoved, policy.MetricRemoved, policy.NoValues, policy.Failed, policy.FewRequests, policy.InSomeRuns,
	policy.NotFinite, policy.FewRuns, policy.FewRounds, policy.BadAlpha, policy.NoPairs, policy.BadLimits,
	policy.DirectionUnknown, policy.DirectionsContradict, policy.OtherPrompts, policy.PromptsCached, policy.SweptOut,
	policy.OtherReplies,
	policy.RuleWithoutBenchmarks, policy.RuleMatchesNoName, policy.RuleMatchesNoMetric, policy.SmallBudget, policy.Late,
	policy.NoTarget, policy.NotOneResult,
	policy.OtherBenchmark, policy.BadResults, policy.Instrumented, policy.Debugged, policy.SameCode,
	policy.BenchmarkChanged, policy.MeanBeyond, policy.NotMeasured, policy.DoesNotBuild, policy.NoBenchmarks, policy.Unchanged,
	policy.UncommittedInput, policy.PointerInput, policy.SinceAnchor,
	policy.ByTrailer, policy.BeyondCeiling, policy.CeilingUnseen,
	policy.BadTrailer,
}

// TestAnyDocument gives every field anything at all.
func TestAnyDocument(t *testing.T) {
	schema := compileSchema(t)
	rapid.Check(t, func(t *rapid.T) {
		d := anyDocument.Draw(t, "document")
		require.NoError(t, schema.Validate(decoded(t, d)))
		checkText(t, d.Text())
		checkMarkdown(t, d.Markdown())
		checkMarkdown(t, d.Summary())
		assert.Less(t, len(d.Markdown()), 65536)
		checkJUnit(t, d)
		var page bytes.Buffer
		require.NoError(t, d.WritePage(&page))
		assert.Equal(t, 2, strings.Count(page.String(), "<script"))
		assert.Equal(t, 2, strings.Count(page.String(), "</script"))
	})
}

// checkText holds text to 100 columns and plain characters.
func checkText(t require.TestingT, text string) {
	assert.True(t, utf8.ValidString(text))
	for _, r := range text {
		if r != '\n' && r != '\u200b' && r != utf8.RuneError && !unicode.IsGraphic(r) {
			assert.Fail(t, "not plain", "%U in %q", r, text)
		}
	}
	assert.NotContains(t, text, "##[")
	for line := range strings.SplitSeq(text, "\n") {
		assert.False(t, strings.HasPrefix(strings.TrimSpace(line), "::"), "a command to the runner: %q", line)
		assert.Equal(t, strings.TrimRight(line, " \t"), line, "trailing blanks")
		if columns(line) > width {
			words := strings.Fields(line)
			assert.LessOrEqual(t, len(words), 2, "a line of %d columns that is not one long word, named at most: %q", columns(line), line)
		}
	}
}

// checkMarkdown holds every line to a beginning that the report itself makes, and every row to the cells of its table.
func checkMarkdown(t require.TestingT, markdown string) {
	assert.Less(t, len(markdown), 1<<20)
	assert.True(t, utf8.ValidString(markdown))
	assert.NotRegexp(t, `(?m)^\s*::|##\[`, markdown, "a command to GitHub's runner")
	fence, inFence := "", false
	cells := 0
	for line := range strings.SplitSeq(markdown, "\n") {
		assert.Equal(t, strings.TrimRight(line, " \t"), line, "trailing blanks")
		body := strings.TrimSpace(line)
		if inFence {
			inFence = body != fence
			continue
		}
		switch {
		case body == "":
			cells = 0
		case strings.HasPrefix(body, "```"):
			fence, inFence = body, true
		case strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "|-"):
			if cells == 0 {
				cells = strings.Count(line, "|")
			}
			assert.Equal(t, cells, strings.Count(line, "|"), "cells of %q", line)
			assert.Less(t, len(line), 4*mostOfReason)
		default:
			assert.Regexp(t, "^(#|(  )?- |\\*\\*(PASS|FAIL)|</?details>|Left out here: )", line)
		}
	}
	assert.False(t, inFence, "a fence that does not end")
}
