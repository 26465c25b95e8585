package policy

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/readme"
)

// shipped reads a policy of this repository.
func shipped(t *testing.T, name string) Policy {
	t.Helper()
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	p, err := Parse(name, data)
	require.NoError(t, err)
	return p
}

func TestParseReadsEveryField(t *testing.T) {
	assert.Equal(t, Policy{Alpha: 0.05, OnInconclusive: Fail, OnBlind: Warn, OnRemoved: Fail, OnDrifted: Fail, Rules: []Rule{
		{Metric: "p95-ns", MaxRegressionPercent: 10, MinRegression: 1e6},
		{Metric: "req/s", Benchmark: "MLP.*", MaxRegressionPercent: 10},
		{Metric: "p95-ns", Stage: "model", MaxRegressionPercent: 10, MinRegression: 200e3},
		{Metric: "allocs/op", MaxRegressionPercent: 5, MinRegression: 1},
	}}, shipped(t, "../testdata/policies/full.json"))

	p, err := Parse("p.json", []byte(`{"version": 1, "alpha": 0.01, "on_inconclusive": "warn", "on_blind": "fail", "on_removed": "warn",
		"rules": [{"metric": "score", "max_regression_percent": 0, "direction": "higher", "plain": true}]}`))
	require.NoError(t, err)
	assert.Equal(t, Policy{Alpha: 0.01, OnInconclusive: Warn, OnBlind: Fail, OnRemoved: Warn, OnDrifted: Fail,
		Rules: []Rule{{Metric: "score", Direction: Higher, Plain: true}}}, p)
}

func TestWithoutRulesTheDefaultOnesHold(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("policy.schema.json")
	require.NoError(t, err)
	for text, change := range map[string]func(*Policy){
		`{"version": 1, "alpha": 0.01}`:             func(p *Policy) { p.Alpha = 0.01 },
		`{"version": 1, "on_inconclusive": "warn"}`: func(p *Policy) { p.OnInconclusive = Warn },
		`{"version": 1, "on_blind": "fail"}`:        func(p *Policy) { p.OnBlind = Fail },
		`{"version": 1, "on_removed": "warn"}`:      func(p *Policy) { p.OnRemoved = Warn },
		`{"version": 1, "on_drifted": "warn"}`:      func(p *Policy) { p.OnDrifted = Warn },
	} {
		p, err := Parse("p.json", []byte(text))
		require.NoError(t, err)
		want := Default()
		want.Rules = nil // as of the zero Policy
		change(&want)
		assert.Equal(t, want, p, text)
		assert.NoError(t, schema.Validate(decode(t, []byte(text))), text)
	}
}

func TestParseReadsTheLimitsSinceAnAnchor(t *testing.T) {
	p, err := Parse("p.json", []byte(`{"version": 1, "on_drifted": "warn", "rules": [
		{"metric": "p95-ns", "max_regression_percent": 5, "min_regression": "1ms"},
		{"metric": "p95-ns", "max_regression_percent": 5, "min_regression": "1ms", "anchor": {}},
		{"metric": "p95-ns", "max_regression_percent": 5, "min_regression": "1ms", "anchor": {"max_regression_percent": 15}},
		{"metric": "p95-ns", "max_regression_percent": 5, "min_regression": "1ms",
			"anchor": {"min_regression": "0s", "on_inconclusive": "fail", "on_blind": "warn"}}]}`))
	require.NoError(t, err)
	assert.Equal(t, Warn, p.OnDrifted)
	for i, want := range []*AnchorLimits{
		nil, {MaxRegressionPercent: 5, MinRegression: 1e6}, {MaxRegressionPercent: 15, MinRegression: 1e6},
		{MaxRegressionPercent: 5, OnInconclusive: Fail, OnBlind: Warn},
	} {
		r := p.Rules[i]
		assert.Equal(t, want, r.Anchor)
		since := r.SinceAnchor()
		if want == nil {
			want = &AnchorLimits{MaxRegressionPercent: 5, MinRegression: 1e6}
		}
		assert.Equal(t, want.MaxRegressionPercent, since.MaxRegressionPercent)
		assert.Equal(t, want.MinRegression, since.MinRegression)
		assert.Equal(t, []float64{5, 1e6}, []float64{r.MaxRegressionPercent, r.MinRegression}, "the rule's own stay as they are")
	}
}

