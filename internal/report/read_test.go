package report

import (
	"bytes"
	"encoding/json"
	"html"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/part"
	"github.com/tailgate-go/tailgate/policy"
)

func TestVerdictsAreReadAsTheyWereWritten(t *testing.T) {
	for name, document := range documents {
		want := document()
		data, err := jsonOf(want)
		require.NoError(t, err)
		got, err := ReadJSON(data)
		require.NoError(t, err, name)
		require.Len(t, got.Report.Verdicts, len(want.Report.Verdicts), name)
		for i, v := range want.Report.Verdicts {
			assert.True(t, SameVerdict(v, got.Report.Verdicts[i]), "%s: %+v\nis not\n%+v", name, got.Report.Verdicts[i], v)
		}
		// Written once more only what is not read is gone.
		again, err := jsonOf(got)
		require.NoError(t, err)
		var before, after map[string]any
		require.NoError(t, json.Unmarshal(data, &before))
		require.NoError(t, json.Unmarshal(again, &after))
		delete(before, "benchmarks")
		delete(after, "benchmarks")
		assert.Equal(t, before, after, name)
	}
}

// A shard that had nothing to judge passes, also once it was written and read.
func TestWhatOtherShardsJudgeIsRead(t *testing.T) {
	want := Document{Shard: Shard{Part: part.Part{I: 2, N: 3}, InAll: 4}, Report: policy.Report{Elsewhere: 4}}
	data, err := jsonOf(want)
	require.NoError(t, err)
	got, err := ReadJSON(data)
	require.NoError(t, err)
	assert.False(t, got.Report.Fails())
	assert.Equal(t, policy.OK, got.Report.Outcome())
}

func TestReadJSONRefuses(t *testing.T) {
	for _, text := range []string{"", "{", "[]", `{"version": 2}`, `{"version": 1, "verdicts": 7}`, `{"version": 1, "alpha": "x"}`} {
		_, err := ReadJSON([]byte(text))
		assert.Error(t, err, text)
	}
}

func TestSameVerdictSeesEveryDifference(t *testing.T) {
	v := policy.Verdict{
		ID: policy.ID{Package: "p", Name: "B", Procs: 2}, Unit: "p95-ns", Outcome: policy.OK, Paired: true,
		Baseline: policy.Summary{Median: 5e6, N: 8}, Candidate: policy.Summary{Median: 6e6, N: 8}, Change: 1e6, ChangePercent: 20,
		P: 0.01, Alpha: 0.05, Percent: policy.Bounds{Lo: -1, Hi: 3},
	}
	same := func(change func(*policy.Verdict)) bool {
		o := v
		change(&o)
		return SameVerdict(v, o)
	}
	assert.True(t, same(func(v *policy.Verdict) { v.ChangePercent *= 1 + 1e-12 }), "the last bits are another machine's")
	for name, change := range map[string]func(*policy.Verdict){
		"package": func(v *policy.Verdict) { v.Package = "q" }, "benchmark": func(v *policy.Verdict) { v.Name = "C" },
		"procs": func(v *policy.Verdict) { v.Procs = 4 }, "unit": func(v *policy.Verdict) { v.Unit = "p50-ns" },
		"outcome": func(v *policy.Verdict) { v.Outcome = policy.Improved }, "fails": func(v *policy.Verdict) { v.Fails = true },
		"paired": func(v *policy.Verdict) { v.Paired = false }, "rounds": func(v *policy.Verdict) { v.Baseline.N = 7 },
		"median": func(v *policy.Verdict) { v.Candidate.Median++ }, "change": func(v *policy.Verdict) { v.Change++ },
		"percent": func(v *policy.Verdict) { v.ChangePercent = 20.0001 }, "p": func(v *policy.Verdict) { v.P = 0.02 },
		"alpha": func(v *policy.Verdict) { v.Alpha = 0.04 }, "interval": func(v *policy.Verdict) { v.Percent.Hi = 4 },
		"an anchor": func(v *policy.Verdict) { v.Anchor = &policy.Verdict{} },
		"what it is since the baseline": func(v *policy.Verdict) {
			v.Reason.Facts.Baseline = &policy.Settled{Outcome: policy.Blind}
		},
		"code":                 func(v *policy.Verdict) { v.Reason.Code = policy.WithinLimit },
		"an infinite interval": func(v *policy.Verdict) { v.Percent.Hi = math.Inf(1) },
	} {
		assert.False(t, same(change), name)
	}
}

