package saturation

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/workload"
)

const ms = time.Millisecond

// served is n requests at a rate, served by a server that answers capacity of them per second, each after at least so long.
func served(n int, rate, capacity float64, least time.Duration) (r workload.LoadResult) {
	free := time.Duration(0) // when the next answer can be given
	for i := range n {
		due := time.Duration(float64(i+1) / rate * float64(time.Second))
		free = max(due, free) + time.Duration(float64(time.Second)/capacity)
		r.Requests = append(r.Requests, workload.Sent{Due: due, Sent: due, Begun: due, Ended: max(free, due+least)})
	}
	return r
}

func TestAServerThatFallsBehindIsSaturated(t *testing.T) {
	failing := served(300, 100, 200, 50*ms)
	for i := 100; i < 300; i++ {
		failing.Requests[i].Err = errors.New("503")
	}
	for _, c := range []struct {
		name      string
		load      workload.LoadResult
		saturated bool
	}{
		{"half as fast as asked", served(300, 100, 50, 50*ms), true},
		{"three quarters", served(1000, 100, 75, 50*ms), true},
		{"faster than asked", served(300, 100, 200, 50*ms), false},
		{"a little behind, within a tenth", served(3000, 100, 95, 50*ms), false},
		{"slow, but it keeps up", served(300, 100, 200, 1400*ms), false},
		{"too slow for a run so short to tell", served(300, 100, 200, 5*time.Second), false},
		{"behind, in too few requests to tell from chance", served(20, 100, 60, 10*ms), false},
		{"no answers after a while", failing, true},
		{"one request", served(1, 100, 50, 50*ms), false},
		{"none", workload.LoadResult{}, false},
	} {
		count, half := Of(c.load)
		assert.Equal(t, c.saturated, count.Saturated(), c.name)
		assert.Equal(t, half > 0, count != Count{}, c.name)
	}
	count, half := Of(served(300, 100, 50, 50*ms))
	assert.InDelta(t, 50, float64(count.Answered)/half.Seconds(), 1)
}