func TestTheOriginalConfigurationLoadsUnchanged(t *testing.T) {
	original := Default()
	original.Rules = original.Rules[:1]
	assert.Equal(t, original, shipped(t, "../testdata/policies/original.json"))

	p, err := Parse("p.json",
		[]byte(`{"stage": "model_ms", "metric": "p99_ms", "max_regression_percent": 5, "min_regression_ms": 0.2}`))
	require.NoError(t, err)
	assert.Equal(t, []Rule{{Metric: "p99-ns", Stage: "model", MaxRegressionPercent: 5, MinRegression: 200e3}}, p.Rules)
}

const head = `{"version": 1, "rules": [{"metric": "p95-ns", `

// refusals are policies that must not load, with what is said. Those that a schema can see are refused by ours too.
var refusals = []struct {
	name, text, says string
	schemaCannotSee  bool
}{
	{name: "an unknown field", text: head + `"max_regresion_percent": 10}]}`,
		says: `p.json:1:47: unknown field "rules[0].max_regresion_percent"`},
	{name: "an unknown field at the top", text: "{\"version\": 1,\n \"rule\": []}", says: `p.json:2:2: unknown field "rule"`},
	{name: "a field in capitals", text: `{"Version": 1, "rules": []}`, says: `p.json:1:11: unknown field "Version"`},
	{name: "a quantile of requests that nobody records", text: head + `"max_regression_percent": 10, "plain": true}]}`,
		says: `p.json:1:77: rules[0]: metric "p95-ns" is of requests, and a plain benchmark records none`, schemaCannotSee: true},
	{name: "a metric that is no amount", text: `{"version": 1, "rules": [{"metric": "selection", "max_regression_percent": 1}]}`,
		says: `p.json:1:27: rules[0]: metric "selection" tells which prompts were drawn: it is no amount`, schemaCannotSee: true},
	{name: "a percentage as a string", text: head + `"max_regression_percent": "10"}]}`,
		says: `p.json:1:47: rules[0].max_regression_percent is a JSON string; write a number, such as 10`},
	{name: "no percentage", text: head + `"min_regression": "1ms"}]}`,
		says: "p.json:1:26: rules[0]: max_regression_percent is missing"},
	{name: "a negative percentage", text: head + `"max_regression_percent": -1}]}`,
		says: "p.json:1:47: rules[0]: max_regression_percent is -1"},
	{name: "a rate that can never fall so far", text: `{"version": 1, "rules": [{"metric": "req/s", "max_regression_percent": 100}]}`,
		says: "p.json:1:46: rules[0]: max_regression_percent is 100, and req/s is better when higher", schemaCannotSee: true},
	{name: "a floor without its unit", text: head + `"max_regression_percent": 10, "min_regression": 1}]}`,
		says: `p.json:1:77: rules[0]: min_regression of p95-ns is 1; ` +
			`write a duration with its unit, such as "1ms"`, schemaCannotSee: true},
	{name: "a floor in a wrong unit", text: head + `"max_regression_percent": 10, "min_regression": "1 sec"}]}`,
		says: `min_regression is "1 sec"; write a duration`},
	{name: "a negative floor", text: head + `"max_regression_percent": 10, "min_regression": "-1ms"}]}`,
		says: "min_regression is -1e+06; write 0 or more"},
	{name: "a duration for a count",
		text: `{"version": 1, "rules": [{"metric": "allocs/op", "max_regression_percent": 0, "min_regression": "1ms"}]}`,
		says: `min_regression of allocs/op is "1ms"; write a number`, schemaCannotSee: true},
	{name: "a stage of a rate", text: `{"version": 1, "rules": [{"metric": "req/s", "stage": "model", "max_regression_percent": 10}]}`,
		says: `p.json:1:46: rules[0]: metric "req/s" has no stages`, schemaCannotSee: true},
	{name: "no metric", text: `{"version": 1, "rules": [{"max_regression_percent": 10}]}`, says: `rules[0]: metric is ""`},
	{name: "a broken regular expression", text: head + `"benchmark": "(", "max_regression_percent": 10}]}`,
		says: "p.json:1:47: rules[0]: benchmark is no regular expression", schemaCannotSee: true},
	{name: "an unknown direction", text: head + `"max_regression_percent": 10, "direction": "up"}]}`,
		says: `direction is "up"; write "lower" or "higher"`},
	{name: "data after the end", text: head + `"max_regression_percent": 10}]} {}`,
		says: "p.json:1:79: there is data after the end", schemaCannotSee: true},
	{name: "a key twice", text: head + `"max_regression_percent": 10, "max_regression_percent": 90}]}`,
		says: `"max_regression_percent" stands twice in one object`, schemaCannotSee: true},
	{name: "no version", text: `{"rules": [{"metric": "p95-ns", "max_regression_percent": 10}]}`,
		says: `p.json:1:1: version: write "version": 1`},
	{name: "a later version", text: `{"version": 2, "rules": []}`, says: `p.json:1:2: version: write "version": 1`},
	{name: "no rules", text: `{"version": 1, "rules": []}`, says: "p.json:1:16: rules: there are none; add one"},
	{name: "rules that are null", text: `{"version": 1, "alpha": 0.1, "rules": null}`,
		says: "p.json:1:30: rules: there are none; add one"},
	{name: "no rules beside another field", text: `{"version": 1, "on_removed": "warn", "rules": []}`,
		says: "p.json:1:38: rules: there are none; add one"},
	{name: "a version and nothing else", text: `{"version": 1}`, says: "p.json:1:1: rules: there are none; add one"},
	{name: "a schema and nothing else", text: `{"version": 1, "$schema": "https://example.com"}`,
		says: "p.json:1:1: rules: there are none; add one"},
	{name: "alpha of 0", text: `{"version": 1, "alpha": 0, "rules": [{"metric": "p95-ns", "max_regression_percent": 10}]}`,
		says: "p.json:1:16: alpha is 0; write a probability"},
	{name: "alpha in percent", text: `{"version": 1, "alpha": 5, "rules": [{"metric": "p95-ns", "max_regression_percent": 10}]}`,
		says: "p.json:1:16: alpha is 5; write a probability"},
	{name: "an unknown effect",
		text: `{"version": 1, "on_inconclusive": "ignore", "rules": [{"metric": "p95-ns", "max_regression_percent": 10}]}`,
		says: `p.json:1:16: on_inconclusive is "ignore"; write "fail" or "warn"`},
	{name: "an unknown effect of drifting",
		text: `{"version": 1, "on_drifted": "ignore", "rules": [{"metric": "p95-ns", "max_regression_percent": 10}]}`,
		says: `p.json:1:16: on_drifted is "ignore"; write "fail" or "warn"`},
	{name: "a negative limit since the anchor",
		text: head + `"max_regression_percent": 10, "anchor": {"max_regression_percent": -1}}]}`,
		says: "rules[0]: anchor: max_regression_percent is -1; write a percentage"},
	{name: "a limit since the anchor that nothing passes", text: `{"version": 1, "rules": [{"metric": "req/s",
		"max_regression_percent": 10, "anchor": {"max_regression_percent": 100}}]}`,
		says: "rules[0]: anchor: max_regression_percent is 100, and req/s is better when higher", schemaCannotSee: true},
	{name: "a floor since the anchor without its unit",
		text: head + `"max_regression_percent": 10, "anchor": {"min_regression": 1}}]}`,
		says: `rules[0]: anchor: min_regression of p95-ns is 1; write a duration with its unit`, schemaCannotSee: true},
	{name: "an unknown effect since the anchor", text: head + `"max_regression_percent": 10, "anchor": {"on_blind": "no"}}]}`,
		says: `rules[0]: anchor: on_blind is "no"; write "fail" or "warn"`},
	{name: "an unknown field since the anchor", text: head + `"max_regression_percent": 10, "anchor": {"on_removed": "fail"}}]}`,
		says: `unknown field "rules[0].anchor.on_removed"`},
	{name: "a list", text: `[]`, says: "p.json:1:1: a policy is an object"},
	{name: "an empty file", text: ``, says: "p.json:1:1: the JSON ends too early", schemaCannotSee: true},
	{name: "a text cut short", text: `{"version": 1, "rules": [`, says: "p.json:1:26: the JSON ends too early", schemaCannotSee: true},
	{name: "no JSON", text: "{\"version\": 1,\n\"rules\" []}", says: "p.json:2:9: invalid character '['", schemaCannotSee: true},
	{name: "hostile nesting", text: `{"rules": [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]}`, says: "nested too deeply"},
	{name: "original: an unknown metric",
		text: `{"stage": "end_to_end_ms", "metric": "p95", "max_regression_percent": 10.0, "min_regression_ms": 1.0}`,
		says: `p.json:1:28: metric is "p95"; write p50_ms`},
	{name: "original: a stage without its unit",
		text: `{"stage": "model", "metric": "p95_ms", "max_regression_percent": 10.0, "min_regression_ms": 1.0}`,
		says: `p.json:1:2: stage is "model"; write end_to_end_ms`},
	{name: "original: no floor", text: `{"stage": "model_ms", "metric": "p95_ms", "max_regression_percent": 10.0}`,
		says: "min_regression_ms is missing"},
	{name: "original: fields of both forms",
		text: `{"version": 1, "metric": "p95_ms", "max_regression_percent": 10.0, "min_regression_ms": 1.0}`,
		says: `unknown field "version"`},
}

