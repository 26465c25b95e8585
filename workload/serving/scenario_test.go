package serving

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
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
