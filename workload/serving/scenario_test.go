package serving

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/workload/serving/dataset"
)

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile("scenario.schema.json")
	require.NoError(t, err)
	return s
}

func decoded(t *testing.T, text []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	return v
}

func open(t *testing.T, name string) Scenario {
	t.Helper()
	s, err := OpenScenario("../../testdata/scenarios/" + name + ".json")
	require.NoError(t, err)
	return s
}

func TestShippedScenarios(t *testing.T) {
	names, err := filepath.Glob("../../testdata/scenarios/*.json")
	require.NoError(t, err)
	require.Len(t, names, 9)
	rules := schema(t)
	for _, file := range names {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.NoError(t, rules.Validate(decoded(t, text)))
			s := open(t, name)
			assert.Equal(t, name, s.Name)
			set, err := s.ReadDataset(nil)
			require.NoError(t, err)
			assert.GreaterOrEqual(t, len(set.Entries), 5, "prompts to draw from")
			_, err = os.Stat(filepath.Join(filepath.Dir(file), s.Schema))
			assert.NoError(t, err, "the schema it names")

			saved, err := json.Marshal(s)
			require.NoError(t, err)
			again, err := ParseScenario("saved", saved)
			require.NoError(t, err)
			again.dir = s.dir
			assert.Equal(t, s, again, "saved and read again")

			if strings.HasSuffix(name, "-small") {
				total := time.Duration(s.WarmUp.Duration)
				for range s.Rates {
					total += time.Duration(s.Duration) + time.Duration(s.Idle)
				}
				assert.LessOrEqual(t, total, 15*time.Second, "time is left to drain in 20 s")
				assert.True(t, s.Stream, "so that there is a TTFT to judge")
			}
		})
	}
}

// The values of serving-facts: the guide's manifests.
func TestTheGuidesCasesHaveItsValues(t *testing.T) {
	s := open(t, "single-workload")
	assert.Equal(t, []float64{300, 310, 320, 330, 340, 350}, s.Rates)
	assert.Equal(t, []int{90_000, 93_000, 96_000, 99_000, 102_000, 105_000}, promptsOf(s))
	assert.Equal(t, 10, s.Stack.Replicas)
	assert.Empty(t, s.Adapters)
	assert.Equal(t, dataset.LoadGenerator(1024, 1024), s.Dataset.filter())
	assert.False(t, s.Stream)
	assert.False(t, s.IgnoreEOS)
	assert.Equal(t, 10_800*time.Second, s.Load(300).Timeout)

	s = open(t, "multi-lora")
	assert.Equal(t, []float64{20, 40, 60, 80, 100, 120, 140, 160, 180, 200}, s.Rates)
	assert.Equal(t, 6_000, promptsOf(s)[0])
	assert.Equal(t, 60_000, promptsOf(s)[9])
	assert.Equal(t, Stack{
		Device: "h100", Replicas: 10, MaxLoras: 15, MaxCPULoras: 15, MaxLoraRank: 8, MaxNumSeqs: 256, MaxModelLen: 2048,
	}, s.Stack)
	require.Len(t, s.Adapters, 15)
	tiers := map[string]float64{}
	for i, a := range s.Adapters {
		assert.Equal(t, fmt.Sprint("adapter-", i), a.Name)
		assert.Equal(t, []float64{0.12, 0.06, 0.02}[i/5], a.Share)
		assert.Equal(t, "critical", a.Criticality)
		tiers[a.Tier] += a.Share
	}
	assert.InDeltaMapValues(t, map[string]float64{"high": 0.6, "middle": 0.3, "low": 0.1}, tiers, 1e-9)

	slots := open(t, "multi-lora-three-slots") // the guide's text has 3 where its manifests have 15
	assert.Equal(t, 3, slots.Stack.MaxLoras)
	slots.Name, slots.Description, slots.Stack.MaxLoras = s.Name, s.Description, 15
	assert.Equal(t, s, slots)

	s = open(t, "sharegpt")
	assert.Equal(t, dataset.VLLM(), s.Dataset.filter())
}

func promptsOf(s Scenario) []int {
	var n []int
	for _, rate := range s.Rates {
		n = append(n, s.promptsAt(rate))
	}
	return n
}

