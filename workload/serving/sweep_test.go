package serving

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/policy"
	"github.com/tailgate-go/tailgate/workload"
	"github.com/tailgate-go/tailgate/workload/serving/dataset"
)

// Whatever the knee, the bounds and the resolution: the answer holds, the knee is within the resolution of it, and few rates
// are tried.
func TestASweepFindsTheKnee(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Sweep{Low: rapid.Float64Range(0.01, 1e4).Draw(t, "low")}
		s.High = s.Low * rapid.Float64Range(1.0001, 1000).Draw(t, "high/low")
		s.ResolutionPercent = rapid.SampledFrom([]float64{0, 0.1, 1, 5, 12.5, 50}).Draw(t, "resolution")
		ratio := 1 + (s.ResolutionPercent+1e-3)/100 // six digits are 0.001 %
		if s.ResolutionPercent == 0 {
			ratio = 1.05001
		}
		knee := s.Low * math.Exp(rapid.Float64Range(-1, 8).Draw(t, "ln(knee/low)"))
		rates := s.grid()
		require.Equal(t, []float64{s.Low, s.High}, []float64{rates[0], rates[len(rates)-1]})
		for i := range rates[1:] {
			require.Greater(t, rates[i+1], rates[i])
			require.LessOrEqual(t, rates[i+1]/rates[i], ratio)
		}
		tried := map[float64]bool{}
		found, err := find(rates, func(rate float64) (bool, error) {
			require.False(t, tried[rate], "once is enough")
			tried[rate] = true
			return rate <= knee, nil
		})
		require.NoError(t, err)
		require.Len(t, tried, found.trials)
		require.LessOrEqual(t, float64(found.trials), math.Ceil(math.Log2(float64(len(rates)+1))))
		switch {
		case knee < s.Low:
			require.Zero(t, found.rate)
			require.True(t, tried[s.Low])
		case knee >= s.High:
			require.Equal(t, s.High, found.rate)
			require.True(t, found.out)
			require.True(t, tried[s.High])
		default:
			require.False(t, found.out)
			require.True(t, tried[found.rate], "the answer was tried")
			require.LessOrEqual(t, found.rate, knee)
			require.Greater(t, found.rate*ratio, knee)
		}
	})
}

func TestATrialThatComesToNothingEndsTheSearch(t *testing.T) {
	nothing := errors.New("nothing")
	found, err := find([]float64{1, 2, 3}, func(float64) (bool, error) { return true, nothing })
	require.ErrorIs(t, err, nothing)
	assert.Equal(t, 1, found.trials)
}

// serves answers after so long, so many requests at a time.
func serves(places int, after time.Duration) http.HandlerFunc {
	free := make(chan struct{}, places)
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		free <- struct{}{}
		defer func() { <-free }()
		time.Sleep(after) // on the bubble's clock
		w.Header().Set("Content-Type", jsonKind)
		_, _ = io.WriteString(w, `{"choices":[{"text":"a","finish_reason":"length"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}`)
	}
}

// swept is what the benchmark of a sweep reports, of a server on a clock of its own.
func swept(t *testing.T, handler func() http.HandlerFunc, scenario string) (metrics map[string]float64) {
	t.Helper()
	s, err := ParseScenario("s.json",
		[]byte(`{"version": 1, "name": "case", "model": "m", "dataset": {"file": "d"}, `+
			`"arrivals": {"burstiness": "constant"}, `+scenario+`}`))
	require.NoError(t, err)
	bubble(t, func(w http.ResponseWriter, r *http.Request) { handler()(w, r) }, func(t *testing.T, c *Client) {
		set := dataset.Set{Entries: []dataset.Entry{{Prompt: "a", OutputTokens: 1}}}
		metrics = testing.Benchmark(func(b *testing.B) {
			course := &course{b: b, scenario: s, opened: true, client: c, set: set}
			course.sweep(b)
		}).Extra
	})
	return metrics
}

// once makes a handler in the bubble that its first request comes in.
func once(make func() http.HandlerFunc) func() http.HandlerFunc {
	var made http.HandlerFunc
	return func() http.HandlerFunc {
		if made == nil {
			made = make()
		}
		return made
	}
}

