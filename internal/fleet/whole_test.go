package fleet

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/latency"
	"github.com/tailgate-go/tailgate/internal/replied"
	"github.com/tailgate-go/tailgate/internal/saturation"
)

func TestWhatMakesAShardInvalidMakesTheWhole(t *testing.T) {
	wholes, err := Merge(strings.NewReader(strings.Join(printed(t, 3, func(s *Share, _ map[string]*latency.Distribution) {
		if s.Shard == 2 {
			s.Invalid = []string{"requests were sent 2ms late"}
		}
	}), "")))
	require.NoError(t, err)
	assert.Equal(t, []string{"shard 2 of 3: requests were sent 2ms late"}, wholes[0].Invalid)
	var out strings.Builder
	require.NoError(t, WriteBenchmarks(&out, wholes))
	assert.Contains(t, out.String(),
		"--- FAIL: BenchmarkLoad/case=x/rate=50\n    invalid: shard 2 of 3: requests were sent 2ms late\nFAIL\n")
	assert.NotContains(t, out.String(), "\nBenchmark")
}

// reported is what a whole reports, by unit, or why it must not be judged.
func reported(t *testing.T, alter func(*Share, map[string]*latency.Distribution)) (values map[string]float64, invalid []string) {
	t.Helper()
	wholes, err := Merge(strings.NewReader(strings.Join(printed(t, 4, alter), "")))
	require.NoError(t, err)
	require.Len(t, wholes, 1)
	values = map[string]float64{}
	wholes[0].Report(wholes[0].Distributions, func(value float64, unit string) { values[unit] = value })
	return values, wholes[0].Invalid
}

// fail has so many of a share's requests fail.
func fail(s *Share, d map[string]*latency.Distribution, faults map[string]int) {
	s.Faults = faults
	for _, n := range faults {
		s.Failed += n
	}
	s.Succeeded -= s.Failed
	s.Replies.NoUsage = s.Succeeded
	d[Latency] = &latency.Distribution{}
	for range s.Succeeded {
		d[Latency].Record(1e6)
	}
}

func TestTheFailuresOfAllShardsAreReported(t *testing.T) {
	got, invalid := reported(t, func(s *Share, d map[string]*latency.Distribution) {
		switch s.Shard {
		case 2:
			fail(s, d, map[string]int{"status 503": 3, "timeout": 1})
		case 3:
			fail(s, d, map[string]int{"status 503": 2})
		}
	})
	assert.Empty(t, invalid)
	assert.Equal(t, []float64{6, 5, 1, 94}, []float64{
		got["errors-percent"], got["errors-status-503"], got["errors-timeout"], got["succeeded"]})

	got, _ = reported(t, nil)
	require.Contains(t, got, "errors-percent", "none is a number")
	assert.Zero(t, got["errors-percent"])
}

func TestALoadOfWhichNothingSucceededIsInvalid(t *testing.T) {
	_, invalid := reported(t, func(s *Share, d map[string]*latency.Distribution) { fail(s, d, map[string]int{"connect": 25}) })
	require.Len(t, invalid, 1)
	assert.Contains(t, invalid[0], "none of 100 requests succeeded")
}

// One shard alone has more failures than may be; whether the load has is told by all of them together.
func TestHowManyMayFailIsOfAllShards(t *testing.T) {
	failing := func(n int) func(*Share, map[string]*latency.Distribution) {
		return func(s *Share, d map[string]*latency.Distribution) {
			five := 5.0
			if s.MayFail = &five; s.Shard == 2 {
				fail(s, d, map[string]int{"timeout": n})
			}
		}
	}
	_, invalid := reported(t, failing(5))
	assert.Empty(t, invalid, "5 of 100 may")
	_, invalid = reported(t, failing(6))
	assert.Equal(t, []string{"6 of 100 requests failed, where 5 may (max_error_percent): map[timeout:6]"}, invalid)
}

func TestPromptsAndCachesOfAllShardsAreReported(t *testing.T) {
	got, _ := reported(t, func(s *Share, _ map[string]*latency.Distribution) {
		s.Cold, s.Replies = true, replied.Count{Usage: s.Succeeded, InputTokens: 1000, Good: 10, Bounded: true}
		if s.Shard == 2 { // the others' servers do not say
			s.Replies.CachedTokens, s.Replies.TellsCached = 800, true
		}
	})
	assert.Equal(t, []float64{48, 1, 20}, []float64{got["selection"], got["cold"], got["cached-percent"]})
	assert.Equal(t, []float64{40, 40.0 / 3}, []float64{got["goodput-percent"], got["goodput-req/s"]}, "of 25 each, 10 in time")
	got, _ = reported(t, nil)
	for _, unit := range []string{"cold", "cached-percent", "goodput-percent"} {
		assert.NotContains(t, got, unit)
	}
}

// No shard has enough requests to tell from chance that the server falls behind; all together have.
func TestAServerThatFallsBehindAllShardsIsSaturated(t *testing.T) {
	count := saturation.Count{Due: 12, Answered: 4}
	require.False(t, count.Saturated())
	got, _ := reported(t, func(s *Share, _ map[string]*latency.Distribution) { s.InTime = count })
	assert.Equal(t, 1.0, got["saturated"])
	got, _ = reported(t, func(s *Share, _ map[string]*latency.Distribution) { s.InTime = saturation.Count{Due: 12, Answered: 12} })
	assert.Zero(t, got["saturated"])
}

func TestClocksThatAreSurelyApartMakeTheWholeInvalid(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		name          string
		clocks        [2]Clock
		apart, proven time.Duration
		invalid       bool
	}{
		{"as good as equal", [2]Clock{{-2 * ms, ms, 9}, {3 * ms, ms, 9}}, 7 * ms, 3 * ms, false},
		{"exactly as far as may be", [2]Clock{{0, ms, 9}, {102 * ms, ms, 9}}, 104 * ms, 100 * ms, false},
		{"a nanosecond more", [2]Clock{{0, ms, 9}, {102*ms + 1, ms, 9}}, 104*ms + 1, 100*ms + 1, true},
		{"far, but perhaps not", [2]Clock{{0, 400 * ms, 1}, {600 * ms, 400 * ms, 1}}, 1400 * ms, 0, false},
		{"one not measured", [2]Clock{{0, ms, 9}, {}}, 0, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			wholes, err := Merge(strings.NewReader(
				strings.Join(printed(t, 2, func(s *Share, _ map[string]*latency.Distribution) { s.Clock = c.clocks[s.Shard-1] }), "")))
			require.NoError(t, err)
			w := wholes[0]
			assert.Equal(t, c.apart, w.Apart)
			assert.Equal(t, c.proven, w.Proven)
			assert.Equal(t, c.invalid, len(w.Invalid) > 0)
			assert.Equal(t, c.clocks[1].Samples > 0, w.Measured)
		})
	}
}
