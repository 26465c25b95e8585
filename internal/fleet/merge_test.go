package fleet

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/latency"
	"github.com/tailgate-go/tailgate/internal/replied"
	"github.com/tailgate-go/tailgate/internal/stats"
	"github.com/tailgate-go/tailgate/workload"
)

var (
	begins   = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	scenario = strings.Repeat("5c", 32)
	schedule = strings.Repeat("ab", 32)
)

// share is shard i of n, of 100 requests that each took their number in milliseconds, counted from 1.
func share(i, n int) (Share, map[string]*latency.Distribution) {
	s := Share{Benchmark: "Load/case=x/rate=50", Plan: []string{"Load/case=x/rate=50"}, Shard: i, Of: n,
		Scenario: scenario, Schedule: schedule,
		Seed: 7, Rate: 50, Requests: 100, Start: begins, Selection: 48, LastSent: 2 * time.Second, Elapsed: 3 * time.Second}
	d := &latency.Distribution{}
	for k := i; k <= 100; k += n {
		d.Record(int64(k) * 1e6)
	}
	s.Attempted, s.Succeeded, s.Replies = int(d.Len()), int(d.Len()), replied.Count{NoUsage: int(d.Len())}
	return s, map[string]*latency.Distribution{Latency: d}
}

// printed is the output of shards 1 to n, each altered.
func printed(t testing.TB, n int, alter func(*Share, map[string]*latency.Distribution)) []string {
	t.Helper()
	texts := make([]string, n)
	for i := range texts {
		s, metrics := share(i+1, n)
		if alter != nil {
			alter(&s, metrics)
		}
		var out bytes.Buffer
		out.WriteString("goos: linux\ncpu: made up\n")
		require.NoError(t, s.Write(&out, metrics))
		out.WriteString("BenchmarkLoad/case=x/rate=50-2 \t 1\t 5 ns/op\nPASS\n")
		texts[i] = out.String()
	}
	return texts
}

func TestSharesInAnyOrderAreTheWhole(t *testing.T) {
	texts := printed(t, 3, nil)
	for _, order := range [][]int{{0, 1, 2}, {2, 0, 1}} {
		var all string
		for _, i := range order {
			all += texts[i]
		}
		wholes, err := Merge(strings.NewReader(all))
		require.NoError(t, err)
		require.Len(t, wholes, 1)
		w := wholes[0]
		assert.Equal(t, []int{100, 100, 0}, []int{w.Attempted, w.Succeeded, w.Failed})
		assert.Equal(t, []int64{50e6, 99e6, 100e6}, w.Distributions[Latency].Quantiles(0.5, 0.99, 1))
		assert.Equal(t, []int{1, 2, 3}, []int{w.Shards[0].Shard, w.Shards[1].Shard, w.Shards[2].Shard})
		assert.Empty(t, w.Invalid)
		assert.False(t, w.Measured)
	}
}