func TestParseRefuses(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("policy.schema.json")
	require.NoError(t, err)
	for _, c := range refusals {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse("p.json", []byte(c.text))
			require.ErrorContains(t, err, c.says)
			if !c.schemaCannotSee {
				assert.Error(t, schema.Validate(decode(t, []byte(c.text))), "the schema accepts it")
			}
		})
	}
}

func TestShippedPoliciesFollowTheSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("policy.schema.json")
	require.NoError(t, err)
	names, err := filepath.Glob("../testdata/policies/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for _, name := range names {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		assert.NoError(t, schema.Validate(decode(t, data)), name)
		shipped(t, name)
	}
}

func TestThePoliciesOfTheReadmeLoad(t *testing.T) {
	for _, c := range []struct{ page, has string }{{"README.md", `"version": 1`}, {"docs/policy.md", `"end_to_end_ms"`}} {
		page, err := readme.Read("..", c.page)
		require.NoError(t, err)
		block, err := page.Block("json", c.has)
		require.NoError(t, err)
		_, err = Parse(c.page, []byte(block.Text))
		assert.NoError(t, err)
	}
}

func TestThePageHasTheDefault(t *testing.T) {
	page, err := readme.Read("..", "docs/policy.md")
	require.NoError(t, err)
	for _, r := range Default().Rules {
		of, limit, floor := "with a `Recorder`", "", ""
		if r.Plain {
			of = "plain"
		}
		if r.MaxRegressionPercent > 0 {
			limit = fmt.Sprint(r.MaxRegressionPercent, " %")
		}
		switch {
		case r.Metric == "B/op":
			floor = fmt.Sprint(r.MinRegression, " B")
		case IsTime(r.Metric) && r.MinRegression > 0:
			floor = fmt.Sprint(r.MinRegression/1e6, " ms")
		case r.MinRegression > 0:
			floor = fmt.Sprint(r.MinRegression)
		}
		cells := strings.Join([]string{"`" + r.Metric + "`", of, limit, floor}, " | ")
		assert.Contains(t, page.Prose, strings.ReplaceAll("\n| "+cells+" |\n", "|  |", "| |"))
	}
}

