package workload

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	maxRequests   = 20_000_000 // about 1.3 GB of what is kept of each
	maxRate       = 1e7        // per second
	maxLength     = 30 * 24 * time.Hour
	minBurstiness = 0.01

	defaultFloor         = time.Millisecond
	defaultMaxLagPercent = 50
	tailLag              = 10 // times the bound on the median lag, for the p99
	maxRateMiss          = 0.01
)

// Load drives requests: at a rate that no reply slows down (an open loop: Rate above 0), or by a fixed number of clients of which
// each sends its next request when it has its reply (a closed loop: Rate 0). The zero value, with Requests, is a closed loop
// of one client.
//
// In an open loop each request has a time at which it is due, laid down beforehand by [Load.Schedule]. Its latency counts from
// then, so that a client or a server that falls behind makes latencies longer and not requests rarer (Tene 2013, "coordinated
// omission"; vLLM #54101 reported 506 ms where it was 1932 ms).
type Load struct {
	// Rate is the requests per second asked for, in an open loop; 0 for a closed loop.
	Rate float64

	// Requests is how many requests are sent; in [Recorder.Drive], 0 means b.N.
	Requests int

	// Burstiness is the shape of the gamma distribution of gaps between requests of an open loop; 0 means 1, Poisson arrivals. See
	// [Load.Schedule].
	Burstiness float64

	// Seed makes the schedule. Two sides to be compared want the same seed.
	Seed uint64

	// Concurrency is the number of clients of a closed loop; 0 means 1.
	Concurrency int

	// MaxInFlight is how many requests of an open loop may be under way; the next one waits, and its wait counts as latency.
	// 0 means no bound.
	MaxInFlight int

	// Timeout is how long a request may take from when it begins to be served; its context ends then, or a hundredth of that later
	// (a second at most). 0 means no bound.
	Timeout time.Duration

	// Drain is how long to wait, after the last request was due, for those still under way; what is left then is abandoned: their
	// contexts end. 0 means until all have ended.
	Drain time.Duration

	// Floor is the smallest change of latency that will count, such as a policy's min_regression; 0 means 1 ms.
	Floor time.Duration

	// MaxLagPercent bounds the send lag, in percent of the floor; 0 means 50. The run of an open loop is invalid when the median lag
	// is above that, or the p99 lag above ten times that: the median moves every quantile, while the p99 is where a shared
	// machine's stalls are, and both sides of a comparison have those.
	MaxLagPercent float64

	// Shard is which of the requests this process sends, where several drive the load together; the zero value is all.
	// Every other field is of the whole load, and the same for all shards: Concurrency and MaxInFlight are divided among them,
	// and each needs one at least.
	Shard Shard

	// Start is when the load begins, which for shards is the same instant by the clocks of their machines; the zero time is at once.
	// A start that has passed is an error.
	Start time.Time
}

// Send serves request i, 0 to Requests-1 of the whole load, due at the given time: now or a little ago. It must return soon after
// ctx ends, because [Load.Run] waits for it. It is called on many goroutines at once.
type Send func(ctx context.Context, i int, at time.Time) error

// Validate returns what is wrong with l.
func (l Load) Validate() error {
	switch {
	case l.Requests < 1:
		return fmt.Errorf("load: Requests is %d; ask for at least 1", l.Requests)
	case l.Requests > maxRequests:
		return fmt.Errorf("load: Requests is %d, and each takes 64 bytes; ask for at most %d", l.Requests, maxRequests)
	case !(l.Rate >= 0 && l.Rate <= maxRate):
		return fmt.Errorf("load: Rate is %v; write requests per second, up to %v, or 0 for a closed loop", l.Rate, float64(maxRate))
	case l.Rate == 0 && (l.Burstiness != 0 || l.MaxInFlight != 0):
		return errors.New("load: Burstiness and MaxInFlight shape an open loop; set Rate too")
	case l.Rate > 0 && l.Concurrency != 0:
		return errors.New("load: Rate asks for an open loop and Concurrency for a closed one; set one of them, " +
			"and MaxInFlight to bound an open loop")
	case l.Rate > 0 && float64(l.Requests)/l.Rate > maxLength.Seconds():
		return fmt.Errorf("load: %d requests at %v req/s take more than %v; ask for fewer or faster ones", l.Requests, l.Rate, maxLength)
	case !(l.Burstiness >= 0) || l.Burstiness > 0 && l.Burstiness < minBurstiness:
		return fmt.Errorf("load: Burstiness is %v; write 1 for Poisson arrivals, %v or more for burstier ones, +Inf for constant gaps",
			l.Burstiness, minBurstiness)
	case l.Concurrency < 0 || l.MaxInFlight < 0:
		return errors.New("load: Concurrency or MaxInFlight is negative; write how many requests may be under way, or 0 for the default")
	case l.Timeout < 0 || l.Drain < 0 || l.Floor < 0:
		return errors.New("load: Timeout, Drain or Floor is negative; write a duration, or 0 for the default")
	case !l.Shard.IsZero() && l.Shard.Check() != nil:
		return fmt.Errorf("load: Shard: %w", l.Shard.Check())
	case l.Shard.Len(l.Requests) == 0:
		return fmt.Errorf("load: shard %s has none of %d requests; ask for more, or divide them among fewer", l.Shard, l.Requests)
	case l.Concurrency > 0 && l.Shard.Len(l.Concurrency) == 0:
		return fmt.Errorf("load: shard %s has none of Concurrency %d; raise it, or divide it among fewer", l.Shard, l.Concurrency)
	case l.MaxInFlight > 0 && l.Shard.Len(l.MaxInFlight) == 0:
		return fmt.Errorf("load: shard %s has none of MaxInFlight %d; raise it, or divide it among fewer", l.Shard, l.MaxInFlight)
	case !(l.MaxLagPercent >= 0):
		return fmt.Errorf("load: MaxLagPercent is %v; write a percentage of the floor, or 0 for %v",
			l.MaxLagPercent, float64(defaultMaxLagPercent))
	}
	return nil
}

// withDefaults returns l with every zero field that has a default set to it.
func (l Load) withDefaults() (Load, error) {
	if err := l.Validate(); err != nil {
		return l, err
	}
	if l.Rate > 0 && l.Burstiness == 0 {
		l.Burstiness = 1
	}
	if l.Rate == 0 && l.Concurrency == 0 {
		l.Concurrency = max(1, l.Shard.N) // each has one
	}
	if l.Floor == 0 {
		l.Floor = defaultFloor
	}
	if l.MaxLagPercent == 0 {
		l.MaxLagPercent = defaultMaxLagPercent
	}
	return l, nil
}

// maxLag is the most that the median lag may be.
func (l Load) maxLag() time.Duration {
	return time.Duration(float64(l.Floor) * l.MaxLagPercent / 100)
}
