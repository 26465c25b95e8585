package readme

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

// printed are the blocks that show what a gate prints, and by how much they are indented more than a report: a test's log is by 4
// columns. A line of three dots stands for lines that were cut.
var printed = []struct {
	page, kind, has string
	indent          int
}{
	{"docs/report.md", "console", "$ go test -v ./regress\n", 4},
	{"README.md", "console", "$ go test -v ./regress -regress.inject=50%\n", 4},
	{"docs/report.md", "console", "-regress.expect=regressed", 4},
	{"docs/why.md", "", "-diff_base=profiles/", 4},
	{"docs/serving.md", "", "metric     p50 of ttft (p50-ttft-ns)", 0},
	{"docs/serving.md", "", "max-rate-req/s", 0},
}

// What the pages show of a report is what today's code prints when it is given what the report says: the same lines, headings,
// words and decimals, in the same order. The numbers are those of the machine where it was printed.
func TestWhatIsPrintedIsWhatTheCodePrints(t *testing.T) {
	for _, c := range printed {
		t.Run(strings.TrimSpace(c.has), func(t *testing.T) {
			b, err := read(t, c.page).Block(c.kind, c.has)
			require.NoError(t, err)
			held(t, b, strings.Repeat(" ", c.indent))
		})
	}
}

// held holds each report of the block to the code.
func held(t *testing.T, b Block, indent string) {
	t.Helper()
	reports := 0
	var part []string
	end := func() {
		if part = trim(part); len(part) > 0 {
			reports++
			shown(t, part)
		}
		part = nil
	}
	for line := range strings.Lines(b.Text) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.TrimSpace(line) == "..." || b.Kind == "console" && ofGoTest(t, line):
			end()
		case line == "" || strings.HasPrefix(line, indent):
			part = append(part, strings.TrimPrefix(line, indent))
		default:
			assert.Fail(t, "it is not indented as a report is", line)
		}
	}
	end()
	assert.Positive(t, reports, "nothing of a report was found in it")
}

var (
	framing = regexp.MustCompile(`^(\$ .*|=== (RUN  |ATTR ) TestGate\S*( .*)?|` +
		`--- (PASS|FAIL): TestGate \(\d+\.\d\ds\)|PASS|FAIL|(ok|FAIL)  ?\tgithub\.com/tailgate-go/tailgate/regress\t\d+\.\d{3}s)$`)
	subtest = regexp.MustCompile(`^    --- (PASS|FAIL): TestGate/(\S+)/([\w-]+) \(\d+\.\d\ds\)$`)
	logged  = regexp.MustCompile(`^    check\.go:\d+: (.*)$`)
	verdict = regexp.MustCompile(`^(\w+): (\S+) (\S+): (\S+) % \((.*?)\): (.*)$`)
)

// ofGoTest reports whether go test prints the line, not a report; a verdict that it logs is held to its form here.
func ofGoTest(t *testing.T, line string) bool {
	t.Helper()
	m := logged.FindStringSubmatch(line)
	if m == nil {
		return framing.MatchString(line) || subtest.MatchString(line)
	}
	line = m[1]
	m = verdict.FindStringSubmatch(line)
	require.NotNil(t, m, "%s is no line about a verdict", line)
	n := numbers(m[5])
	require.Len(t, n, 2, line)
	v := policy.Verdict{
		Outcome: policy.Outcome(m[1]), ID: policy.ID{Name: m[2]}, Unit: m[3], ChangePercent: numbers(m[4])[0], Paired: true, P: n[0],
		Baseline: policy.Summary{N: int(n[1])},
		Reason:   policy.Reason{Code: policy.Failed, Facts: policy.Facts{Problem: m[6]}}, // whose words are those
	}
	assert.Equal(t, report.Twins{}.Line(v), line)
	reason(t, m[6])
	return true
}

var (
	headline = regexp.MustCompile(`^(PASS|FAIL): (\d+ \w+(, \d+ \w+)*)(?: \(expected: (\w+)\))?$`)
	look     = regexp.MustCompile(`^(\S+) ([\w-]+): (\S+ % after .*): (.*)$`)
	goingOn  = regexp.MustCompile(`^(\S+): (\d+ rounds?, \d+ s)$`)
	told     = regexp.MustCompile(`^\S+: (built \S+ in \S+ s|profiling both sides: .*)$`)
)

