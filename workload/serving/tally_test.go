package serving

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTooManyFailuresBreakARateOff(t *testing.T) {
	for _, c := range []struct {
		name    string
		percent float64
		may     int // of 40
	}{
		{"none said: all may", 0, 40},
		{"ten percent", 10, 4},
		{"less than one request", 1, 0},
		{"all", 100, 40},
	} {
		t.Run(c.name, func(t *testing.T) {
			tally := newTally(40, Scenario{MaxErrorPercent: c.percent})
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
		fault(Connect, "first connect"), &Fault{Kind: Status, Status: 503, Detail: "first 503"}, &Fault{Kind: Status, Status: 503, Detail: "second 503"},
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
		assert.Equal(t, c.good, slo.kept(c.reply), c.name)
	}
	assert.True(t, SLO{}.kept(Reply{Latency: time.Hour}), "no bounds")
	tally := newTally(2, Scenario{SLO: slo})
	tally.succeeded(keeps)
	tally.succeeded(Reply{Latency: time.Hour})
	assert.Equal(t, 1, tally.good)
}

func TestNamesOfMetrics(t *testing.T) {
	names, err := Scenario{Adapters: []Adapter{{Name: "adapter-0", Tier: "high-end"}, {Name: "Org/LoRA v1.2"}}}.names()
	require.NoError(t, err)
	assert.Equal(t, "adapter_0", names["adapter-0"].adapter)
	assert.Equal(t, "tier.high_end", names["adapter-0"].tier)
	assert.Equal(t, "org_lora_v1.2", names["Org/LoRA v1.2"].adapter)
	assert.Empty(t, names["Org/LoRA v1.2"].tier)
	assert.Empty(t, names["the base model"])
	for _, adapters := range [][]Adapter{{{Name: "a-b"}, {Name: "a_b"}}, {{Name: "tier.high"}}} {
		_, err := Scenario{Adapters: adapters}.names()
		assert.ErrorContains(t, err, "rename it")
	}
}
