package measure

import (
	"slices"
	"time"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/duet"
)

// plainRound is a round of plain turns as it is being measured.
type plainRound struct {
	sides [2]struct {
		iterations         int64
		timed              time.Duration
		allocations, bytes int64
		processed          int64         // bytes
		metrics            []duet.Metric // each times the iterations that it is of
		printed            benchdata.Run // the result line of the process, of its warm-up, too
	}
	taken taken
}

// add adds a turn of each side, the first one's first.
func (p *plainRound) add(first int, results [2]*duet.PlainResult) {
	for _, i := range [2]int{first, 1 - first} {
		s, r := &p.sides[i], results[i]
		s.iterations += r.Iterations
		s.timed += r.Timed
		s.allocations += r.Allocations
		s.bytes += r.Bytes
		s.processed += r.Processed * r.Iterations
		for _, m := range r.Metrics {
			m.Value *= float64(r.Iterations)
			if at := slices.IndexFunc(s.metrics, func(o duet.Metric) bool { return o.Unit == m.Unit }); at >= 0 {
				s.metrics[at].Value += m.Value
			} else {
				s.metrics = append(s.metrics, m)
			}
		}
		p.taken.add(i, r.Wall, r.CPU, r.Switches)
	}
}

// round is what was measured, in the units that the processes printed. Those of testing are sums of all turns. What the benchmark
// reports itself is the mean of its iterations, or, of a b.Loop function, what it reported after its loop.
func (p *plainRound) round() round {
	out := round{noise: p.taken.noise(), alternation: p.taken.alternation()}
	for i := range p.sides {
		s := &p.sides[i]
		n := float64(s.iterations)
		run := benchdata.Run{Iters: int(s.iterations)}
		for _, v := range s.printed.Values {
			at := slices.IndexFunc(s.metrics, func(m duet.Metric) bool { return m.Unit == v.Unit })
			switch {
			case at >= 0:
				v.Value = s.metrics[at].Value / n
			case v.Unit == "ns/op":
				v.Value = float64(s.timed) / n
			case v.Unit == "MB/s":
				v.Value = 1e3 * float64(s.processed) / float64(max(s.timed, 1))
			case v.Unit == "B/op":
				v.Value = float64(s.bytes) / n
			case v.Unit == "allocs/op":
				v.Value = float64(s.allocations) / n
			}
			run.Values = append(run.Values, v)
		}
		out.runs[i] = run
	}
	return out
}
