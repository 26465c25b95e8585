package serving

import (
	"errors"
	"maps"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/workload/serving/dataset"
)

func TestTooManyFailuresBreakARateOff(t *testing.T) {
	for _, c := range []struct {
		name    string
		percent string
		may     int // of 40
	}{
		{"nothing said: all may", "", 40},
		{"none may", `"max_error_percent": 0`, 0},
		{"ten percent", `"max_error_percent": 10`, 4},
		{"less than one request", `"max_error_percent": 1`, 0},
		{"all", `"max_error_percent": 100`, 40},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := ParseScenario("s.json", []byte(base(c.percent)))
			require.NoError(t, err)
			tally := newTally(40, s)
			for range c.may {
				require.NoError(t, tally.failed(fault(Timeout, "no complete reply in time")))
			}
			if c.may < 40 {
				assert.ErrorContains(t, tally.failed(&Fault{Kind: Status, Status: 503, Detail: "no"}), " of 40 prompts have failed, where ")
			}
		})
	}
}

func TestTheCommonestFailureIsSaidFirst(t *testing.T) {
	tally := newTally(9, Scenario{})
	for _, err := range []error{
		fault(Connect, "first connect"), &Fault{Kind: Status, Status: 503, Detail: "first 503"},
		&Fault{Kind: Status, Status: 503, Detail: "second 503"},
		&Fault{Kind: Status, Status: 429, Detail: "busy"}, errors.New("another"),
	} {
		require.NoError(t, tally.failed(err))
	}
	assert.Equal(t, "2 x status 503: first 503; 1 x connect: first connect; 1 x another; 1 x status 429: busy", tally.said())
	assert.Equal(t, 5, tally.errors())
}

func TestAGoodRequestKeepsEveryBound(t *testing.T) {
	slo := SLO{TTFT: Duration(100 * ms), TPOT: Duration(10 * ms), E2E: Duration(time.Second)}
	keeps := Reply{Latency: time.Second, TTFT: 100 * ms, TPOT: 10 * ms}
	for _, c := range []struct {
		name  string
		reply Reply
		good  bool
	}{
		{"exactly at all bounds", keeps, true},
		{"a nanosecond over the latency", Reply{Latency: time.Second + 1, TTFT: 100 * ms, TPOT: 10 * ms}, false},
		{"a nanosecond over the TTFT", Reply{Latency: time.Second, TTFT: 100*ms + 1, TPOT: 10 * ms}, false},
		{"a nanosecond over the TPOT", Reply{Latency: time.Second, TTFT: 100 * ms, TPOT: 10*ms + 1}, false},
		{"one token, which has no TPOT", Reply{Latency: 100 * ms, TTFT: 100 * ms}, true},
	} {
		assert.Equal(t, c.good, slo.keeps(c.reply), c.name)
	}
	usage := chunk{hasUsage: true, completionTokens: 2}
	var inOneRead, inOneText Reply
	inOneRead.measure([]time.Duration{ms, ms}, ms, usage)
	assert.True(t, slo.keeps(inOneRead), "nobody waited for the second token")
	inOneText.measure([]time.Duration{ms}, ms, usage)
	assert.False(t, slo.keeps(inOneText), "it is not known how long the second token took")
	assert.True(t, SLO{}.keeps(Reply{Latency: time.Hour}), "no bounds")
	tally := newTally(2, Scenario{SLO: slo})
	tally.succeeded(keeps)
	tally.succeeded(Reply{Latency: time.Hour})
	assert.Equal(t, 1, tally.replies.Good)
}

// A slowdown that a gate plants is in what is told of an adapter and a tier, and in what keeps the SLO.
func TestAPlantReachesAdaptersAndTiers(t *testing.T) {
	t.Setenv("TAILGATE_PLANT", "30ms")
	s, err := ParseScenario("s.json",
		[]byte(base(`"stream": true, "slo": {"ttft": "30ms"}, "adapters": [{"name": "adapter-0", "share": 1, "tier": "high"}]`)))
	require.NoError(t, err)
	s.MaxLagPercent = 1e9
	stages, err := s.Stages()
	require.NoError(t, err)
	client := loopback(t, replies(200, sseKind, textOf("a")+textOf("b")+finish+usageOf(1, 2)+doneLine))
	got := testing.Benchmark(func(b *testing.B) {
		c := &course{
			b: b, scenario: s, opened: true, client: client, stages: stages,
			set: dataset.Set{Entries: []dataset.Entry{{Prompt: "a", OutputTokens: 2}}},
		}
		c.run(b, point{rate: 400})
	}).Extra
	require.NotEmpty(t, got)
	for _, unit := range []string{
		"min-ns", "p50-ttft-ns", "p50-ttft.adapter_0-ns", "p50-latency.tier.high-ns", "p50-ttft.tier.high-ns",
	} {
		assert.GreaterOrEqual(t, got[unit], 30e6, unit)
	}
	assert.GreaterOrEqual(t, got["p50-normalized-ns"], 15e6, "of two tokens")
	assert.Zero(t, got["goodput-percent"])
}