func TestWhatIsNoWholeIsAnErrorThatNamesTheShare(t *testing.T) {
	only := func(shard int, alter func(*Share, map[string]*latency.Distribution)) func(*Share, map[string]*latency.Distribution) {
		return func(s *Share, d map[string]*latency.Distribution) {
			if s.Shard == shard {
				alter(s, d)
			}
		}
	}
	field := func(alter func(*Share)) func(*Share, map[string]*latency.Distribution) {
		return only(2, func(s *Share, _ map[string]*latency.Distribution) { alter(s) })
	}
	all := func(texts []string) string { return strings.Join(texts, "") }
	for _, c := range []struct {
		name  string
		alter func(*Share, map[string]*latency.Distribution)
		join  func([]string) string
		says  string
	}{
		{"nothing", nil, func([]string) string { return "PASS\n" }, "fleet: there are no shares; give the whole output of every shard"},
		{"one is missing", nil, func(texts []string) string { return texts[0] + texts[2] },
			"fleet: Load/case=x/rate=50: shard 2 of 3 is missing, and with it 33 of 100 requests: see what became of its process, " +
				"and run all shards again"},
		{"two are", nil, func(texts []string) string { return texts[1] },
			"fleet: Load/case=x/rate=50: shard 1 of 3 is missing, and with it 34 of 100 requests: see what became of its process, " +
				"and run all shards again\n" +
				"fleet: Load/case=x/rate=50: shard 3 of 3 is missing, and with it 33 of 100 requests"},
		{"an output twice", nil, func(texts []string) string { return texts[0] + all(texts) },
			"share: shard 1 of 3 of Load/case=x/rate=50 is there twice, in line 3 too: give each output once"},
		{"a pod that ran again", nil, func(texts []string) string { return all(texts) + printed(t, 3, nil)[1] },
			"fleet: Load/case=x/rate=50: shard 2 of 3 is there twice, in lines 9 and 21: its process ran again; run all shards again"},
		{"cut short between its lines", nil, func(texts []string) string {
			return texts[0] + texts[1] + texts[2][:strings.Index(texts[2], distributionPrefix)]
		}, "shard 3 of 3 (line 15) was cut short: its distributions latency are missing"},
		{"cut short in a line", nil, func(texts []string) string {
			return texts[0] + texts[1] + texts[2][:strings.Index(texts[2], distributionPrefix)+90]
		}, "fleet: line 16: distribution: 1:68: the JSON ends too early; give the whole output"},
		{"cut short at its head", nil, func(texts []string) string {
			return texts[0] + texts[1] + texts[2][strings.Index(texts[2], distributionPrefix):]
		}, "fleet: line 13: distribution: its share, of run "},
		{"another n", only(2, func(s *Share, d map[string]*latency.Distribution) {
			*s, d[Latency] = func() (Share, *latency.Distribution) { s, d := share(2, 4); return s, d[Latency] }()
		}), all, "shard 1 of 3 (line 3) and shard 2 of 4 (line 9) are not of one load: their number of shards is 3 and 4"},
		{"another schedule", field(func(s *Share) { s.Schedule = scenario }), all, "their schedule is abab"},
		{"another scenario", field(func(s *Share) { s.Scenario = schedule }), all, "their scenario is 5c5c"},
		{"another seed", field(func(s *Share) { s.Seed = 8 }), all, "their seed is 7 and 8"},
		{"another rate", field(func(s *Share) { s.Rate = 51 }), all, "their rate is 50 and 51"},
		{"another number of requests", field(func(s *Share) { s.Requests = 101 }), all, "their number of requests is 100 and 101"},
		{"other prompts", field(func(s *Share) { s.Selection = 49 }), all, "their selection of prompts is 48 and 49"},
		{"prompts that a cache may know", field(func(s *Share) { s.Cold = true }), all, "their cold is false and true"},
		{"another start", field(func(s *Share) { s.Start = begins.Add(1) }), all,
			"their start is 2026-11-22 12:00:00 +0000 UTC and 2026-11-22 12:00:00.000000001 +0000 UTC"},
		{"another plan", field(func(s *Share) { s.Plan = append(s.Plan, "Load/case=x/rate=60") }), all, "their plan is "},
		{"a rate that none came to", func(s *Share, _ map[string]*latency.Distribution) {
			s.Plan = append(s.Plan, "Load/case=x/rate=60")
		}, all,
			"fleet: Load/case=x/rate=60 is missing: no shard came to it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Merge(strings.NewReader(c.join(printed(t, 3, c.alter))))
			require.ErrorContains(t, err, c.says)
		})
	}
}

