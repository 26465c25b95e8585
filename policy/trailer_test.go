package policy

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/readme"
)

func TestTrailersOfAMessage(t *testing.T) {
	const plain = "Chat p95-ns <=+30% checked"
	for name, c := range map[string]struct {
		message string
		want    []string // as written, and behind it the line
		lines   []int
	}{
		"none":             {"serve: check answers\n\nIt takes longer.\n", nil, nil},
		"a last paragraph": {"s\n\nbody\n\nPerf-Accept: " + plain + "\n", []string{plain}, []int{5}},
		"in the middle":    {"s\n\n* one\n\nPerf-Accept: " + plain + "\n\n* two\n", []string{plain}, []int{5}},
		"the subject":      {"Perf-Accept: " + plain, []string{plain}, []int{1}},
		"several": {"s\n\nPerf-Accept: A x/s >=-20% one\nPerf-Accept: B ns/op <=+2% two\n",
			[]string{"A x/s >=-20% one", "B ns/op <=+2% two"}, []int{3, 4}},
		"indented, as in a squash by git merge": {"Squashed commit of the following:\n\n    check\n\n    Perf-Accept: " + plain + "\n",
			[]string{plain}, []int{5}},
		"one that goes on": {"s\n\nPerf-Accept: Chat p95-ns\n  <=+30%\n\tanswers are\n  checked\nSigned-off-by: t",
			[]string{"Chat p95-ns <=+30% answers are checked"}, []int{3}},
		"an indented one that goes on": {"s\n\n    Perf-Accept: Chat p95-ns <=+30%\n      checked\n    more\n", []string{plain},
			[]int{3}},
		"another, indented more": {"Perf-Accept: A x/s >=-20% one\n  Perf-Accept: B ns/op <=+2% two\n",
			[]string{"A x/s >=-20% one", "B ns/op <=+2% two"}, []int{1, 2}},
		"lower case, CRLF": {"s\r\n\r\nperf-accept: " + plain + "\r\n", []string{plain}, []int{3}},
		"within a line":    {"see Perf-Accept: " + plain, nil, nil},
		"quoted":           {"> Perf-Accept: " + plain, nil, nil},
		"another key":      {"Perf-Accepted: " + plain, nil, nil},
		"a name with slashes": {"Perf-Accept: example.com/shop/Serve/rate=300 p95-model-ns <=+0.5% x",
			[]string{"example.com/shop/Serve/rate=300 p95-model-ns <=+0.5% x"}, []int{1}},
		"a blank before the percent": {"Perf-Accept: Chat p95-ns <=+30.5 % x", []string{"Chat p95-ns <=+30.5% x"}, []int{1}},
		"blanks in the ceiling":      {"Perf-Accept: Chat req/s >= -20 % x", []string{"Chat req/s >=-20% x"}, []int{1}},
		"without the plus":           {"Perf-Accept: Chat p95-ns <=30% x", []string{"Chat p95-ns <=+30% x"}, []int{1}},
		"in the unit":                {"Perf-Accept: Chat allocs/op <=+1.01 x", []string{"Chat allocs/op <=+1.01 x"}, []int{1}},
		"bytes that are no text":     {"Perf-Accept: Chat p95-ns <=+30% \xff\xfe", []string{"Chat p95-ns <=+30% ?"}, []int{1}},
	} {
		t.Run(name, func(t *testing.T) {
			found, problems := Trailers(c.message)
			assert.Empty(t, problems)
			var got []string
			var lines []int
			for _, trailer := range found {
				got, lines = append(got, strings.TrimPrefix(trailer.String(), "Perf-Accept: ")), append(lines, trailer.Line)
			}
			assert.Equal(t, c.want, got)
			assert.Equal(t, c.lines, lines)
		})
	}
}

func TestTheTrailersOfTheDocsAreRead(t *testing.T) {
	page, err := readme.Read("..", "docs/accepted.md")
	require.NoError(t, err)
	b, err := page.Block("", "Perf-Accept: Chat")
	require.NoError(t, err)
	found, problems := Trailers(b.Text)
	assert.Empty(t, problems)
	require.Len(t, found, 2)
	assert.Equal(t, Ceiling{30, true}, found[0].Ceiling)
	assert.Equal(t, Ceiling{-20, true}, found[1].Ceiling)
	assert.True(t, found[1].Names(ID{Package: "example.com/shop/infer", Name: "Serve/rate=300"}))
}