func TestThePolicyOfTheAnchorPageLoads(t *testing.T) {
	page, err := readme.Read("..", "docs/anchor.md")
	require.NoError(t, err)
	block, err := page.Block("json", `"on_drifted": "fail"`)
	require.NoError(t, err)
	p, err := Parse("docs/anchor.md", []byte(block.Text))
	require.NoError(t, err)
	assert.Equal(t, &AnchorLimits{MaxRegressionPercent: 10, MinRegression: 1e6, OnInconclusive: Fail}, p.Rules[0].Anchor)
	schema, err := jsonschema.NewCompiler().Compile("policy.schema.json")
	require.NoError(t, err)
	assert.NoError(t, schema.Validate(decode(t, []byte(block.Text))))
}

func decode(t *testing.T, data []byte) any {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "")
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	_, err = f.Write(data)
	require.NoError(t, err)
	_, err = f.Seek(0, 0)
	require.NoError(t, err)
	v, err := jsonschema.UnmarshalJSON(f)
	require.NoError(t, err)
	return v
}

func FuzzParse(f *testing.F) {
	for _, c := range refusals {
		f.Add([]byte(c.text))
	}
	f.Add([]byte(`{"stage": "end_to_end_ms", "metric": "p95_ms", "max_regression_percent": 10.0, "min_regression_ms": 1.0}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Parse("p.json", data)
		if err != nil {
			assert.Regexp(t, `^p\.json:\d+:\d+: `, err.Error())
			return
		}
		assert.NoError(t, p.Validate())
		assert.NotEmpty(t, p.Rules)
	})
}

// A rule that names no floor has that of its unit, and so have its limits since the anchor; a floor of 0 is one.
func TestARuleOnAFootprintHasAFloor(t *testing.T) {
	p, err := Parse("p.json", []byte(`{"version": 1, "rules": [
		{"metric": "goroutines", "max_regression_percent": 10, "anchor": {}},
		{"metric": "peak-rss-B", "max_regression_percent": 10, "min_regression": 5},
		{"metric": "live-heap-B", "max_regression_percent": 10, "min_regression": 0},
		{"metric": "gc-pause-p99-ns", "max_regression_percent": 10, "min_regression": "0s"},
		{"metric": "ns/op", "max_regression_percent": 10}]}`))
	require.NoError(t, err)
	floors := map[string]float64{}
	for _, rule := range p.Rules {
		floors[rule.Metric] = rule.MinRegression
	}
	assert.Equal(t, map[string]float64{"goroutines": 1, "peak-rss-B": 5, "live-heap-B": 0, "gc-pause-p99-ns": 0, "ns/op": 0}, floors)
	assert.InDelta(t, 1, p.Rules[0].Anchor.MinRegression, 0)
}

// In Go a rule without a floor has one of 0, which means that of its unit.
func TestRulesInGoHaveFloors(t *testing.T) {
	rules := []Rule{{Metric: "goroutines"}, {Metric: "peak-rss-B", MinRegression: 5}, {Metric: "ns/op"}}
	p := Policy{Rules: rules}.WithFloors()
	assert.Equal(t, []Rule{{Metric: "goroutines", MinRegression: 1}, rules[1], rules[2]}, p.Rules)
	assert.Zero(t, rules[0].MinRegression, "the caller's stay")
	assert.Nil(t, Policy{}.WithFloors().Rules)
}