func TestWhatNoShareSaysIsRefused(t *testing.T) {
	text := strings.Join(printed(t, 1, nil), "")
	_, err := Merge(strings.NewReader(text))
	require.NoError(t, err)
	hundred := text[strings.Index(text, `"attempted":100`):strings.Index(text, `,"empty"`)]
	for _, c := range []struct{ name, old, new, says string }{
		{"another version", `"version":3`, `"version":2`, "its version is 2, where this is 3"},
		{"an unknown field", `"version":3`, `"version":3,"more":2`, "more"},
		{"a field twice", `"version":3`, `"version":3,"version":1`, "version"},
		{"a benchmark with a blank", `"benchmark":"Load/`, `"benchmark":"Load /`, "which is no name of one"},
		{"no such shard", `"shard":1`, `"shard":2`, "there is no shard 2 of 1"},
		{"too many shards", `"of":1`, `"of":1001`, "there is no shard 1 of 1001"},
		{"no hash", schedule, "abc", "is no SHA-256"},
		{"no rate", `"rate":50`, `"rate":0`, "rate is 0"},
		{"too many requests", `"requests":100`, `"requests":20000001`, "requests is 20000001"},
		{"more attempted than it has", `"attempted":100`, `"attempted":101`, "101 requests were attempted, where shard 1 of 1 has 100"},
		{"more succeeded", `"succeeded":100`, `"succeeded":101`, "101 requests succeeded and 0 failed"},
		{"failures without a reason", `"succeeded":100,"failed":0`, `"succeeded":90,"failed":10`,
			"90 requests succeeded and 10 failed, 0 with a reason"},
		{"no prompts", `"selection":48`, `"selection":0`, "selection is 0"},
		{"prompts of more bits", `"selection":48`, `"selection":281474976710656`, "selection is 281474976710656"},
		{"tokens below none", `"input_tokens":0`, `"input_tokens":-1`, "which 100 replies are not"},
		{"cached tokens of which nobody told", `"cached_tokens":0`, `"cached_tokens":1`, "which 100 replies are not"},
		{"more than all may fail", `"in_time"`, `"may_fail_percent":101,"in_time"`, "may_fail_percent is 101"},
		{"replies that nobody sent", `"no_usage":100`, `"no_usage":99`, "which 100 replies are not"},
		{"more answered than succeeded", `"answered":0`, `"answered":101`, "in_time is {Due:0 Answered:101}"},
		{"more due than it has", `"due":0`, `"due":101`, "in_time is {Due:101 Answered:0}"},
		{"a negative time", `"elapsed_ns":3000000000`, `"elapsed_ns":-1`, "ended after -1ns"},
		{"an end after all was over", `"last_end_ns":0`, `"last_end_ns":3000000001`,
			"the last after 3.000000001s, and all was over after 3s"},
		{"a clock that was not measured, but says so", `"samples":0`, `"samples":-1`, "clock is "},
		{"metrics in disorder", `"metrics":["latency"]`, `"metrics":["latency","lag"]`, "metrics is no list"},
		{"a metric with a blank", `"metrics":["latency"]`, `"metrics":["late ncy"]`, "metrics has a name that is none"},
		{"a distribution of no metric", `"metric":"latency"`, `"metric":"lag"`, `has no "lag", or twice`},
		{"a distribution that cannot be", `"count":100`, `"count":101`,
			"shard 1 of 1 of Load/case=x/rate=50: latency: values: there are 100"},
		{"fewer latencies than requests that succeeded", hundred, strings.ReplaceAll(hundred, "100", "99"),
			"there are 100 latencies, where 99 requests succeeded"},
		{"an overlong line", sharePrefix, sharePrefix + strings.Repeat(" ", mostLine), "fleet: line 3: it has more than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Contains(t, text, c.old)
			_, err := Merge(strings.NewReader(strings.Replace(text, c.old, c.new, 1)))
			require.ErrorContains(t, err, c.says)
		})
	}
}

func TestLongLinesOfOthersArePassedOver(t *testing.T) {
	text := strings.Repeat("x", 5*mostLine) + "\n#" + strings.Repeat(" ", 3*mostLine) + "\r\n" + strings.Join(printed(t, 2, nil), "\n")
	wholes, err := Merge(strings.NewReader(text))
	require.NoError(t, err)
	assert.Equal(t, 100, wholes[0].Attempted)
}

