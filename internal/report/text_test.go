package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/policy"
)

func TestDocumentsAreWellFormed(t *testing.T) {
	for name, document := range documents {
		t.Run(name, func(t *testing.T) {
			checkText(t, document().Text())
			checkMarkdown(t, document().Markdown())
		})
	}
}

func TestTextHasTheWordsOfTheOriginalTool(t *testing.T) {
	text := documents["regressed"]().Text()
	for _, word := range []string{
		"workflow", "stage", "metric", "baseline", "candidate", "throughput", "p50", "p95", "p99", "end_to_end",
		"change %", "ms", "percent threshold", "minimum floor", "status", "REGRESSED",
		"interval", "p=0.000 n=10+10", "smallest detectable change", "HEAD, 1a2b3c4d5e6f", "the work tree has changes",
	} {
		assert.Contains(t, text, word)
	}
}

// inOrder reports whether the words stand in the text in that order.
func inOrder(t *testing.T, text string, words ...string) {
	t.Helper()
	rest := text
	for _, word := range words {
		_, after, found := strings.Cut(rest, word)
		require.True(t, found, "%q does not follow the words before it in\n%s", word, text)
		rest = after
	}
}

func TestWhatFailsStandsLastInTextAndFirstInMarkdown(t *testing.T) {
	d := documents["invalid"]()
	inOrder(t, d.Text(), "workflow   MLP", "status     ok", "workflow   Chat", "status     INVALID", "rule       p99-ns",
		"FAIL: 3 invalid, 1 ok\n")
	inOrder(t, d.Markdown(), "**FAIL: 3 invalid, 1 ok**", "**invalid** | `Chat`", "**invalid** | `rule p99-ns", "### Reasons",
		"<details><summary>1 rule that passes</summary>", "| ok | `MLP`")
	d = documents["many"]()
	inOrder(t, d.Text(), "workflow ", "rate=180", "workflow   Serve", "rate=190", "FAIL: 2 regressed, 36 ok\n")
}

// crowd is a report of so many benchmarks of two packages, of which some regress.
func crowd(n, slower int) Document {
	var baseline, candidate []judge.Benchmark
	for i := range n {
		b, c := served(fmt.Sprintf("B%d", i), 12*ms, 0.01), served(fmt.Sprintf("B%d", i), 12*ms, 0.01)
		if i < slower {
			c = served(c.Name, 24*ms, 0.01)
		}
		if i%2 > 0 {
			b.Package, c.Package = "example.com/odd", "example.com/odd"
		}
		baseline, candidate = append(baseline, b), append(candidate, c)
	}
	return compared(policy.Policy{Alpha: 0.5}, results(baseline...), results(candidate...))
}

func TestALargeReportStaysClear(t *testing.T) {
	for _, c := range []struct {
		name            string
		n, slower       int
		full, brief     int
		leftOut, failed int
	}{
		{"few are all shown in full", detailed, 0, detailed, 0, 0, 0},
		{"one more, and what passes is in a table", detailed + 1, 0, 0, detailed + 1, 0, 0},
		{"what fails is still in full", detailed + 1, 3, 3, detailed - 2, 0, 3},
		{"more failures than have room", 20, 11, detailed, 12, 0, 11},
		{"hundreds", 300, 11, detailed, mostLines, 300 - detailed - mostLines, 11},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := crowd(c.n, c.slower)
			text := d.Text()
			checkText(t, text)
			checkMarkdown(t, d.Markdown())
			assert.Equal(t, c.full, strings.Count(text, "  workflow   B"))
			assert.Equal(t, c.brief, strings.Count(text, "    B"))
			assert.Equal(t, c.failed, strings.Count(text, "REGRESSED"))
			if c.leftOut > 0 {
				assert.Contains(t, text, fmt.Sprintf("  Left out here: %d verdicts, none graver", c.leftOut))
			}
			if c.brief > 0 {
				assert.Contains(t, text, " (example.com/odd)")
			}
		})
	}
}

func TestHeadline(t *testing.T) {
	for name, want := range map[string]string{
		"ok": "PASS: 1 ok", "improved": "PASS: 2 improved", "regressed": "FAIL: 3 regressed, 1 ok",
		"inconclusive": "FAIL: 1 inconclusive, 3 ok", "inconclusive-allowed": "PASS: 1 inconclusive, 3 ok",
		"blind": "PASS: 2 blind, 1 ok", "blind-failing": "FAIL: 1 blind", "whole-runs": "PASS: 1 blind",
		"drifted": "FAIL: 1 regressed, 2 drifted, 2 ok", "drifted-allowed": "PASS: 2 drifted, 3 ok",
		"drifted-plain": "FAIL: 2 drifted, 4 ok",
		"itself":        "PASS: 1 ok (expected: ok)", "itself-blind": "FAIL: 1 blind (expected: ok)",
		"invalid": "FAIL: 3 invalid, 1 ok", "added-removed": "FAIL: 2 invalid, 2 added, 2 ok", "removed-allowed": "PASS: 2 ok",
		"expected": "PASS: 1 regressed (expected: regressed)", "expected-missed": "FAIL: 1 ok (expected: regressed)",
		"error": "FAIL: invalid: nothing could be judged", "too-few": "FAIL: 1 invalid",
		"unchanged": "PASS: 2 unchanged", "unchanged-beside": "PASS: 1 ok, 2 unchanged", "unchanged-inputs": "FAIL: 1 invalid",
	} {
		d := documents[name]()
		assert.Equal(t, want, d.headline(), name)
		assert.Equal(t, strings.HasPrefix(want, "PASS"), d.Passes(), name)
	}
	assert.Equal(t, "FAIL: invalid: there was nothing to judge", Document{}.headline())
	assert.Equal(t, policy.Invalid, Document{}.Outcome())
	for expected, want := range map[policy.Outcome]string{"": "PASS", policy.Regressed: "PASS"} {
		empty := Document{Report: policy.Report{Elsewhere: 3}, Expected: expected}
		assert.Equal(t, want+": nothing to judge in this shard", empty.headline())
		assert.Equal(t, "This shard has nothing to judge: all 3 benchmarks of the gate are for others.", empty.finding())
		assert.True(t, empty.Passes())
	}
	broken := Document{Report: policy.Report{Elsewhere: 1}, Error: "it did not build"}
	assert.Equal(t, "FAIL: invalid: nothing could be judged", broken.headline())
	assert.Equal(t, policy.Invalid, documents["error"]().Outcome())
}

