package saved

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

// savedRun is a saved file of runs of two benchmarks, one slower than base by so many percent in all that it reports.
func savedRun(percent float64) string {
	var b strings.Builder
	b.WriteString("goos: linux\ngoarch: amd64\ngomaxprocs: 2\n# source: HEAD\n# load: 0.5\nUnit score better=higher\n" +
		"pkg: example.com/shop\ncpu: AMD EPYC\n")
	for i, name := range []string{"MLP", "Embed"} {
		slower := 1.0
		if i == 0 {
			slower += percent / 100
		}
		for run := range 6 {
			ms := slower * (9 + float64(run)/20) * 1e6
			fmt.Fprintf(&b, "Benchmark%s-2\t300\t%.0f ns/op\t%.0f p50-ns\t%.0f p95-ns\t%.1f req/s\t%.2f score\n",
				name, ms, 0.98*ms, 1.1*ms, 1e9/ms, 1e8/ms)
		}
	}
	b.WriteString("PASS\nok  \texample.com/shop\t19.204s\n")
	return b.String()
}

var savedJudge = judge.By(policy.Policy{Rules: []policy.Rule{
	{Metric: "p95-ns", MaxRegressionPercent: 10, MinRegression: 1e5}, {Metric: "score", MaxRegressionPercent: 10},
}})

// judgedText judges saved results as a gate does.
func judgedText(sides [2]string) (policy.Report, error) {
	var sets [2]*benchdata.Set
	for i, text := range sides {
		var err error
		if sets[i], err = benchdata.Read(strings.NewReader(text), "saved.txt"); err != nil {
			return policy.Report{}, err
		}
	}
	var doc report.Document
	err := Judge(savedJudge, sets[0], sets[1], &doc)
	return doc.Report, err
}

// changed is text with one byte another, one more, one less, or cut off there.
func changed(text string, at int, how uint8, b byte) string {
	switch how % 4 {
	case 0:
		return text[:at] + string([]byte{b}) + text[at+1:]
	case 1:
		return text[:at] + string([]byte{b}) + text[at:]
	case 2:
		return text[:at] + text[at+1:]
	}
	return text[:at]
}

var resultText = regexp.MustCompile(`^Benchmark[A-Z]\S*[ \t]+\d`)

// numbers are the values of all runs as the lines have them, in order, read here once more and otherwise.
func numbers(text string) (values map[string][]float64, ok bool) {
	values = map[string][]float64{}
	for line := range strings.SplitSeq(text, "\n") {
		fields := strings.Fields(line)
		if !resultText.MatchString(line) || len(fields) < 4 {
			continue
		}
		for i := 2; i+1 < len(fields); i += 2 {
			v, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return nil, false
			}
			key := fields[0] + " " + fields[i+1]
			values[key] = append(values[key], v)
		}
	}
	return values, true
}

// checkChange holds that a changed file gives the same verdicts or none, unless a number became another number: then the verdicts
// are those of the numbers. It tells which of the three it was.
func checkChange(t require.TestingT, sides [2]string, whole policy.Report, i, at int, how uint8, b byte) string {
	before := sides[i]
	sides[i] = changed(before, at, how, b)
	told := fmt.Sprintf("side %d, byte %d of %q, how %d, %q", i, at, before[max(0, at-20):min(len(before), at+20)], how%4, b)
	got, err := judgedText(sides)
	if err != nil {
		return "refused"
	}
	if slices.ContainsFunc(got.Verdicts, func(v policy.Verdict) bool { return v.Outcome == policy.Invalid }) {
		return "invalid"
	}
	old, _ := numbers(before)
	now, ok := numbers(sides[i])
	require.True(t, ok, "what is judged has numbers: %s", told)
	expected := whole
	kind := "same"
	if fmt.Sprint(old) != fmt.Sprint(now) {
		kind = "follows"
		values := [2]map[string][]float64{}
		for side, text := range sides {
			values[side], _ = numbers(text)
		}
		expected = savedJudge.Compare(plainResults(values[0]), plainResults(values[1]))
	}
	for _, want := range expected.Verdicts {
		at := slices.IndexFunc(got.Verdicts, func(v policy.Verdict) bool {
			return v.Name == want.Name && v.Unit == want.Unit && v.Procs == want.Procs
		})
		require.GreaterOrEqual(t, at, 0, "the verdict on %s %s is gone: %s", want.Name, want.Unit, told)
		require.Equal(t, want.Outcome, got.Verdicts[at].Outcome, told)
	}
	return kind
}

// plainResults are results of those numbers.
func plainResults(values map[string][]float64) judge.Results {
	r := judge.Results{Better: map[string]policy.Direction{"score": policy.Higher}}
	for _, key := range slices.Sorted(func(yield func(string) bool) {
		for key := range values {
			if !yield(key) {
				return
			}
		}
	}) {
		name, unit, _ := strings.Cut(strings.TrimPrefix(key, "Benchmark"), " ")
		procs := 1
		if dash := strings.LastIndexByte(name, '-'); dash > 0 {
			if n, err := strconv.Atoi(name[dash+1:]); err == nil && n > 1 && strconv.Itoa(n) == name[dash+1:] {
				name, procs = name[:dash], n
			}
		}
		at := slices.IndexFunc(r.Benchmarks, func(b judge.Benchmark) bool { return b.Name == name && b.Procs == procs })
		if at < 0 {
			at = len(r.Benchmarks)
			r.Benchmarks = append(r.Benchmarks, judge.Benchmark{
				ID: policy.ID{Package: "example.com/shop", Name: name, Procs: procs}, Requests: 300, Metrics: map[string][]float64{},
			})
		}
		r.Benchmarks[at].Metrics[unit] = values[key]
	}
	return r
}

func TestAChangedByteIsTheSameVerdictOrNone(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 1))
	seen := map[string]int{}
	const bytes = "0123456789.eE-+ \t\n\r\x00abnPBFU:/#\xff{}xN_"
	for _, percent := range []float64{0, 4, 30} {
		sides := [2]string{savedRun(0), savedRun(percent)}
		whole, err := judgedText(sides)
		require.NoError(t, err)
		for range 1000 {
			i := random.IntN(2)
			kind := checkChange(t, sides, whole, i, random.IntN(len(sides[i])), uint8(random.IntN(16)%5), bytes[random.IntN(len(bytes))])
			seen[kind]++
		}
	}
	t.Log(seen)
	for _, kind := range []string{"refused", "invalid", "same", "follows"} {
		require.Greater(t, seen[kind], 50, "%s, of %v", kind, seen)
	}
}

func FuzzChangedByte(f *testing.F) {
	sides := [2]string{savedRun(0), savedRun(30)}
	whole, err := judgedText(sides)
	require.NoError(f, err)
	f.Add(uint8(0), uint16(200), uint8(0), byte('9'))
	f.Add(uint8(1), uint16(250), uint8(1), byte('e'))
	f.Add(uint8(1), uint16(300), uint8(2), byte(0))
	f.Add(uint8(0), uint16(400), uint8(3), byte(0))
	f.Fuzz(func(t *testing.T, i uint8, at uint16, how uint8, b byte) {
		checkChange(t, sides, whole, int(i%2), int(at)%len(sides[i%2]), how, b)
	})
}