func TestCausesAreReadAsTheyWereWritten(t *testing.T) {
	d := documents["causes"]()
	d.Causes[0].Plain, d.Causes[0].Doubts = true, []Doubt{NoneLeads, Outgrew}
	data, err := jsonOf(d)
	require.NoError(t, err)
	read, err := ReadJSON(data)
	require.NoError(t, err)
	assert.Equal(t, d.Causes[:2], read.Causes[:2])
	assert.Equal(t, d.Causes[2].Doubts, read.Causes[2].Doubts)
}

// JSON has causes without GOMAXPROCS.
func TestACauseThatIsReadIsOfTheBenchmarkThatRegressedMost(t *testing.T) {
	verdict := func(procs int, o policy.Outcome, change float64) policy.Verdict {
		return policy.Verdict{ID: policy.ID{Package: "p", Name: "B", Procs: procs}, Outcome: o, ChangePercent: change,
			Baseline: policy.Summary{Median: 1, N: 8}, Candidate: policy.Summary{Median: 2, N: 8}}
	}
	d := Document{Causes: []Cause{{ID: policy.ID{Package: "p", Name: "B", Procs: 4}}, {ID: policy.ID{Package: "q", Name: "B"}}}}
	d.Report.Verdicts = []policy.Verdict{
		verdict(1, policy.OK, 90), verdict(2, policy.Regressed, 20), verdict(4, policy.Regressed, -30), verdict(8, policy.Regressed, 25),
	}
	data, err := jsonOf(d)
	require.NoError(t, err)
	read, err := ReadJSON(data)
	require.NoError(t, err)
	require.Len(t, read.Causes, 2)
	assert.Equal(t, d.Causes[0].ID, read.Causes[0].ID)
	assert.Equal(t, d.Causes[1].ID, read.Causes[1].ID, "no verdict is on it")
	assert.Len(t, read.causes(d.Causes[0].ID), 1)
	assert.Empty(t, read.causes(d.Report.Verdicts[1].ID), "it is another's")
}

func FuzzReadJSON(f *testing.F) {
	for _, document := range documents {
		data, err := jsonOf(document())
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := ReadJSON(data)
		if err != nil {
			return
		}
		var b bytes.Buffer
		_ = d.WriteJSON(&b) // years after 9999 cannot be written
		_ = d.Text()
	})
}

func TestAShardIsToldEverywhereAndReadAgain(t *testing.T) {
	d := documents["ok"]()
	d.Shard = Shard{Part: part.Part{I: 2, N: 3}, Benchmarks: 4, InAll: 9}
	data, err := jsonOf(d)
	require.NoError(t, err)
	assert.NoError(t, compileSchema(t).Validate(decoded(t, d)))
	read, err := ReadJSON(data)
	require.NoError(t, err)
	assert.Equal(t, d.Shard, read.Shard)
	const says = "shard 2 of 3: it has 4 of the gate's 9 benchmarks"
	for form, text := range map[string]string{"text": d.Text(), "Markdown": d.Markdown(), "page": html.UnescapeString(pageOf(t, d))} {
		assert.Contains(t, text, says, form)
	}
	read, err = ReadJSON([]byte(strings.Replace(string(data), `"of": 3`, `"of": 4`, 1)))
	require.NoError(t, err)
	assert.NotEqual(t, d.Shard, read.Shard)
}

// What is worse for a metric that is better when higher is so for a verdict that was read, too.
func TestAVerdictThatIsReadKnowsWhichWayIsBetter(t *testing.T) {
	ruled := func(unit string, direction policy.Direction) policy.Verdict {
		return policy.Verdict{Unit: unit, Rule: policy.Rule{Metric: unit, Direction: direction, MaxRegressionPercent: 10}}
	}
	d := Document{Report: policy.Report{Verdicts: []policy.Verdict{
		ruled("req/s", ""), ruled("p95-ns", ""), ruled("score", policy.Higher), ruled("score", ""),
	}}}
	d.Report.Verdicts[0].Anchor = &policy.Verdict{Unit: "req/s"}
	data, err := jsonOf(d)
	require.NoError(t, err)
	read, err := ReadJSON(data)
	require.NoError(t, err)
	for i, want := range []policy.Direction{policy.Higher, policy.Lower, policy.Higher, ""} {
		assert.Equal(t, want, read.Report.Verdicts[i].Direction, i)
	}
	assert.Equal(t, policy.Higher, read.Report.Verdicts[0].Anchor.Direction)
	assert.Positive(t, worsening(read.Report.Verdicts[0], -20))
}
