//go:build unix

package peer

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/ratename"
	"github.com/tailgate-go/tailgate/internal/testbed/instant"
	"github.com/tailgate-go/tailgate/workload"
)

const timeout = 10 * time.Second

func TestMain(m *testing.M) {
	if instant.Serving() {
		return
	}
	os.Exit(m.Run())
}

func body(stream bool) []byte {
	return fmt.Appendf(nil, `{"model":"m","prompt":%q,"max_tokens":21,"stream":%t}`, strings.Repeat("word ", 200), stream)
}

const (
	reply = `{"id":"cmpl-1","choices":[{"index":0,"text":" token","finish_reason":"length"}],` +
		`"usage":{"prompt_tokens":7,"total_tokens":8,"completion_tokens":1}}`
	events = `data: {"choices":[{"index":0,"text":" token","finish_reason":"length"}]}` + "\n\ndata: [DONE]\n\n"
)

// What is compared must be the same: as many requests, of the same body, at the same times, give or take how late they are sent.
func TestAllSendTheSame(t *testing.T) {
	load := workload.Load{Rate: 500, Requests: 100, Seed: 1, Timeout: timeout, MaxInFlight: 100}
	for _, g := range generators {
		for _, stream := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/stream=%t", g.name, stream), func(t *testing.T) {
				var got atomic.Int64
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					asked, err := io.ReadAll(r.Body)
					if err == nil && string(asked) == string(body(stream)) && r.Method == http.MethodPost &&
						r.URL.Path == "/v1/completions" && r.ProtoMajor == 1 {
						got.Add(1)
					}
					if stream {
						w.Header().Set("Content-Type", "text/event-stream")
						_, _ = io.WriteString(w, events)
						return
					}
					w.Header().Set("Content-Type", "application/json")
					_, _ = io.WriteString(w, reply)
				}))
				defer server.Close()
				began := time.Now()
				s, err := g.run(ask{server.URL, body(stream), stream}, load)
				require.NoError(t, err)
				assert.Equal(t, int64(100), got.Load())
				assert.GreaterOrEqual(t, time.Since(began), 200*time.Millisecond, "100 at 500 req/s")
				assert.Len(t, s.lags, 100)
				assert.Len(t, s.latencies, 100)
				assert.Positive(t, s.elapsed)
				assert.Positive(t, slices.Min(s.latencies))
			})
		}
	}
}

// spent is the CPU time of this process so far.
func spent(b *testing.B) time.Duration {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// turn is how long each sends before another does.
const turn = time.Second

// BenchmarkPlain is what each takes for a request that is answered at once, medians of b.N turns: the CPU time, how late it sends
// (p50 and p99), how long a reply then takes by its clock (likewise), and how many a second were answered. cpu-ratio is ours of
// vegeta's, the median of turns.
func BenchmarkPlain(b *testing.B) { compare(b, "", false) }

// BenchmarkStream is BenchmarkPlain of replies of 21 events, each of them sent by itself. vegeta reads them as one body.
func BenchmarkStream(b *testing.B) { compare(b, "/events/21", true) }

func compare(b *testing.B, path string, stream bool) {
	for _, rate := range []float64{350, 2000, 10_000} {
		b.Run(ratename.Of(rate), func(b *testing.B) {
			url := sync.OnceValue(func() string { return instant.Start(b) })
			load := workload.Load{
				Rate: rate, Requests: int(rate * turn.Seconds()), Seed: 1, Timeout: timeout, MaxInFlight: 1000, MaxLagPercent: 1e6,
			}
			figures := map[string][]float64{} // by unit
			note := func(g generator, unit string, value float64) {
				figures[g.name+"-"+unit] = append(figures[g.name+"-"+unit], value)
			}
			for i := range b.N {
				for j := range generators {
					g := generators[(i+j)%len(generators)]
					began := spent(b)
					s, err := g.run(ask{url() + path, body(stream), stream}, load)
					require.NoError(b, err)
					note(g, "cpu-ns/req", float64(spent(b)-began)/float64(load.Requests))
					note(g, "p50-lag-ns", quantile(s.lags, 0.5))
					note(g, "p99-lag-ns", quantile(s.lags, 0.99))
					note(g, "p50-latency-ns", quantile(s.latencies, 0.5))
					note(g, "p99-latency-ns", quantile(s.latencies, 0.99))
					note(g, "req/s", float64(load.Requests)/s.elapsed.Seconds())
				}
				ours, theirs := figures["tailgate-cpu-ns/req"], figures["vegeta-cpu-ns/req"]
				figures["cpu-ratio"] = append(figures["cpu-ratio"], ours[i]/theirs[i])
			}
			b.ReportMetric(0, "ns/op")
			for unit, values := range figures {
				b.ReportMetric(median(values), unit)
			}
		})
	}
}

func median(x []float64) float64 {
	sorted := slices.Sorted(slices.Values(x))
	return sorted[len(sorted)/2]
}
