package serving

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestTheTableOfAPoint(t *testing.T) {
	run := func(scale time.Duration, n int) outcome {
		o := outcome{Requests: n + 1, Succeeded: n, PerSecond: 12.3456, times: &timings{}}
		for i := range n {
			took := scale * time.Duration(i+1)
			o.times.add(Reply{
				Latency: 100 * took, TTFT: 10 * took, TPOT: took / 10, Normalized: took, Gaps: []time.Duration{took, took / 1000},
			})
		}
		return o
	}
	assert.Equal(t, `# case=chat/rate=20, 100 of 102 requests succeeded, 12.35 req/s
#   ms           mean       p50       p90       p95       p99       max
#   TTFT        255.0     250.0     450.0     480.0     500.0     500.0
#   TPOT        2.550     2.500     4.500     4.800     5.000     5.000
#   ITL         12.76     0.050     40.00     45.00     49.00     50.00
#   latency      2550      2500      4500      4800      5000      5000
`, table("case=chat/rate=20", []outcome{run(ms, 50), run(ms, 50)}))

	whole := outcome{Requests: 2, Succeeded: 2, PerSecond: 1, times: &timings{}} // without a stream
	whole.times.add(Reply{Latency: ms})
	whole.times.add(Reply{Latency: 3 * ms})
	assert.Equal(t, `# x, 2 of 2 requests succeeded, 1 req/s
#   ms           mean       p50       p90       p95       p99       max
#   latency     2.000     1.000     3.000     3.000     3.000     3.000
`, table("x", []outcome{whole}))

	assert.Empty(t, table("x", nil), "no benchmark has run")
	assert.Empty(t, table("x", []outcome{{Requests: 9, times: &timings{}}}), "nothing succeeded")
	assert.Empty(t, table("x", []outcome{run(ms, 1), {times: &timings{}}}[1:]), "nothing was sent")
}
