package serving

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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
	{"a warm-up beyond what memory holds", base(`"warm_up": {"rate": 1000000, "duration": "1h"}`),
		"warm_up: load: Requests is 3600000000", true},
	{"a warm-up in which nothing is sent", base(`"warm_up": {"rate": 0.5, "duration": "1s"}`), "warm_up: load: Requests is 0", true},
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
		if s.WarmUp != (WarmUp{}) {
			require.NoError(t, s.warmUpLoad().Validate())
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

func TestAScenarioThatIsTooLargeIsNotRead(t *testing.T) {
	name := filepath.Join(t.TempDir(), "s.json")
	require.NoError(t, os.WriteFile(name, make([]byte, mostOfScenario+1), 0o644))
	_, err := OpenScenario(name)
	assert.EqualError(t, err, "serving: scenario: "+name+": more than 1024 KiB")
}
