package saved

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

func TestOfManySavedBenchmarksThoseThatFailKeepTheirDetails(t *testing.T) {
	var baseline, candidate judge.Results
	var verdicts []policy.Verdict
	for i := range 2 * report.MostDetails {
		id := policy.ID{Name: fmt.Sprint(i)}
		baseline.Benchmarks = append(baseline.Benchmarks, judge.Benchmark{ID: id, Metrics: map[string][]float64{"ns/op": {1, 2}}})
		candidate.Benchmarks = append(candidate.Benchmarks, judge.Benchmark{ID: id, Metrics: map[string][]float64{"ns/op": {3, 4}}})
		verdicts = append(verdicts, policy.Verdict{ID: id, Unit: "ns/op", Fails: i == 2*report.MostDetails-1})
	}
	verdicts = append(verdicts, policy.Verdict{Unit: "p95-ns", Fails: true}) // a rule that matches nothing
	found := details(baseline, candidate, verdicts)
	require.Len(t, found, report.MostDetails)
	want := []report.Series{{Unit: "ns/op", Baseline: []float64{1, 2}, Candidate: []float64{3, 4}}}
	assert.Equal(t, report.Detail{ID: policy.ID{Name: fmt.Sprint(2*report.MostDetails - 1)}, Series: want}, found[0])
	assert.Equal(t, report.Detail{ID: policy.ID{Name: "0"}, Series: want}, found[1])
}

func TestMoreVerdictsThanOneGateGivesAreRefused(t *testing.T) {
	require.NoError(t, judgeable(mostVerdicts))
	require.EqualError(t, judgeable(mostVerdicts+1),
		"1048577 verdicts, a rule on a benchmark each, and one gate gives at most 1048576; "+
			"leave benchmarks out with -regress.bench, or take rules out of the policy")
}

func TestSavedResultsAreJudgedByAsManyVerdictsAsOneGateGives(t *testing.T) {
	const benchmarks = 1 << 10
	var rules []policy.Rule
	columns := &benchdata.Columns{Runs: 1, Iters: 1}
	for unit := range mostVerdicts/benchmarks + 1 {
		rules = append(rules, policy.Rule{Metric: fmt.Sprintf("unit%d", unit), MaxRegressionPercent: 10, Direction: policy.Lower})
		columns.Units, columns.Values = append(columns.Units, rules[unit].Metric), append(columns.Values, []float64{1})
	}
	set := &benchdata.Set{}
	for i := range benchmarks {
		set.Benchmarks = append(set.Benchmarks, benchdata.Benchmark{ID: policy.ID{Name: fmt.Sprint(i), Procs: 1}, Columns: columns})
	}
	var doc report.Document
	require.EqualError(t, Judge(judge.By(policy.Policy{Rules: rules}), set, set, &doc), judgeable(mostVerdicts+benchmarks).Error())
	assert.Empty(t, doc.Report.Verdicts)
}

// What a live gate notes of servers is noted of saved results, too.
func TestWhatServersDidIsNotedOfSavedResults(t *testing.T) {
	set := func(cached int) *benchdata.Set {
		line := fmt.Sprintf("BenchmarkLoad/rate=5 100 7 ns/op 9 p50-ns %d cached-percent 40 held-open-percent\n", cached)
		s, err := benchdata.Read(strings.NewReader("pkg: example.com/shop\n"+strings.Repeat(line, 10)+"PASS\n"), "saved.txt")
		require.NoError(t, err)
		return s
	}
	j := judge.By(policy.Policy{Rules: []policy.Rule{{Metric: "p50-ns", MaxRegressionPercent: 10}}})
	var doc report.Document
	require.NoError(t, Judge(j, set(10), set(90), &doc))
	notes := strings.Join(doc.Notes, "\n")
	assert.Contains(t, notes, "Load/rate=5: of the prompts' tokens 10 % came from the baseline's cache and 90 % from the candidate's")
	assert.Contains(t, notes, "Load/rate=5: the candidate did not end its streams after their last event")
	doc = report.Document{}
	require.NoError(t, Judge(j, set(10), set(10), &doc))
	assert.NotContains(t, strings.Join(doc.Notes, "\n"), "of the prompts' tokens")
}