// A server of c places that takes S for each request, sent one every g < S/c: request i of n waits floor(i/c) * (S - c*g).
// With a bound of S + w on the latency, and one in a hundred that may miss it, the rate holds up to that at which the wait of the
// last that may not is w:
//
//	1/g = c / (S - w / floor((n - 1 - n/100) / c))
func TestTheBenchmarkOfASweepFindsAKneeThatIsKnown(t *testing.T) {
	const n, took, slack = 200, 40 * ms, 100 * ms
	for _, c := range []struct{ places int }{{1}, {2}, {4}, {8}} {
		t.Run(fmt.Sprintf("places=%d", c.places), func(t *testing.T) {
			last := (n - 1 - n/100) / c.places
			knee := float64(c.places) / (took - slack/time.Duration(last)).Seconds()
			got := swept(t, once(func() http.HandlerFunc { return serves(c.places, took) }),
				`"sweep": {"low": 10, "high": 1000, "resolution_percent": 2}, "prompts": 200, "slo": {"e2e": "140ms"}`)
			assert.LessOrEqual(t, got["max-rate-req/s"], knee)
			assert.Greater(t, got["max-rate-req/s"], knee/1.02001)
			assert.Zero(t, got["swept-out"])
			assert.LessOrEqual(t, got["trials"], 8.0)
			assert.NotContains(t, got, "p50-ns", "of several rates")
		})
	}
}

func TestASweepThatFindsNoKneeSaysSo(t *testing.T) {
	one := func() http.HandlerFunc { return serves(1, 40*ms) }
	got := swept(t, once(one), `"sweep": {"low": 5, "high": 20}, "prompts": 100, "slo": {"e2e": "140ms"}`)
	assert.Equal(t, []float64{20, 1}, []float64{got["max-rate-req/s"], got["swept-out"]}, "all rates hold")

	got = swept(t, once(one), `"sweep": {"low": 50, "high": 100}, "prompts": 100, "slo": {"e2e": "140ms"}`)
	assert.NotContains(t, got, "max-rate-req/s", "none does")
}

// A sweep says what caches knew of its prompts, as a rate does, so that a gate refuses a knee that a cache has moved.
func TestASweepSaysWhatCachesKnew(t *testing.T) {
	tells := `,"prompt_tokens_details":{"cached_tokens":4}`
	for _, c := range []struct {
		name, fields, tells string
		cold, cached        bool
	}{
		{"cold", "", tells, true, true},
		{"warm", `, "cache": "warm"`, tells, false, true},
		{"a server that does not say", "", "", true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := swept(t, func() http.HandlerFunc {
				return func(w http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(io.Discard, r.Body)
					time.Sleep(ms) // on the bubble's clock
					replies(200, jsonKind, `{"choices":[{"text":"a","finish_reason":"length"}],
						"usage":{"prompt_tokens":10,"completion_tokens":1`+c.tells+`}}`)(w, r)
				}
			}, `"sweep": {"low": 10, "high": 20}, "prompts": 20, "slo": {"e2e": "1s"}`+c.fields)
			require.Contains(t, got, "max-rate-req/s")
			percent, told := got["cached-percent"]
			assert.Equal(t, c.cached, told)
			if told {
				assert.InDelta(t, 40, percent, 1e-9)
			}
			_, cold := got["cold"]
			assert.Equal(t, c.cold, cold)
		})
	}
}

// A candidate with half the places is a regression, and one that holds as much is none.
func TestASweepIsGated(t *testing.T) {
	results := func(places int) judge.Results {
		rates := make([]float64, 4) // whose smallest p is 0.029
		for i := range rates {
			got := swept(t, once(func() http.HandlerFunc { return serves(places, 40*ms) }),
				fmt.Sprintf(`"sweep": {"low": 10, "high": 1000}, "prompts": %d, "slo": {"e2e": "140ms"}`, 200+50*i))
			rates[i] = got["max-rate-req/s"]
		}
		return judge.Results{Benchmarks: []judge.Benchmark{
			{ID: policy.ID{Name: "Serving/case=case/sweep"}, Requests: 100, Metrics: map[string][]float64{"max-rate-req/s": rates}},
		}}
	}
	rule := judge.By(policy.Policy{Rules: []policy.Rule{{Metric: "max-rate-req/s", MaxRegressionPercent: 10}}})
	baseline := results(4)
	assert.Equal(t, policy.Regressed, rule.Compare(baseline, results(2)).Outcome())
	assert.Equal(t, policy.OK, rule.Compare(baseline, baseline).Outcome())
}

// drives is a driver whose runs are those given, one after the other, none of which sends anything.
func drives(results ...workload.LoadResult) driver {
	return func(workload.Load, func(context.Context, *workload.Request) error) (r workload.LoadResult, err error) {
		r, results = results[0], results[1:]
		return r, nil
	}
}

func TestARunThatIsInvalidNeitherHoldsNorFails(t *testing.T) {
	invalid := workload.LoadResult{Invalid: []string{"sent 9ms late"}}
	course := &course{scenario: Scenario{Name: "case", Prompts: 100, Sweep: Sweep{Low: 10, High: 20}}}
	bubble(t, serves(1, time.Millisecond), func(t *testing.T, c *Client) {
		course.client, course.set = c, dataset.Set{Entries: []dataset.Entry{{Prompt: "a", OutputTokens: 1}}}
		s := course.newSweep(100, t.Logf, drives(invalid, invalid, workload.LoadResult{}))
		held, how, err := s.try(10)
		require.NoError(t, err)
		assert.True(t, held, how)

		s = course.newSweep(100, t.Logf, drives(invalid, invalid, invalid))
		_, err = s.find()
		assert.ErrorContains(t, err, "whether 13.8191 req/s holds is not known, since 3 runs were invalid: invalid: sent 9ms late")
	})
}