// One client and eight of them, on a clock that stands still while anyone works, against a server that takes as long for a request
// as its number says: they find the same, to the precision of a histogram where there is one.
func TestEightShardsFindWhatOneClientFinds(t *testing.T) {
	for _, requests := range []int{500, 20_000} { // a shard's values are listed, and are rounded
		t.Run(fmt.Sprint(requests), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := workload.Load{Rate: 1000, Requests: requests, Seed: 11}
				alone, values := drive(t, l)
				var wait sync.WaitGroup
				texts := make([]string, 8)
				l.Start = time.Now().Add(time.Second)
				for i := range texts {
					wait.Go(func() {
						l := l
						l.Shard = workload.Shard{I: i + 1, N: len(texts)}
						texts[i], _ = drive(t, l)
					})
				}
				wait.Wait()
				together, err := Merge(strings.NewReader(strings.Join(texts, "")))
				require.NoError(t, err)
				one, err := Merge(strings.NewReader(alone))
				require.NoError(t, err)

				a, b := one[0], together[0]
				assert.Equal(t, a.Schedule, b.Schedule)
				assert.Equal(t, []any{a.Attempted, a.Succeeded, a.LastSent, a.Elapsed}, []any{b.Attempted, b.Succeeded, b.LastSent, b.Elapsed})
				for _, q := range []float64{0, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1} {
					want, got := stats.Quantile(values, q), b.Distributions[Latency].Quantiles(q)[0]
					if requests/8 <= 1000 {
						assert.Equal(t, want, got, "%v", q)
					} else {
						assert.InEpsilon(t, want, got, 0.001, "%v", q)
						assert.Equal(t, a.Distributions[Latency].Quantiles(q), b.Distributions[Latency].Quantiles(q),
							"a histogram of sums is the sum of histograms")
					}
				}
			})
		})
	}
}

// drive sends l in a bubble, and returns the lines of its share, and its latencies in order.
func drive(t *testing.T, l workload.Load) (text string, sorted []int64) {
	r, err := l.Run(t.Context(), func(_ context.Context, i int, _ time.Time) error {
		time.Sleep(time.Duration(1+i*i%7919) * 37 * time.Microsecond)
		return nil
	})
	assert.NoError(t, err)
	s := Share{Benchmark: "Load", Plan: []string{"Load"}, Shard: max(1, l.Shard.I), Of: max(1, l.Shard.N), Scenario: scenario,
		Schedule: r.Schedule, Seed: l.Seed, Selection: 48,
		Rate: l.Rate, Requests: l.Requests, Start: r.Start.Round(0), Attempted: r.Attempted, Succeeded: r.Succeeded, Elapsed: r.Elapsed,
		Replies: replied.Count{NoUsage: r.Succeeded}}
	d := &latency.Distribution{}
	for _, q := range r.Requests {
		d.Record(int64(q.Latency()))
		sorted = append(sorted, int64(q.Latency()))
		s.LastSent = max(s.LastSent, q.Sent)
	}
	slices.Sort(sorted)
	var out strings.Builder
	assert.NoError(t, s.Write(&out, map[string]*latency.Distribution{Latency: d}))
	return out.String(), sorted
}

// counted has each request of a share counted by its server.
func counted(s *Share, _ map[string]*latency.Distribution) {
	s.Replies = replied.Count{Usage: s.Succeeded, OutputTokens: int64(s.Shard), Good: s.Succeeded}
}

func FuzzMerge(f *testing.F) {
	run := regexp.MustCompile(`"run":"[0-9a-f]{16}`)
	for n := range 3 {
		var seed string
		for i, text := range printed(f, n+1, counted) {
			seed += run.ReplaceAllString(text, `"run":"000000000000000`+fmt.Sprint(i)) // the same in every run
		}
		f.Add(seed)
	}
	f.Add(sharePrefix + "{}")
	f.Fuzz(func(t *testing.T, text string) {
		wholes, err := Merge(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, w := range wholes {
			assert.Len(t, w.Shards, w.Of)
			assert.Equal(t, w.Attempted, w.Succeeded+w.Failed)
			assert.LessOrEqual(t, w.Attempted, w.Requests)
		}
		assert.NoError(t, WriteBenchmarks(&strings.Builder{}, wholes))
	})
}
