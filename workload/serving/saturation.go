package serving

import (
	"math"
	"slices"
	"time"

	"github.com/tailgate-go/tailgate/workload"
)

const (
	saturatedBelow = 0.9 // of what was to be answered
	sigmas         = 3   // that Poisson's counts may be off
	early          = 10  // one in so many requests is an early one
)

// saturation reports whether the server fell behind, and how many requests per second it answered in the second half of the time
// T in which they were sent. With L the median latency of the early requests, one that keeps up answers in (T/2, T] as many as were
// due in (T/2 - L, T - L]; one that does not answers fewer, and takes longer and longer:
//
//	saturated: answered < 0.9 * due, and due - answered > 3 sqrt(due)
//
// What is answered after the last was sent says nothing. Where L is above T/2 the run is too short to tell, and saturated it is not
// called.
func saturation(r workload.LoadResult) (rate float64, is bool) {
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
		return 0, false
	}
	slices.Sort(latencies)
	usual := latencies[len(latencies)/2]
	if usual > end/2 {
		return 0, false
	}
	due, answered := 0.0, 0.0
	for i := range r.Requests {
		s := &r.Requests[i]
		if at := s.Due + usual; at > end/2 && at <= end {
			due++
		}
		if s.Err == nil && s.Ended > end/2 && s.Ended <= end {
			answered++
		}
	}
	return answered / (end / 2).Seconds(), answered < saturatedBelow*due && due-answered > sigmas*math.Sqrt(due)
}