// Every share of the traffic gets its requests: of each fifty those that are its due, give or take one where it is no fiftieth.
func TestEveryShareGetsItsRequests(t *testing.T) {
	guide := open(t, "multi-lora")
	for seed := range uint64(50) {
		guide.Arrivals.Seed = seed
		for block := range slices.Chunk(guide.Models(150), 50) {
			times := map[string]int{}
			for _, m := range block {
				times[m]++
			}
			for _, a := range guide.Adapters {
				require.InDelta(t, 50*a.Share, times[a.Name], 1e-9, "%s, seed %d", a.Name, seed)
			}
		}
	}
	odd := Scenario{Adapters: []Adapter{{Name: "a", Share: 0.013}, {Name: "b", Share: 0.987}}}
	times := map[string]int{}
	for _, m := range odd.Models(50_000) {
		times[m]++
	}
	assert.InDelta(t, 650, times["a"], 4*math.Sqrt(50_000*0.013*(1-0.65)))
}

func TestModelsAreDrawnByShare(t *testing.T) {
	s := open(t, "multi-lora")
	const n = 60_000
	models := s.Models(n)
	assert.Equal(t, models, s.Models(n), "the same seed, the same models")
	times := map[string]int{}
	for _, m := range models {
		times[m]++
	}
	for _, a := range s.Adapters {
		assert.InDelta(t, n*a.Share, times[a.Name], 4*math.Sqrt(n*a.Share*(1-a.Share)), a.Name)
	}
	assert.Equal(t, []string{"m", "m"}, Scenario{Model: "m"}.Models(2))
	assert.Equal(t, models[:160], s.Models(160), "the first of more are the same")
	other := s
	other.Arrivals.Seed++
	assert.NotEqual(t, models[:160], other.Models(160))
}

func TestAScenarioShapesTheLoad(t *testing.T) {
	s, err := ParseScenario("s.json",
		[]byte(base(`"max_in_flight": 7, "max_lag_percent": 80, "arrivals": {"burstiness": "constant", "seed": 5}, "timeout": "2s"`)))
	require.NoError(t, err)
	l := s.Load(20)
	assert.InDelta(t, 80, l.MaxLagPercent, 0)
	assert.Equal(t, []any{20.0, 200, 7, uint64(5), 2 * time.Second, true},
		[]any{l.Rate, l.Requests, l.MaxInFlight, l.Seed, l.Timeout, math.IsInf(l.Burstiness, 1)})
	saved, err := json.Marshal(s)
	require.NoError(t, err)
	assert.Contains(t, string(saved), `"burstiness":"constant"`)

	s, err = ParseScenario("s.json", []byte(base("")))
	require.NoError(t, err)
	assert.Equal(t, 5*time.Minute, s.Load(20).Timeout, "by default")
}

// base is a scenario with more fields.
func base(more string) string {
	if more != "" {
		more = ", " + more
	}
	return `{"version": 1, "name": "case", "model": "m", "dataset": {"file": "d.json"}, "rates": [20], "duration": "10s"` + more + `}`
}

// with is the base scenario with one field replaced.
func with(field, value string) string {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(base("")), &fields); err != nil {
		panic(err)
	}
	if fields[field] = json.RawMessage(value); value == "" {
		delete(fields, field)
	}
	text, err := json.Marshal(fields)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// closed is a scenario without rates.
func closed(fields string) string {
	return `{"version": 1, "name": "case", "model": "m", "dataset": {"file": "d.json"}, "prompts": 100, ` + fields + `}`
}

// sweeping is the base scenario with a sweep.
func sweeping(sweep string) string { return base(`"slo": {"e2e": "1s"}, "sweep": ` + sweep) }