func TestTrailersThatCannotBeRead(t *testing.T) {
	for message, why := range map[string]string{
		"Perf-Accept:":                             "the benchmark is missing",
		"Perf-Accept: Chat":                        "the metric is missing",
		"Perf-Accept: Chat p95-ns":                 "the ceiling is written <=+30%",
		"Perf-Accept: Chat p95-ns checked":         "the ceiling is written",
		"Perf-Accept: Chat p95-ns +30% checked":    "the ceiling is written",
		"Perf-Accept: Chat p95-ns <=-30% checked":  "the ceiling is written",
		"Perf-Accept: Chat req/s >=+20% checked":   "the ceiling is written",
		"Perf-Accept: Chat req/s >=20% checked":    "the ceiling is written",
		"Perf-Accept: Chat p95-ns <+30% checked":   "the ceiling is written",
		"Perf-Accept: Chat p95-ns <=+30%checked":   "the ceiling is written",
		"Perf-Accept: Chat p95-ns <=+30,5% why":    "the ceiling is written",
		"Perf-Accept: Chat p95-ns <=+1e3% why":     "the ceiling is written",
		"Perf-Accept: Chat p95-ns <=+Inf% why":     "the ceiling is written",
		"Perf-Accept: Chat p95-ns <=+0% why":       "the ceiling is 0",
		"Perf-Accept: Chat req/s >=-100.5% why":    "more than the whole baseline",
		"Perf-Accept: Chat p95-ns <=+30%":          "the reason is missing",
		"Perf-Accept: Chat p95-ns <=+30% \t ":      "the reason is missing",
		"Perf-Accept: Chat p95-ns\n<=+30% wrapped": "the ceiling is written",
	} {
		found, problems := Trailers("subject\n\n" + message + "\n")
		assert.Empty(t, found, message)
		if assert.Len(t, problems, 1, message) {
			assert.Contains(t, problems[0].Fact, why, message)
			assert.Equal(t, 3, problems[0].Line, message)
			assert.Equal(t, "correct it with git commit --amend or git rebase -i", problems[0].Fix, message)
		}
	}
}

func TestTrailerNamesABenchmark(t *testing.T) {
	id := ID{Package: "example.com/shop", Name: "Chat/rate=3", Procs: 8}
	for name, want := range map[string]bool{
		"Chat/rate=3": true, "example.com/shop/Chat/rate=3": true,
		"Chat": false, "chat/rate=3": false, "Chat/rate=3-8": false, "Chat/rate=30": false, "BenchmarkChat/rate=3": false,
		"shop/Chat/rate=3": false, "/Chat/rate=3": false,
	} {
		assert.Equal(t, want, Trailer{Benchmark: name}.Names(id), name)
	}
	assert.False(t, Trailer{Benchmark: "/Chat"}.Names(ID{Name: "Chat"}), "a benchmark of no package")
}

func TestTheWidestTrailerComesFirst(t *testing.T) {
	of := func(change float64, percent bool) Trailer { return Trailer{Ceiling: Ceiling{change, percent}} }
	assert.Negative(t, of(30, true).Wider(of(20, true)))
	assert.Negative(t, of(-30, true).Wider(of(-20, true)))
	assert.Zero(t, of(30, true).Wider(of(30, true)))
	assert.Positive(t, of(9e9, false).Wider(of(1, true)))
	assert.Negative(t, of(1, true).Wider(of(9e9, false)))
}

func TestCeilingAsJSON(t *testing.T) {
	for _, text := range []string{`"<=+30%"`, `">=-20.5%"`, `"<=+1.01"`, `">=-3"`} {
		var c Ceiling
		require.NoError(t, json.Unmarshal([]byte(text), &c), text)
		again, err := c.MarshalText()
		require.NoError(t, err)
		assert.Equal(t, text, `"`+string(again)+`"`)
	}
	var c Ceiling
	for _, text := range []string{`""`, `"30%"`, `"<=+30% why"`, `"<=+0%"`} {
		assert.Error(t, json.Unmarshal([]byte(text), &c), text)
	}
}

// FuzzTrailers holds that what was read of any message is read again as it is written, and that no line is both read and refused.
func FuzzTrailers(f *testing.F) {
	f.Add("s\n\nPerf-Accept: Chat p95-ns <=+30% checked\n")
	f.Fuzz(func(t *testing.T, message string) {
		found, problems := Trailers(message)
		lines := map[int]bool{}
		for _, p := range problems {
			lines[p.Line] = true
		}
		for _, trailer := range found {
			require.False(t, lines[trailer.Line])
			lines[trailer.Line] = true
			again, problems := Trailers(trailer.String())
			require.Empty(t, problems, "%q", trailer.String())
			require.Len(t, again, 1)
			trailer.Line = 1
			require.Equal(t, trailer, again[0])
		}
	})
}
