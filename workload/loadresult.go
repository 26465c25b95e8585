package workload

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/tailgate-go/tailgate/internal/stats"
)

var (
	// ErrNotSent is the error of a request that was not yet due when its run ended.
	ErrNotSent = errors.New("the request was not sent")

	// ErrAbandoned is the error of a request that was due, but held up by MaxInFlight until its run ended.
	ErrAbandoned = errors.New("the run ended before the request had a place among those under way")
)

// Sent is what became of one request. Times count from the start of the run.
type Sent struct {
	// Due is when the request was to be sent; in a closed loop, when it was.
	Due time.Duration

	// Sent is when the load generator had come to it: when it began to be served or, where MaxInFlight held it up, when it was ready
	// to.
	Sent time.Duration

	// Begun is when Send was called. Ended is when it returned or, where a benchmark's request was timed by its client
	// ([Request.Timed]) and succeeded, when its last part came: what the connection did afterwards does not count.
	Begun, Ended time.Duration

	// Err is what Send returned; ErrNotSent or ErrAbandoned when it was not called.
	Err error
}

// Latency is how long the request took, from when it was due.
func (s Sent) Latency() time.Duration { return s.Ended - s.Due }

// Lag is how late the load generator itself was.
func (s Sent) Lag() time.Duration { return s.Sent - s.Due }

// Held is how long the bound on requests under way held the request up.
func (s Sent) Held() time.Duration { return s.Begun - s.Sent }

// LoadResult is what a [Load] did.
type LoadResult struct {
	Load Load // with its defaults

	// Schedule is a hash of the whole load's schedule: two loads of one hash ask for the same requests at the same times. It is empty
	// for a closed loop.
	Schedule string

	Start    time.Time // of the run
	Requests []Sent    // all of them, in order; of a shard its own: Requests[k] is request Load.Shard.Number(k) of the whole load

	// Attempted = Succeeded + Failed. Failed counts errors of any kind, requests that were abandoned among them.
	Attempted, Succeeded, Failed int

	// SentRate is the requests sent per second, counted as the schedule counts: n / (time of the last). 0 in a closed loop.
	SentRate float64

	// AchievedRate is the requests that succeeded per second, (n - 1) / (last end - first end): neither the wait for the first reply
	// nor that after the last dilutes it. 0 with fewer than two.
	AchievedRate float64

	// LagP50 and LagP99 are quantiles of the send lag, HeldP99 one of the wait for a place, over requests attempted.
	// 0 in a closed loop.
	LagP50, LagP99, HeldP99 time.Duration

	// Elapsed is the time from the start to the last end, be it that of a request that failed.
	Elapsed time.Duration

	// Backlog is how many requests of an open loop were under way or held up when the last was sent, and Drained how long they took.
	Backlog int
	Drained time.Duration

	// Abandoned is how many failed because the time to drain, or the run's context, ended.
	Abandoned int

	// Invalid says why the run must not be judged; empty when it may be.
	Invalid []string
}

// timed takes latencies that clients measured for those of requests, by their numbers in the whole load; 0 is not measured.
func (r *LoadResult) timed(latencies []time.Duration) {
	for k := range r.Requests {
		if took := latencies[r.Load.Shard.Number(k)]; took > 0 && r.Requests[k].Err == nil {
			r.Requests[k].Ended = r.Requests[k].Due + took
		}
	}
	r.finish()
}

// finish fills in what follows from the requests.
func (r *LoadResult) finish() {
	r.Attempted, r.Succeeded, r.Failed, r.Elapsed, r.Invalid = 0, 0, 0, 0, nil
	var lags, helds []int64 // in nanoseconds
	first, last, lastSent := time.Duration(math.MaxInt64), time.Duration(0), time.Duration(0)
	for i := range r.Requests {
		s := &r.Requests[i]
		if errors.Is(s.Err, ErrNotSent) {
			continue
		}
		r.Attempted++
		r.Elapsed = max(r.Elapsed, s.Ended)
		lastSent = max(lastSent, s.Sent)
		lags, helds = append(lags, int64(s.Lag())), append(helds, int64(s.Held()))
		if s.Err != nil {
			r.Failed++
			continue
		}
		r.Succeeded++
		first, last = min(first, s.Ended), max(last, s.Ended)
	}
	if r.Succeeded > 1 && last > first {
		r.AchievedRate = float64(r.Succeeded-1) / (last - first).Seconds()
	}
	r.Drained = max(0, r.Elapsed-lastSent)
	if r.Load.Rate == 0 || r.Attempted == 0 {
		return
	}
	r.SentRate = float64(r.Attempted) / lastSent.Seconds()
	slices.Sort(lags)
	slices.Sort(helds)
	r.LagP50, r.LagP99 = time.Duration(stats.Quantile(lags, 0.5)), time.Duration(stats.Quantile(lags, 0.99))
	r.HeldP99 = time.Duration(stats.Quantile(helds, 0.99))
	r.judgeSending(lastSent)
}

const (
	enoughForMedian = 20  // requests: of fewer, and of b.N = 1 above all, neither the median lag nor the rate says anything
	enoughForTail   = 100 // requests: the p99 of fewer is their maximum
)

// judgeSending notes why a run did not measure the rate that was asked for.
func (r *LoadResult) judgeSending(lastSent time.Duration) {
	if r.Attempted < len(r.Requests) {
		r.Invalid = append(r.Invalid, fmt.Sprintf("only %d of %d requests were sent: run it to the end", r.Attempted, len(r.Requests)))
		return
	}
	if r.Attempted < enoughForMedian {
		return
	}
	most := r.Load.maxLag()
	if r.LagP50 > most {
		r.Invalid = append(r.Invalid,
			fmt.Sprintf("requests were sent %v late (median), where %v is the most (%v %% of the floor of %v): "+
				"lower the rate, or give the load generator more CPU", r.LagP50, most, r.Load.MaxLagPercent, r.Load.Floor))
	}
	if r.Attempted >= enoughForTail && r.LagP99 > tailLag*most {
		r.Invalid = append(r.Invalid,
			fmt.Sprintf("requests were sent %v late (p99), where %v is the most (%d times %v %% of the floor of %v): "+
				"lower the rate, or give the load generator more CPU", r.LagP99, tailLag*most, tailLag, r.Load.MaxLagPercent, r.Load.Floor))
	}
	// In a short run one stall is more than a hundredth of the run, and no reason to refuse it.
	lastDue := r.Requests[len(r.Requests)-1].Due
	asked := r.Load.Rate
	if !r.Load.Shard.IsZero() { // the whole schedule ends at n/rate, and a part of it a little before
		asked = float64(len(r.Requests)) / lastDue.Seconds()
	}
	late := lastSent - lastDue
	if miss := r.SentRate/asked - 1; math.Abs(miss) > maxRateMiss && late.Abs() > tailLag*most {
		r.Invalid = append(r.Invalid, fmt.Sprintf("%.1f req/s were sent where %.6g were asked (%+.1f %%), and %v %% is the most: "+
			"lower the rate, or give the load generator more CPU", r.SentRate, asked, 100*miss, 100*maxRateMiss))
	}
}