// answered is 300 requests, one every 10 ms, answered one after the other by a server that takes so long for each.
func answered(took time.Duration) (r workload.LoadResult) {
	free := time.Duration(0)
	for i := range 300 {
		due := time.Duration(i+1) * 10 * ms
		free = max(due, free) + took
		r.Requests = append(r.Requests, workload.Sent{Due: due, Sent: due, Begun: due, Ended: free})
	}
	return r
}

func TestARateAtWhichTheServerFallsBehindDoesNotHold(t *testing.T) {
	course := &course{scenario: Scenario{Name: "case", Prompts: 300, Sweep: Sweep{Low: 50, High: 100}}}
	bubble(t, serves(1, time.Millisecond), func(t *testing.T, c *Client) {
		course.client, course.set = c, dataset.Set{Entries: []dataset.Entry{{Prompt: "a", OutputTokens: 1}}}
		s := course.newSweep(300, t.Logf, drives(answered(ms), answered(20*ms)))
		held, how, err := s.try(100)
		require.NoError(t, err)
		assert.True(t, held, how)
		held, how, err = s.try(100)
		require.NoError(t, err)
		assert.False(t, held, "though no request missed the SLO")
		assert.Contains(t, how, "the server fell behind, ")
	})
}

// A server that does not come back after a rate that did not hold is told, and not taken for one that holds nothing.
func TestASweepWaitsForTheServerToRecover(t *testing.T) {
	for _, c := range []struct {
		name  string
		after int // requests by themselves that are refused
		says  string
	}{
		{"at once", 0, ""},
		{"after a while", 20, ""},
		{"never", math.MaxInt, "the server has not recovered within 5s from a rate that did not hold"},
	} {
		t.Run(c.name, func(t *testing.T) {
			refused := 0
			handler := func(w http.ResponseWriter, _ *http.Request) {
				if refused++; refused <= c.after {
					w.WriteHeader(http.StatusServiceUnavailable)
					return
				}
				replies(200, jsonKind, `{"choices":[{"text":"a","finish_reason":"stop"}]}`)(w, nil)
			}
			bubble(t, handler, func(t *testing.T, client *Client) {
				course := &course{
					scenario: Scenario{Name: "case", Prompts: 100, Timeout: Duration(5 * time.Second), SLO: SLO{E2E: Duration(time.Second)},
						Sweep: Sweep{Low: 10, High: 20}},
					client: client, set: dataset.Set{Entries: []dataset.Entry{{Prompt: "a", OutputTokens: 1}}},
				}
				s := course.newSweep(100, t.Logf, nil)
				s.dirty = true
				if err := s.settle(); c.says != "" {
					assert.ErrorContains(t, err, c.says)
					return
				} else if assert.NoError(t, err) {
					assert.False(t, s.dirty)
				}
			})
		})
	}
}

// A rate that is known not to hold has no more requests sent: the backlog that the next trial would begin with stays small.
func TestARateThatDoesNotHoldIsNotSentToTheEnd(t *testing.T) {
	served := 0
	handler := func(w http.ResponseWriter, r *http.Request) {
		served++
		replies(503, jsonKind, `{"error": {"message": "full"}}`)(w, r)
	}
	got := swept(t, func() http.HandlerFunc {
		return handler
	}, `"sweep": {"low": 10, "high": 11, "good_percent": 90}, "prompts": 1000, "slo": {"e2e": "1s"}, "timeout": "1s"`)
	assert.NotContains(t, got, "max-rate-req/s")
	assert.Less(t, served, 200, "of 1000")
}

func TestASweepIsAsLongAsTheScenarioOrBNSays(t *testing.T) {
	for _, c := range []struct {
		name    string
		of      Scenario
		least   int
		prompts int // at 20 req/s
	}{
		{"its own duration", Scenario{Duration: Duration(time.Minute), Sweep: Sweep{Duration: Duration(5 * time.Second)}}, 2, 100},
		{"its own prompts", Scenario{Duration: Duration(time.Minute), Sweep: Sweep{Prompts: 300}}, 2, 300},
		{"those of the rates", Scenario{Duration: Duration(time.Minute)}, 2, 1200},
		{"b.N, if that is more", Scenario{Prompts: 100}, 5000, 5000},
	} {
		s := &sweep{course: &course{scenario: c.of}, least: c.least}
		assert.Equal(t, c.prompts, s.prompts(20), c.name)
	}
}