// shown asserts that the lines, without a gap, are some of what a gate prints.
func shown(t *testing.T, lines []string) {
	t.Helper()
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		if m := headline.FindStringSubmatch(line); m != nil {
			assert.Equal(t, tally(m[2], policy.Outcome(m[4])), line)
		} else if m := goingOn.FindStringSubmatch(line); m != nil {
			n := numbers(m[2])
			assert.Equal(t, report.Progress{Benchmark: m[1], Rounds: int(n[0]), Spent: time.Duration(n[1]) * time.Second}.Plain(), line)
		} else if m := look.FindStringSubmatch(line); m != nil {
			n := numbers(m[3])
			outcome := policy.Outcome(m[4])
			if outcome == "not settled yet" {
				outcome = ""
			}
			p := report.Progress{Benchmark: m[1], Spent: time.Duration(n[2]) * time.Second, Verdicts: []policy.Verdict{
				{Unit: m[2], ChangePercent: n[0], Baseline: policy.Summary{N: int(n[1])}, Outcome: outcome}}}
			assert.Equal(t, p.Looked(), []string{line})
		} else if told.MatchString(line) {
			said(t, "regress", line)
		} else if line != "" {
			end := i + 1
			for end < len(lines) && !strings.HasPrefix(lines[end], "  workflow ") && !headline.MatchString(lines[end]) {
				end++
			}
			got := masked(trim(lines[i:end]))
			all := masked(strings.Split(document(t, lines[i:end]).Text(), "\n"))
			assert.Contains(t, "\n"+strings.Join(all, "\n")+"\n", "\n"+strings.Join(got, "\n")+"\n", "a report prints otherwise")
			i = end - 1
		}
	}
}

// tally is the last line of a report with so many verdicts: "2 regressed, 1 ok".
func tally(counts string, expected policy.Outcome) string {
	d := report.Document{Expected: expected}
	for count := range strings.SplitSeq(counts, ", ") {
		n, outcome, _ := strings.Cut(count, " ")
		for range int(numbers(n)[0]) {
			d.Report.Verdicts = append(d.Report.Verdicts, policy.Verdict{
				ID: policy.ID{Name: "B"}, Outcome: policy.Outcome(outcome), Fails: fails(policy.Outcome(outcome)),
			})
		}
	}
	lines := strings.Split(strings.TrimSpace(d.Text()), "\n")
	return lines[len(lines)-1]
}

func fails(o policy.Outcome) bool {
	return slices.Contains([]policy.Outcome{policy.Regressed, policy.Inconclusive, policy.Invalid}, o)
}

// trim is lines without the empty ones at its ends.
func trim(lines []string) []string {
	for len(lines) > 0 && lines[0] == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

var number = regexp.MustCompile(`[+-]?\b\d+(?:\.\d+)?\b`)

func numbers(s string) []float64 {
	var found []float64
	for _, text := range number.FindAllString(s, -1) {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			panic(fmt.Sprint(text, ": ", err)) // the expression is of numbers
		}
		found = append(found, v)
	}
	return found
}

// masked is lines with a 0 for each digit of their numbers before the point, taken together, and each behind it; one blank
// for several; and what was wrapped in one line.
func masked(lines []string) []string {
	var out []string
	for _, line := range lines {
		if deep := strings.HasPrefix(line, strings.Repeat(" ", 13)); deep && len(out) > 0 {
			out[len(out)-1] += " " + strings.TrimSpace(line)
			continue
		}
		out = append(out, line)
	}
	for i, line := range out {
		line = number.ReplaceAllStringFunc(line, func(n string) string {
			whole, decimals, point := strings.Cut(strings.TrimLeft(n, "+-"), ".")
			if point {
				return "0." + strings.Repeat("0", len(decimals))
			}
			return strings.Repeat("0", min(1, len(whole)))
		})
		out[i] = strings.Join(strings.Fields(line), " ")
	}
	return out
}
