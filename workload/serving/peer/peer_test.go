//go:build unix

package peer

import (
	"context"
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
	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/tailgate-go/tailgate/internal/ratename"
	"github.com/tailgate-go/tailgate/internal/testbed/instant"
	"github.com/tailgate-go/tailgate/workload"
	"github.com/tailgate-go/tailgate/workload/serving"
)

const timeout = 10 * time.Second

func TestMain(m *testing.M) {
	if instant.Serving() {
		return
	}
	os.Exit(m.Run())
}

// generator sends the requests of a load to a server, each with the body, and returns how late they were sent, by the median.
type generator func(url string, body []byte, load workload.Load) (lag time.Duration, err error)

func ours(url string, body []byte, load workload.Load) (time.Duration, error) {
	client, err := serving.NewClient(serving.Target{URL: url})
	if err != nil {
		return 0, err
	}
	defer client.Close()
	result, err := load.Run(context.Background(), func(ctx context.Context, _ int, due time.Time) error {
		_, err := client.Do(ctx, body, false, due)
		return err
	})
	if err == nil && result.Failed > 0 {
		err = fmt.Errorf("%d of %d requests failed", result.Failed, result.Attempted)
	}
	return result.LagP50, err
}

// theirs has vegeta follow the load's schedule. A request's lag is its timestamp's, which vegeta takes when a worker has begun with
// it.
func theirs(url string, body []byte, load workload.Load) (time.Duration, error) {
	schedule, err := load.Schedule()
	if err != nil {
		return 0, err
	}
	attacker := vegeta.NewAttacker(vegeta.Timeout(load.Timeout), vegeta.HTTP2(false), vegeta.Redirects(vegeta.NoFollow),
		vegeta.MaxWorkers(uint64(load.MaxInFlight)))
	targets := vegeta.NewStaticTargeter(vegeta.Target{
		Method: http.MethodPost, URL: url + "/v1/completions", Body: body, Header: http.Header{"Content-Type": {"application/json"}},
	})
	var began time.Time // of the attack: the first call of the pacer is at most microseconds later
	pacer := follows{schedule: schedule, began: &began}
	lags, failed := make([]time.Duration, 0, len(schedule)), 0
	for result := range attacker.Attack(targets, pacer, 0, "") {
		if result.Error != "" || result.Code != http.StatusOK {
			failed++
		}
		lags = append(lags, result.Timestamp.Sub(began)-schedule[result.Seq])
	}
	if failed > 0 || len(lags) != len(schedule) {
		return 0, fmt.Errorf("vegeta: %d of %d requests failed, of %d", failed, len(lags), len(schedule))
	}
	slices.Sort(lags)
	return lags[len(lags)/2], nil
}

// follows is a schedule as vegeta paces.
type follows struct {
	schedule workload.Schedule
	began    *time.Time
}

// Pace is how long to wait for the next.
func (f follows) Pace(elapsed time.Duration, hits uint64) (wait time.Duration, stop bool) {
	if f.began.IsZero() {
		*f.began = time.Now().Add(-elapsed)
	}
	if hits == uint64(len(f.schedule)) {
		return 0, true
	}
	return f.schedule[hits] - elapsed, false
}

// Rate is that of the whole schedule.
func (f follows) Rate(time.Duration) float64 {
	return float64(len(f.schedule)) / f.schedule[len(f.schedule)-1].Seconds()
}

func body() []byte {
	return []byte(`{"model":"m","prompt":"` + strings.Repeat("word ", 200) + `","max_tokens":21}`)
}

const reply = `{"id":"cmpl-1","choices":[{"index":0,"text":" token","finish_reason":"length"}],` +
	`"usage":{"prompt_tokens":7,"total_tokens":8,"completion_tokens":1}}`

// What is compared must be the same: as many requests, of the same body, at the same times, give or take how late they are sent.
func TestBothSendTheSame(t *testing.T) {
	load := workload.Load{Rate: 500, Requests: 100, Seed: 1, Timeout: timeout, MaxInFlight: 100}
	for name, generate := range map[string]generator{"tailgate": ours, "vegeta": theirs} {
		t.Run(name, func(t *testing.T) {
			var got atomic.Int64
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				sent, err := io.ReadAll(r.Body)
				if err == nil && string(sent) == string(body()) && r.Method == http.MethodPost &&
					r.URL.Path == "/v1/completions" && r.ProtoMajor == 1 {
					got.Add(1)
				}
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, reply)
			}))
			defer server.Close()
			began := time.Now()
			_, err := generate(server.URL, body(), load)
			require.NoError(t, err)
			assert.Equal(t, int64(100), got.Load())
			assert.GreaterOrEqual(t, time.Since(began), 200*time.Millisecond, "100 at 500 req/s")
		})
	}
}

// spent is the CPU time of this process so far.
func spent(b *testing.B) time.Duration {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// turn is how long each sends before the other does.
const turn = 2 * time.Second

// BenchmarkPlain is the CPU time that each takes for a request that is answered at once, medians of b.N turns, and what ours
// takes of theirs, the median of pairs; and how late they send, medians of medians. In vegeta's latencies, which count from when
// it sends, that is not seen.
func BenchmarkPlain(b *testing.B) {
	for _, rate := range []float64{350, 2000, 10_000} {
		b.Run(ratename.Of(rate), func(b *testing.B) {
			url := sync.OnceValue(func() string { return instant.Start(b) })
			load := workload.Load{
				Rate: rate, Requests: int(rate * turn.Seconds()), Seed: 1, Timeout: timeout, MaxInFlight: 1000, MaxLagPercent: 1e6,
			}
			var cpu, lag [2][]float64
			var ratio []float64
			take := func(i int, generate generator) {
				began := spent(b)
				late, err := generate(url(), body(), load)
				require.NoError(b, err)
				cpu[i] = append(cpu[i], float64(spent(b)-began)/float64(load.Requests))
				lag[i] = append(lag[i], float64(late))
			}
			generators := []generator{ours, theirs}
			for i := range b.N {
				for j := range generators {
					which := (i + j) % 2
					take(which, generators[which])
				}
				ratio = append(ratio, cpu[0][i]/cpu[1][i])
			}
			b.ReportMetric(0, "ns/op")
			for i, name := range []string{"tailgate", "vegeta"} {
				b.ReportMetric(median(cpu[i]), name+"-cpu-ns/req")
				b.ReportMetric(median(lag[i]), name+"-p50-lag-ns")
			}
			b.ReportMetric(median(ratio), "cpu-ratio")
		})
	}
}

func median(x []float64) float64 {
	sorted := slices.Sorted(slices.Values(x))
	return sorted[len(sorted)/2]
}