// scenarioRefusals are scenarios that must not load. Those that a schema can see are refused by ours too.
var scenarioRefusals = []struct {
	name, text, says string
	schemaCannotSee  bool
}{
	{"nothing", ``, "s.json:1:1: the JSON ends too early", true},
	{"data after the end", base("") + " {}", "there is data after the end of the scenario", true},
	{"a key twice", base(`"model": "x"`), `"model" stands twice`, true},
	{"an unknown field", base(`"modle": "x"`), `s.json:1:111: unknown field "modle"`, false},
	{"an unknown field inside", with("dataset", `{"file": "d", "path": "e"}`), `unknown field "dataset.path"`, false},
	{"another version", with("version", "2"), `version: write "version": 1`, false},
	{"no version", with("version", ""), `version: write "version": 1`, false},
	{"no name", with("name", ""), `name is ""; write lower-case letters`, false},
	{"a name that ends like GOMAXPROCS", with("name", `"case-2"`), `name is "case-2"`, false},
	{"a name in capitals", with("name", `"Case"`), `name is "Case"`, false},
	{"no model", with("model", ""), "model is missing", false},
	{"a rate that is a text", with("rates", `["20"]`), "rates[0] is a JSON string; write a number", false},
	{"no rates", with("rates", "[]"), "rates: there are none", false},
	{"a rate of 0", with("rates", "[0]"), "rates[0] is 0; write requests per second above 0", false},
	{"a rate below 0", with("rates", "[20, -1]"), "rates[1] is -1", false},
	{"a rate beyond reach", with("rates", "[1e300]"), "rates[0] is 1e+300", false},
	{"a rate twice", with("rates", "[20, 20]"), "rates[1]: 20 stands twice", false},
	{"a rate at which nothing is sent", with("rates", "[0.01]"), "rates[0]: at 0.01 req/s no request is sent in 10s", true},
	{"more requests than memory holds", `{"version": 1, "name": "case", "model": "m", "dataset": {"file": "d"}, ` +
		`"rates": [1000000], "duration": "1h"}`, "rates[0]: load: Requests is 3600000000", true},
	{"no duration", with("duration", ""), "duration and prompts: write one of them", false},
	{"a duration and prompts", base(`"prompts": 5`), "duration and prompts: write one of them", false},
	{"a negative duration", with("duration", `"-1s"`), "duration and prompts: write one of them", false},
	{"a duration without its unit", with("duration", `"300"`), `"300" is no duration; write one with its unit`, false},
	{"a duration that is a number", with("duration", `300`), `duration is a JSON number`, false},
	{"an adapter without a share", base(`"adapters": [{"name": "a"}]`), "adapters[0]: share is 0; write a part of 1 above 0", false},
	{"a share above 1", base(`"adapters": [{"name": "a", "share": 1.5}]`), "adapters[0]: share is 1.5", false},
	{"shares that sum to less than 1", base(`"adapters": [{"name": "a", "share": 0.5}, {"name": "b", "share": 0.499998}]`),
		"adapters: the shares sum to 0.999998; make them sum to 1", true},
	{"an adapter twice", base(`"adapters": [{"name": "a", "share": 0.5}, {"name": "a", "share": 0.5}]`),
		`adapters[1]: name "a" is empty or taken`, true},
	{"an adapter without a name", base(`"adapters": [{"name": "", "share": 1}]`), `adapters[0]: name "" is empty or taken`, false},
	{"an unknown criticality", base(`"adapters": [{"name": "a", "share": 1, "criticality": "high"}]`),
		`adapters[0]: criticality is "high"`, false},
	{"a tier that ends in a number", base(`"adapters": [{"name": "a", "share": 1, "tier": "tier-1"}]`),
		`adapters[0]: tier is "tier-1"`, false},
	{"no dataset", with("dataset", "{}"), "dataset: file is missing", false},
	{"an unknown filter", with("dataset", `{"file": "d", "filter": "all"}`),
		`dataset: filter is "all"; write "load-generator" or "vllm"`, false},
	{"unknown turns", with("dataset", `{"file": "d", "turns": "last"}`),
		`turns are "last"; write "first-two", "all-earlier" or "growing"`, false},
	{"conversations that do not grow", with("dataset", `{"file": "d", "talks": 3}`), "dataset: talks is 3; write 1 to", true},
	{"prompts from a file and made up", with("dataset", `{"file": "d", "synthetic": {"input_tokens": 5, "output_tokens": 5}}`),
		"dataset: synthetic prompts come from no file", false},
	{"prompts of no length", with("dataset", `{"synthetic": {"output_tokens": 5}}`),
		"dataset: synthetic: input_tokens is 0; write 1 to", false},
	{"lengths that spread too far", with("dataset", `{"synthetic": {"input_tokens": 5, "output_tokens": 5, "input_spread": 6}}`),
		"input_spread is 6; write tokens, 0 to input_tokens", true},
	{"prefixes without a length", with("dataset", `{"synthetic": {"input_tokens": 5, "output_tokens": 5, "prefixes": 6}}`),
		"prefixes is 6 and prefix_tokens 0; write both", false},
	{"more prompts than memory holds", with("dataset", `{"synthetic": {"input_tokens": 1000000, "output_tokens": 5}}`),
		"more than 256 MiB; make them shorter", true},
	{"negative bounds", with("dataset", `{"file": "d", "max_input_tokens": -1}`),
		"max_input_tokens or max_output_tokens is negative", false},
	{"bounds of the vLLM filter", with("dataset", `{"file": "d", "filter": "vllm", "max_input_tokens": 5}`),
		"the vllm filter has bounds of its own", true},
	{"a field of the client's own", base(`"body": {"seed": 1, "stream": false}`), "body: the client makes stream by itself", false},
	{"an unknown cache", base(`"cache": "hot"`), `cache is "hot"; write "cold"`, false},
	{"a URL that is none", base(`"target": {"url": "localhost"}`),
		"s.json:1:122: target: url is no http:// or https:// address", false},
	{"a key in the URL", base(`"target": {"url": "http://a:b@c"}`), "target: url has a user, a query or a fragment", false},
	{"an unknown API", base(`"target": {"api": "responses"}`), "target: api is", false},
	{"a key among headers", base(`"target": {"headers": {"Authorization": "Bearer x"}}`),
		"target: header Authorization is the client's own", true},
	{"authorities that decide nothing", base(`"target": {"ca_file": "ca.pem", "insecure_tls": true}`),
		"target: insecure_tls trusts any certificate", true},
	{"an unknown device", base(`"stack": {"device": "tpu"}`), `stack: device is "tpu"`, false},
	{"replicas below 0", base(`"stack": {"replicas": -1}`), "stack: replicas is -1", false},
	{"burstiness below 0", base(`"arrivals": {"burstiness": -1}`), "load: Burstiness is -1", false},
	{"burstiness in another word", base(`"arrivals": {"burstiness": "poisson"}`),
		`burstiness is neither a number nor "constant"`, false},
	{"a warm-up without a rate", base(`"warm_up": {"duration": "1s"}`), "warm_up: write a rate and a duration above 0", false},
	{"a temperature of 3", base(`"temperature": 3`), "temperature is 3; write 0 to 2", false},
	{"a top_p of 0", base(`"top_p": 0`), "top_p is 0; write a number above 0, to 1", false},
	{"a bound below 0", base(`"max_in_flight": -1`), "max_in_flight is -1", false},
	{"a timeout below 0", base(`"timeout": "-1s"`), "idle or timeout is negative", false},
	{"a TTFT to keep without a stream", base(`"slo": {"ttft": "1s"}`), "slo: without a stream there is no ttft", true},
	{"a negative SLO", base(`"slo": {"e2e": "-1s"}`), "slo: a bound is negative", false},
	{"a sweep downwards", sweeping(`{"low": 20, "high": 10}`),
		"sweep: low is 20 and high 10; write requests per second above 0", true},
	{"a sweep without its ends", sweeping(`{"resolution_percent": 2}`), "sweep: low is 0 and high 0", false},
	{"a sweep that tells every rate", sweeping(`{"low": 10, "high": 20, "resolution_percent": 0.01}`),
		"sweep: resolution_percent is 0.01; write 0.1 to 50", false},
	{"a sweep that no share is good enough for", sweeping(`{"low": 10, "high": 20, "good_percent": 101}`),
		"sweep: good_percent is 101", false},
	{"a sweep of a duration and prompts", sweeping(`{"low": 10, "high": 20, "duration": "5s", "prompts": 100}`),
		"sweep: write duration or prompts", false},
	{"a sweep of few requests", sweeping(`{"low": 10, "high": 20, "prompts": 5}`),
		"sweep: 5 requests at 10 req/s are too few to tell", false},
	{"a sweep beyond what memory holds", sweeping(`{"low": 10, "high": 20, "duration": "700h"}`),
		"sweep: load: Requests is 25200000", true},
	{"a sweep that nothing bounds", base(`"sweep": {"low": 10, "high": 20}`), "sweep: there is nothing to hold; write an slo", true},
	{"rates and concurrency", base(`"concurrency": [8]`), "rates and concurrency: write one of them", false},
	{"concurrency and a maximum", closed(`"concurrency": [8], "max_rate": true`), "concurrency and max_rate: write one", false},
	{"concurrency and a sweep", closed(`"concurrency": [8], "slo": {"e2e": "1s"}, "sweep": {"low": 10, "high": 20}`),
		"concurrency and sweep: write one of them", false},
	{"a maximum for a time", `{"version": 1, "name": "case", "model": "m", "dataset": {"file": "d"}, "max_rate": true, ` +
		`"duration": "9s"}`, "duration: with max_rate only the server decides how many requests it has", false},
	{"nobody", closed(`"concurrency": [0]`), "concurrency[0] is 0; write how many requests are under way, 1 to", false},
	{"a concurrency twice", closed(`"concurrency": [8, 8]`), "concurrency[1]: 8 stands twice", false},
	{"more at once than there are", closed(`"concurrency": [101]`), "concurrency[0]: of 100 prompts 101 are never under way", true},
	{"a bound on a concurrency", closed(`"concurrency": [8], "max_in_flight": 4`), "max_in_flight: concurrency is how many", false},
	{"bursts of a concurrency", closed(`"concurrency": [8], "arrivals": {"burstiness": 1}`), "arrivals: burstiness shapes", false},
	{"lag of a maximum", closed(`"max_rate": true, "max_lag_percent": 80`), "max_lag_percent: with max_rate", false},
	{"a negative lag", base(`"max_lag_percent": -1`), "max_lag_percent is -1", false},
	{"more errors than requests", base(`"max_error_percent": 101`), "max_error_percent is 101", false},
}