func TestHugeMessagesAreCut(t *testing.T) {
	huge := strings.Repeat("panic: out of luck <|> @all\n", 50_000)
	d := documents["invalid"]()
	d.Name, d.Error, d.Out = huge, huge, huge
	d.Baseline.What, d.Candidate.Why = huge, huge
	d.Notes = []string{huge}
	for range 200 {
		d.Notes = append(d.Notes, huge[:3000])
	}
	for i := range d.Report.Verdicts {
		d.Report.Verdicts[i].Reason = policy.Reason{Code: policy.Failed, Facts: policy.Facts{Problem: huge + fmt.Sprint(i)}}
		d.Report.Verdicts[i].Name += huge
	}
	checkMarkdown(t, d.Markdown())
	text := d.Text()
	checkText(t, text)
	assert.Less(t, len(text), 128<<10)
	for _, s := range []string{text, d.Markdown()} {
		assert.Regexp(t, `\.\.\. \(\d+ bytes cut\)`, s)
	}
	assert.Contains(t, text, "and 191 more notes")
}

func TestFenceIsLongerThanWhatItHolds(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"a\n\tb\n", "```\na\n\tb\n```\n"},
		{"\r\na\r\n\r\nb", "```\na\n\nb\n```\n"},
		{"```", "````\n```\n````\n"},
		{"a````b", "`````\na````b\n`````\n"},
		{strings.Repeat("`", 16), "```\n" + strings.Repeat("'", 16) + "\n```\n"},
	} {
		assert.Equal(t, c.want, fenced(c.text, mostOfError, ""))
	}
	assert.Equal(t, "  ```\n  a\n\n  b\n  ```\n", fenced("a\n\nb", mostOfError, "  "))
}

func TestEscape(t *testing.T) {
	for text, want := range map[string]string{
		"p95 of end_to_end":         "p95 of end_to_end",
		"_emphasis_ and *strong*":   `\_emphasis\_ and \*strong\*`,
		"a|b":                       "a&#124;b",
		"<b>&lt;":                   "&#60;b&#62;&#38;lt;",
		"`code`":                    "&#96;code&#96;",
		"[text](target)":            `\[text\](target)`,
		"@octocat fixes #1 for $x$": `\@&#8203;octocat fixes \#&#8203;1 for \$&#8203;x\$&#8203;`,
		"https://example.com":       "https&#58;//example.com",
		"WWW.example.com":           "WWW&#46;example.com",
		"two\n\tlines":              "two lines",
		`back\slash`:                `back\\slash`,
	} {
		assert.Equal(t, want, prose(text))
	}
	assert.Equal(t, "`Serve/rate=300 *_[`", code("Serve/rate=300 *_["))
	assert.Equal(t, `<code>a&#124;\@b</code>`, code("a|@b"), "code needs no broken mentions")
	assert.Empty(t, code(" \n"))
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"a line that fits keeps its blanks", "a  b", []string{"a  b"}},
		{"a line of exactly the width", "1234567890", []string{"1234567890"}},
		{"one column more is broken between words", "12345 67890", []string{"12345", "67890"}},
		{"a longer word stays whole", "a 12345678901 b", []string{"a", "12345678901", "b"}},
		{"indentation goes on", "  12345 67890", []string{"  12345", "  67890"}},
		{"a tab is four columns", "\tx", []string{"    x"}},
		{"line breaks stay", "a\n\nb", []string{"a", "", "b"}},
		{"wide characters are two columns", "世界世界 世", []string{"世界世界", "世"}},
		{"nothing is a line", "", []string{""}},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.want, wrap(c.text, 10)) })
	}
}

func TestCutKeepsCharactersWhole(t *testing.T) {
	assert.Equal(t, "abc", cut("abc", 3))
	assert.Equal(t, "ab ... (1 bytes cut)", cut("abc", 2))
	assert.Equal(t, "a ... (3 bytes cut)", cut("a世", 3))
	assert.Equal(t, "a世", cut("a世", 4))
}

func TestPlain(t *testing.T) {
	assert.Equal(t, "a\n\tb\uFFFD[31mc\uFFFDd", plain("a\r\n\tb\x1b[31mc\u202ed"))
	assert.Equal(t, "\n  :\u200b:error::x\n##\u200b[error]", plain("\n  ::error::x\n##[error]"))
	assert.Equal(t, "a::b", plain("a::b"))
	assert.Equal(t, "a b c", oneLine(" a\n\tb\u00a0 c\u2028"[:len(" a\n\tb\u00a0 c")]))
}
