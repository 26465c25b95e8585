package measure

import (
	"fmt"
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/judge"
)

// wholeRequests is how many requests a whole run has of a benchmark that does not say: its start costs more than they do.
const wholeRequests = 100

// What the code under test may ask for.
const (
	mostAsked    = 20_000_000 // requests of a run
	longestAsked = 30 * 24 * time.Hour
)

// asked is what the benchmark asks of a whole run: so many requests, and how long they take at least; 0 where it does not say. All
// sides that take part get the same.
func (m *measurement) asked() (requests int, takes time.Duration) {
	for _, i := range m.sides {
		side := m.found(i)
		requests = max(requests, int(said(side, duet.RoundUnit, mostAsked)))
		takes = max(takes, time.Duration(said(side, duet.RoundTimeUnit, float64(longestAsked))))
	}
	return requests, takes
}

// said is what the smoke run of a benchmark said of itself, 0 to most; 0 where it said nothing.
func said(b *judge.Benchmark, unit string, most float64) float64 {
	values := b.Metrics[unit]
	if len(values) == 0 || !(values[0] > 0) {
		return 0
	}
	return min(values[0], most)
}

// wholeSize is how many requests a whole run has, and about how long they take at least: as many as the benchmark asks for, or more
// where the policy's quantiles need them.
func (m *measurement) wholeSize() (requests int, takes time.Duration) {
	asked, takes := m.asked()
	need := m.gate.order.Judge.Needed()
	switch {
	case asked == 0:
		return max(need, wholeRequests), takes
	case asked < need:
		m.note(fmt.Sprintf("each run has %d requests, as the policy's quantiles need: the benchmark asks for %d", need, asked))
		return need, time.Duration(float64(takes) * float64(need) / float64(asked))
	}
	return asked, takes
}