func TestNamesOfMetrics(t *testing.T) {
	s := Scenario{Adapters: []Adapter{{Name: "adapter-0", Tier: "high-end"}, {Name: "Org/LoRA v1.2"}}}
	r := Reply{Latency: 9, TTFT: 4, TPOT: 2, Normalized: 3}
	of := func(model string) map[string]time.Duration {
		stages, err := s.Stages()
		require.NoError(t, err)
		return maps.Collect(stages.Of(model, r))
	}
	assert.Equal(t, map[string]time.Duration{
		"normalized": 3, "latency.adapter_0": 9, "latency.tier.high_end": 9, "ttft.tier.high_end": 4, "tpot.tier.high_end": 2,
	}, of("adapter-0"))
	assert.Equal(t, map[string]time.Duration{"normalized": 3, "latency.org_lora_v1.2": 9}, of("Org/LoRA v1.2"))
	assert.Equal(t, map[string]time.Duration{"normalized": 3}, of("the base model"))
	stages, err := s.Stages()
	require.NoError(t, err)
	assert.Equal(t, []string{
		"latency.adapter_0", "latency.org_lora_v1.2", "latency.tier.high_end", "normalized", "tpot.tier.high_end", "ttft.tier.high_end",
	}, stages.Names())
	s.Stream = true
	assert.Equal(t, map[string]time.Duration{"normalized": 3, "ttft.org_lora_v1.2": 4}, of("Org/LoRA v1.2"))
	r = Reply{Latency: 9}
	assert.Empty(t, of("Org/LoRA v1.2"), "nothing else was measured")
	for _, adapters := range [][]Adapter{{{Name: "a-b"}, {Name: "a_b"}}, {{Name: "tier.high"}}} {
		_, err := Scenario{Adapters: adapters}.Stages()
		assert.ErrorContains(t, err, "rename it")
	}
}

// What a gate compares sides by: replies without text, those without usage, and how long the others are.
func TestWhatRepliesLackIsReported(t *testing.T) {
	full := textOf("a") + textOf("b") + finish + usageOf(1, 6) + doneLine
	s, err := ParseScenario("s.json", []byte(base(`"stream": true`)))
	require.NoError(t, err)
	s.MaxLagPercent = 1e9
	for _, c := range []struct {
		name                   string
		other                  string // each second reply
		empty, noUsage, length float64
	}{
		{"nothing", full, 0, 0, 6},
		{"text", finish + usageOf(1, 0) + doneLine, 50, 0, 3},
		{"usage", textOf("a") + finish + doneLine, 0, 50, 6},
		{"both", finish + doneLine, 50, 50, 6},
	} {
		t.Run(c.name, func(t *testing.T) {
			var asked atomic.Int64
			client := loopback(t, func(w http.ResponseWriter, r *http.Request) {
				body := full
				if asked.Add(1)%2 == 0 {
					body = c.other
				}
				replies(200, sseKind, body)(w, r)
			})
			got := testing.Benchmark(func(b *testing.B) {
				course := &course{
					b: b, scenario: s, opened: true, client: client,
					set: dataset.Set{Entries: []dataset.Entry{{Prompt: "a", OutputTokens: 6}}},
				}
				course.run(b, point{rate: 400})
			}).Extra
			require.Greater(t, got["attempted"], 50.0)
			assert.InDelta(t, c.empty, got["empty-percent"], 2)
			assert.InDelta(t, c.noUsage, got["no-usage-percent"], 2)
			assert.InDelta(t, c.length, got["output-tok/req"], 0.1)
			assert.Zero(t, got["errors-percent"])
		})
	}
}
