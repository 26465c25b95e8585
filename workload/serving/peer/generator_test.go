//go:build unix

package peer

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/tailgate-go/tailgate/workload"
	"github.com/tailgate-go/tailgate/workload/serving"
)

// ask is what a generator sends each time.
type ask struct {
	url    string
	body   []byte
	stream bool
}

// sent is what became of a load.
type sent struct {
	lags      []time.Duration // from when each request was due until it was sent
	latencies []time.Duration // from then until the whole reply, or a stream's last text, had come
	elapsed   time.Duration
}

// generator sends the requests of a load.
type generator struct {
	name string
	run  func(ask, workload.Load) (sent, error)
}

var generators = []generator{
	{"tailgate", ours},
	{"vegeta", theirs},
}

func ours(a ask, load workload.Load) (sent, error) {
	client, err := serving.NewClient(serving.Target{URL: a.url})
	if err != nil {
		return sent{}, err
	}
	defer client.Close()
	s := sent{}
	var mu sync.Mutex
	result, err := load.Run(context.Background(), func(ctx context.Context, _ int, due time.Time) error {
		reply, err := client.Do(ctx, a.body, a.stream, due)
		mu.Lock()
		defer mu.Unlock()
		s.latencies = append(s.latencies, reply.Latency-reply.Sent)
		return err
	})
	if err == nil && result.Failed > 0 {
		err = fmt.Errorf("%d of %d requests failed, the first with %v", result.Failed, result.Attempted, result.Requests[0].Err)
	}
	for _, r := range result.Requests {
		s.lags = append(s.lags, r.Lag())
		s.elapsed = max(s.elapsed, r.Ended)
	}
	return s, err
}

// theirs has vegeta follow the load's schedule. A request's lag is its timestamp's, which vegeta takes when a worker has begun with
// it.
func theirs(a ask, load workload.Load) (sent, error) {
	schedule, err := load.Schedule()
	if err != nil {
		return sent{}, err
	}
	attacker := vegeta.NewAttacker(vegeta.Timeout(load.Timeout), vegeta.HTTP2(false), vegeta.Redirects(vegeta.NoFollow),
		vegeta.MaxWorkers(uint64(load.MaxInFlight)))
	targets := vegeta.NewStaticTargeter(vegeta.Target{
		Method: http.MethodPost, URL: a.url + "/v1/completions", Body: a.body, Header: http.Header{"Content-Type": {"application/json"}},
	})
	var began time.Time // of the attack: the first call of the pacer is at most microseconds later
	pacer := follows{schedule: schedule, began: &began}
	s, failed := sent{}, 0
	for result := range attacker.Attack(targets, pacer, 0, "") {
		if result.Error != "" || result.Code != http.StatusOK {
			failed++
		}
		s.lags = append(s.lags, result.Timestamp.Sub(began)-schedule[result.Seq])
		s.latencies = append(s.latencies, result.Latency)
		s.elapsed = max(s.elapsed, result.Timestamp.Sub(began)+result.Latency)
	}
	if failed > 0 || len(s.lags) != len(schedule) {
		return sent{}, fmt.Errorf("vegeta: %d of %d requests failed, of %d", failed, len(s.lags), len(schedule))
	}
	return s, nil
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

// quantile is by the nearest rank, in nanoseconds.
func quantile(times []time.Duration, q float64) float64 {
	sorted := slices.Sorted(slices.Values(times))
	return float64(sorted[min(len(sorted)-1, int(q*float64(len(sorted))))])
}
