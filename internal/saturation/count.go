// Package saturation tells whether a server fell behind the rate at which it was asked.
package saturation

import (
	"math"
	"slices"
	"time"

	"github.com/tailgate-go/tailgate/workload"
)

const (
	below  = 0.9 // of what was to be answered
	sigmas = 3   // that Poisson's counts may be off
	early  = 10  // one in so many requests is an early one
)

// Count is what was due, and what was answered, in the second half of the time T in which requests were sent. With L the median
// latency of the early requests, a server that keeps up answers in (T/2, T] as many as were due in (T/2 - L, T - L]; one that does
// not answers fewer, and takes longer and longer. What is answered after the last was sent says nothing. Where L is above T/2 the
// run is too short to tell, and both are 0. Those of the shards of a load add up.
type Count struct {
	Due      int `json:"due"`
	Answered int `json:"answered"`
}

// Of counts the requests of a load at a rate, or of one shard of it. half is T/2, and 0 where the run is too short to tell.
func Of(r workload.LoadResult) (c Count, half time.Duration) {
	var end time.Duration
	var latencies []time.Duration
	for i := range r.Requests {
		s := &r.Requests[i]
		end = max(end, s.Sent)
		if s.Err == nil && i <= len(r.Requests)/early {
			latencies = append(latencies, s.Latency())
		}
	}
	if len(latencies) == 0 {
		return Count{}, 0
	}
	slices.Sort(latencies)
	usual := latencies[len(latencies)/2]
	if usual > end/2 {
		return Count{}, 0
	}
	for i := range r.Requests {
		s := &r.Requests[i]
		if at := s.Due + usual; at > end/2 && at <= end {
			c.Due++
		}
		if s.Err == nil && s.Ended > end/2 && s.Ended <= end {
			c.Answered++
		}
	}
	return c, end / 2
}

// Add adds the count of another shard.
func (c *Count) Add(o Count) {
	c.Due += o.Due
	c.Answered += o.Answered
}

// Saturated reports whether the server fell behind:
//
//	answered < 0.9 * due, and due - answered > 3 sqrt(due)
func (c Count) Saturated() bool {
	due, answered := float64(c.Due), float64(c.Answered)
	return answered < below*due && due-answered > sigmas*math.Sqrt(due)
}