func TestAScenarioThatMakesNoSenseIsRefused(t *testing.T) {
	rules := schema(t)
	for _, c := range scenarioRefusals {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseScenario("s.json", []byte(c.text))
			require.ErrorContains(t, err, c.says)
			require.Regexp(t, `^s\.json:\d+:\d+: `, err.Error())
			if !c.schemaCannotSee {
				assert.Error(t, rules.Validate(decoded(t, []byte(c.text))), "the schema accepts it")
			}
		})
	}
	_, err := OpenScenario("none.json")
	require.ErrorIs(t, err, os.ErrNotExist)
}

// What is false is as if it were not there.
func TestAMaximumThatIsNotAskedForStandsBesideRates(t *testing.T) {
	for _, load := range []string{`"rates": [5]`, `"concurrency": [5]`} {
		text := []byte(`{"version": 1, "name": "case", "model": "m", "dataset": {"file": "d"}, "prompts": 9, "max_rate": false, ` +
			load + `}`)
		_, err := ParseScenario("s.json", text)
		require.NoError(t, err)
		assert.NoError(t, schema(t).Validate(decoded(t, text)), load)
	}
}

// The scenario of docs/replies.md loads, and its requests share their prefixes.
func TestTheScenarioOfThePageLoads(t *testing.T) {
	page, err := os.ReadFile("../../docs/replies.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(page), "```json\n")
	require.True(t, found)
	text, _, found := strings.Cut(rest, "```")
	require.True(t, found)
	require.Contains(t, text, `"name": "system-prompts"`)
	s, err := ParseScenario("replies.md", []byte(text))
	require.NoError(t, err)
	assert.NoError(t, schema(t).Validate(decoded(t, []byte(text))))
	assert.True(t, s.Dataset.shares())
	set, err := s.ReadDataset(nil)
	require.NoError(t, err)
	begins := map[string]bool{}
	for _, e := range set.Sample(s.promptsAt(20), s.Dataset.Seed) {
		begins[strings.Join(strings.Fields(s.Request("llama", e).Prompt)[:900], " ")] = true
	}
	assert.Len(t, begins, 8)
}

// Fields of the body that a scenario adds are sent as they stand.
func TestFieldsOfTheBodyAreSent(t *testing.T) {
	text := base(`"body": {"min_tokens": 9, "seed": 7, "stop": ["\n"]}`)
	s, err := ParseScenario("s.json", []byte(text))
	require.NoError(t, err)
	assert.NoError(t, schema(t).Validate(decoded(t, []byte(text))))
	var sent struct {
		MinTokens int `json:"min_tokens"`
		MaxTokens int `json:"max_tokens"`
		Seed      int
		Stop      []string
	}
	client := loopback(t, func(w http.ResponseWriter, r *http.Request) {
		assert.NoError(t, json.NewDecoder(r.Body).Decode(&sent))
		replies(200, jsonKind, `{"choices":[{"text":"a","finish_reason":"stop"}]}`)(w, r)
	})
	_, err = client.Ask(t.Context(), s.Request("m", dataset.Entry{Prompt: "hi", OutputTokens: 12}), time.Time{})
	require.NoError(t, err)
	assert.Equal(t, 9, sent.MinTokens)
	assert.Equal(t, []any{12, 7, []string{"\n"}}, []any{sent.MaxTokens, sent.Seed, sent.Stop})
}

func TestAScenarioWithoutRatesLoads(t *testing.T) {
	for _, fields := range []string{
		`"concurrency": [1, 8, 100]`, `"max_rate": true`, `"max_rate": true, "max_in_flight": 9, "arrivals": {"seed": 5}`,
	} {
		_, err := ParseScenario("s.json", []byte(closed(fields)))
		require.NoError(t, err)
		assert.NoError(t, schema(t).Validate(decoded(t, []byte(closed(fields)))), fields)
	}
}

func TestSharesMaySumToAlmostOne(t *testing.T) {
	text := base(`"adapters": [{"name": "a", "share": 0.5}, {"name": "b", "share": 0.4999995}]`)
	s, err := ParseScenario("s.json", []byte(text))
	require.NoError(t, err)
	assert.Equal(t, "b", s.draw(0.99999999).Name)
	assert.Equal(t, "b", s.draw(0.5).Name)
	assert.Equal(t, "a", s.draw(0).Name)
	assert.NoError(t, schema(t).Validate(decoded(t, []byte(text))))
}

func FuzzParseScenario(f *testing.F) {
	for _, c := range scenarioRefusals {
		f.Add([]byte(c.text))
	}
	f.Add([]byte(sweeping(`{"low": 10, "high": 20, "resolution_percent": 2, "good_percent": 90, "prompts": 100}`)))
	f.Add([]byte(closed(`"concurrency": [1, 8], "arrivals": {"seed": 5}`)))
	f.Add([]byte(closed(`"max_rate": true, "max_in_flight": 9`)))
	f.Add([]byte(base(`"stream": true, "slo": {"ttft": "1s"}, "adapters": [{"name": "a", "share": 1}]`)))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := ParseScenario("s.json", text)
		if err != nil {
			require.Regexp(t, `^s\.json:\d+:\d+: `, err.Error())
			return
		}
		for _, p := range s.points() {
			require.NoError(t, s.loadOf(p).Validate())
			require.Positive(t, s.loadOf(p).Requests)
		}
		if !s.Sweep.isZero() {
			require.LessOrEqual(t, len(s.Sweep.grid()), 40_000)
		}
		saved, err := json.Marshal(s)
		require.NoError(t, err)
		again, err := ParseScenario("saved.json", saved)
		require.NoError(t, err)
		same, err := json.Marshal(again) // an empty list and none are the same
		require.NoError(t, err)
		require.Equal(t, string(saved), string(same))
	})
}

func TestAScenarioWithoutEndIsNotRead(t *testing.T) {
	if _, err := os.Stat("/dev/zero"); err != nil {
		t.Skip("no /dev/zero")
	}
	_, err := OpenScenario("/dev/zero")
	assert.EqualError(t, err, "serving: scenario: /dev/zero: more than 1024 KiB: name another file")
}
