package report

import (
	"bytes"
	"html"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

// What crept in since the anchor reaches every form of the report, also where the rule passes.
func TestTheChangeSinceTheAnchorIsInEveryForm(t *testing.T) {
	for name, forms := range map[string][]string{
		"drifted":         {"+19.85 %", "+27.27 %", "v1.4.0", "drifted"},
		"drifted-allowed": {"+19.85 %", "+27.27 %", "v1.4.0", "drifted"},
		"drifted-plain":   {"+18.81 %", "+50.00 %", "v1.4.0", "drifted"},
	} {
		d := documents[name]()
		var page bytes.Buffer
		require.NoError(t, d.WritePage(&page))
		said := strings.ReplaceAll(html.UnescapeString(page.String()), "\u00a0", " ")
		for _, form := range forms {
			assert.Contains(t, strings.ToLower(d.Text()), form, name)
			assert.Contains(t, d.Markdown(), form, name)
			assert.Contains(t, d.Summary(), form, name)
			assert.Contains(t, said, form, name)
		}
		assert.Contains(t, said, "since the anchor", name)
		assert.Contains(t, said, `class="tag drifted"`, name)
	}
	d := documents["drifted"]()
	lines := map[string]string{}
	for _, v := range d.Report.Verdicts {
		lines[v.Name] = d.Twins().Line(v)
	}
	assert.Contains(t, lines["MLP"], "drifted: MLP p95-ns: +1.95 %")
	assert.Contains(t, lines["MLP"], "beyond them since the anchor: +19.85 %")
	assert.Contains(t, lines["Idle"], "drifted: Idle p95-ns: unchanged since the baseline, and beyond the limits since the anchor: ")
	assert.Contains(t, lines["Small"], "since the anchor: +1.52 %")
	assert.Contains(t, lines["Small"], "; blind: too noisy to see")
	assert.Contains(t, lines["Young"], "; since the anchor: added: not in the anchor yet")
}

func TestAnUnchangedBenchmarkThatWasMeasuredSinceTheAnchorIsTold(t *testing.T) {
	unchanged := policy.Verdict{Outcome: policy.OK, Reason: policy.Reason{Code: policy.Unchanged}}
	assert.True(t, isUnchanged(unchanged))
	also := unchanged
	also.Anchor = &unchanged
	assert.True(t, isUnchanged(also))
	also.Anchor = &policy.Verdict{Outcome: policy.OK, Baseline: policy.Summary{N: 8}, Candidate: policy.Summary{N: 8}}
	assert.False(t, isUnchanged(also))
}

// A trailer on what drifted was needed, and cannot help.
func TestATrailerOnWhatDriftedIsTold(t *testing.T) {
	d := documents["drifted"]()
	found, _ := policy.Trailers("Perf-Accept: MLP p95-ns <=+30% answers are checked")
	found[0].Commit, found[0].Use = "0f1e2d3c4b5a0f1e2d3c4b5a0f1e2d3c4b5a0f1e", policy.Crept
	d.Report.Trailers = found
	var page bytes.Buffer
	require.NoError(t, d.WritePage(&page))
	for _, form := range []string{d.Text(), d.Markdown(), html.UnescapeString(page.String())} {
		said := strings.Join(strings.Fields(form), " ")
		assert.Contains(t, said, "what has drifted since the anchor is not accepted by the trailer of commit 0f1e2d3c4b5a, line 1: ")
		assert.NotContains(t, said, "no verdict needed")
	}
	assert.NoError(t, compileSchema(t).Validate(decoded(t, d)))
	d.Report.Trailers[0].Use = "crept"
	assert.Error(t, compileSchema(t).Validate(decoded(t, d)))
}

// What was not seen since the baseline is not said to be within the limits.
func TestADriftSaysWhatItIsSinceTheBaseline(t *testing.T) {
	const within = "not beyond the limits since the baseline"
	for _, c := range []struct {
		own  *policy.Settled
		want string
	}{
		{&policy.Settled{Outcome: policy.OK, Code: policy.IntervalWithin}, within},
		{&policy.Settled{Outcome: policy.OK, Code: policy.WithinLimit}, within},
		{&policy.Settled{Outcome: policy.Improved, Code: policy.BetterByMore}, within},
		{&policy.Settled{Outcome: policy.OK, Code: policy.Unchanged}, "unchanged since the baseline"},
		{&policy.Settled{Outcome: policy.OK, Code: policy.SameCode}, "the same code since the baseline"},
		{&policy.Settled{Outcome: policy.OK, Code: policy.Saturated}, "saturated since the baseline"},
		{&policy.Settled{Outcome: policy.Blind, Code: policy.TooNoisyToSee}, "blind since the baseline"},
		{&policy.Settled{Outcome: policy.Inconclusive, Code: policy.TooNoisy}, "inconclusive since the baseline"},
		{&policy.Settled{Outcome: policy.Accepted, Code: policy.ByTrailer}, "accepted since the baseline"},
		{&policy.Settled{Outcome: policy.Added, Code: policy.NewBenchmark}, "not in the baseline yet"},
		{&policy.Settled{Outcome: policy.Added, Code: policy.NewMetric}, "not in the baseline yet"},
		{&policy.Settled{Outcome: "\x1b[2J", Code: "\x1b[2J"}, ""}, // nobody's verdict.json
		{nil, ""},
	} {
		d := documents["drifted"]()
		d.Report.Verdicts = d.Report.Verdicts[:1]
		v := &d.Report.Verdicts[0]
		require.Equal(t, policy.Drifted, v.Outcome)
		v.Reason.Facts.Baseline = c.own
		data, err := jsonOf(d)
		require.NoError(t, err)
		read, err := ReadJSON(data)
		require.NoError(t, err)
		why, shared := "beyond the limits since the anchor: +", "drifted since the anchor"
		switch {
		case c.want == within:
			why = c.want + ", and beyond them since the anchor: +"
		case c.want != "":
			why = c.want + ", and " + why
		}
		if c.want != "" {
			shared += ", and " + c.want
		}
		assert.True(t, strings.HasPrefix(reason(read.Report.Verdicts[0]), why), reason(read.Report.Verdicts[0]))
		assert.Equal(t, shared, kind(read.Report.Verdicts[0]))
	}
}

func TestProgressTellsOfBothChanges(t *testing.T) {
	p := Progress{Benchmark: "Chat", Verdicts: []policy.Verdict{{
		Unit: "p95-ns", Outcome: policy.OK, ChangePercent: 2, Baseline: policy.Summary{N: 8},
		Anchor: &policy.Verdict{Unit: "p95-ns", ChangePercent: 12, Baseline: policy.Summary{N: 8}},
	}, {Unit: "req/s", Outcome: policy.OK, Reason: policy.Reason{Code: policy.Unchanged}}}}
	assert.Equal(t, []string{
		"Chat p95-ns: +2.00 % after 8 rounds, 0 s: ok", "Chat p95-ns: +12.00 % since the anchor after 8 rounds, 0 s: not settled yet",
	}, p.Looked())
	assert.Contains(t, p.Live(100), "+12.00 %")
}
