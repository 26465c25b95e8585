package serving

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/workload/serving/dataset"
)

// closedLoop is what the benchmark of a scenario's first point reports, of a server on a clock of its own that takes 40 ms for each
// request, so many at a time, and how many requests were under way at most.
func closedLoop(t *testing.T, places int, fields string) (metrics map[string]float64, most int64) {
	t.Helper()
	return loaded(t, func() http.HandlerFunc { return serves(places, 40*ms) }, fields)
}

// loaded is closedLoop with any handler, which is made on the server's clock.
func loaded(t *testing.T, server func() http.HandlerFunc, fields string) (metrics map[string]float64, most int64) {
	t.Helper()
	s, err := ParseScenario("s.json", []byte(`{"version": 1, "name": "case", "model": "m", "dataset": {"file": "d"}, `+fields+`}`))
	require.NoError(t, err)
	var now, peak atomic.Int64
	var handler http.HandlerFunc
	bubble(t, func(w http.ResponseWriter, r *http.Request) {
		peak.Store(max(peak.Load(), now.Add(1)))
		defer now.Add(-1)
		handler(w, r)
	}, func(t *testing.T, c *Client) {
		handler = server()
		set := dataset.Set{Entries: []dataset.Entry{{Prompt: "a", OutputTokens: 1}}}
		metrics = testing.Benchmark(func(b *testing.B) {
			course := &course{b: b, scenario: s, opened: true, client: c, set: set}
			course.run(b, s.points()[0])
		}).Extra
	})
	return metrics, peak.Load()
}

func TestSoManyRequestsAreUnderWay(t *testing.T) {
	for _, c := range []struct {
		name, fields string
		places       int // of the server
		under        int64
		p50          time.Duration
		perSecond    float64
	}{
		{"four, all served at once", `"concurrency": [4], "prompts": 100`, 100, 4, 40 * ms, 100},
		{"four, served one by one: none waits to be sent", `"concurrency": [4], "prompts": 100`, 1, 4, 160 * ms, 25},
		{"one", `"concurrency": [1], "prompts": 100`, 100, 1, 40 * ms, 25},
		{"as fast as it goes", `"max_rate": true, "prompts": 100`, 1000, 512, 40 * ms, 12800},
		{"as fast as it goes, up to a bound", `"max_rate": true, "max_in_flight": 5, "prompts": 100`, 1000, 5, 40 * ms, 125},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, most := closedLoop(t, c.places, c.fields)
			require.NotEmpty(t, got)
			assert.GreaterOrEqual(t, got["attempted"], 100.0, "one reply does not tell how many a second has")
			assert.Equal(t, c.under, most)
			assert.InDelta(t, float64(c.p50), got["p50-ns"], 0, "from when it was sent")
			assert.InEpsilon(t, c.perSecond, got["req/s"], 0.05, "less the last, which are fewer at once")
			for _, unit := range []string{"offered-req/s", "sent-req/s", "p50-lag-ns", "p99-lag-ns", "saturated", "late"} {
				assert.NotContains(t, got, unit)
			}
			assert.Contains(t, got, "errors-percent")
			assert.Contains(t, got, "cold")
		})
	}
}

// A server that holds its streams open does not answer fewer requests for it: its end of a stream is not waited for.
func TestAStreamThatIsHeldOpenTakesNoPlace(t *testing.T) {
	for _, fields := range []string{
		`"concurrency": [4]`, `"max_rate": true, "max_in_flight": 4`, `"rates": [400], "max_in_flight": 4`,
	} {
		for _, c := range []struct {
			held time.Duration
			late float64
		}{{0, 0}, {time.Hour, 100}} {
			got, _ := loaded(t, func() http.HandlerFunc {
				return sends(piece{40 * ms, textOf("a") + finish + usageOf(1, 1) + doneLine}, piece{c.held, ": bye\n\n"})
			}, `"stream": true, "prompts": 100, `+fields)
			require.NotEmpty(t, got, fields)
			assert.InEpsilon(t, 100, got["req/s"], 0.05, "%s, held open for %v", fields, c.held)
			assert.Equal(t, c.late, got["held-open-percent"], fields)
		}
	}
}

func TestPointsOfAScenario(t *testing.T) {
	names := func(s Scenario) (all []string) {
		for _, p := range s.points() {
			all = append(all, p.name())
			load := s.loadOf(p)
			assert.Equal(t, p.isClosed(), load.Rate == 0)
			assert.Equal(t, p.clients, load.Concurrency)
			assert.Equal(t, 100, load.Requests)
		}
		return all
	}
	assert.Equal(t, []string{"rate=0.5", "rate=20"}, names(Scenario{Rates: []float64{0.5, 20}, Prompts: 100}))
	assert.Equal(t, []string{"concurrency=1", "concurrency=8"}, names(Scenario{Concurrency: []int{1, 8}, Prompts: 100}))
	assert.Equal(t, []string{"rate=max"}, names(Scenario{MaxRate: true, Prompts: 100}))
	assert.Equal(t, 512, Scenario{MaxRate: true}.points()[0].clients, "by default")
	assert.Equal(t, 6*time.Second, Scenario{WarmUp: WarmUp{Duration: Duration(time.Second)}}.takes(100, point{rate: 20}))
	assert.Equal(t, time.Second, Scenario{WarmUp: WarmUp{Duration: Duration(time.Second)}}.takes(100, point{clients: 8}), "at least")
}
