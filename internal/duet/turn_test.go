package duet

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestTurnOfAboutAMillisecond(t *testing.T) {
	for _, c := range []struct {
		what     string
		wall     time.Duration
		requests int
		want     int
	}{
		{"requests longer than that", 50 * time.Millisecond, 10, 1},
		{"requests of just that", 10 * time.Millisecond, 10, 1},
		{"half", 5 * time.Millisecond, 10, 2},
		{"400 us: 2.5 rounds up", 4 * time.Millisecond, 10, 3},
		{"401 us: 2.49 rounds down", 4010 * time.Microsecond, 10, 2},
		{"100 us", time.Millisecond, 10, 10},
		{"30 ns", 3 * time.Microsecond, 100, 33333},
		{"no time at all", 0, 100, MaxRequests},
		{"no requests", time.Second, 0, 1},
	} {
		r := &Result{Wall: c.wall, Latencies: make([]int64, c.requests)}
		assert.Equal(t, Turn{Requests: c.want}, r.About(time.Millisecond), c.what)
	}
}
