package measure

import (
	"math"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/stats"
)

// plainRound is a round of plain turns as it is being measured.
type plainRound struct {
	sides each[struct {
		iterations         int64
		timed              int64 // ns; with what is done once subtracted it may be none or less, after a stall
		allocations, bytes int64
		processed          int64 // bytes
		metrics            []ownMetric
		printed            benchdata.Run // the result line of the process, of its warm-up, too
	}]
	ratios each[[]float64] // by the other side: of each pair of turns, the logarithm of candidate over that
	taken  taken
}

// ownMetric is what a benchmark reports itself in its turns, in one unit.
type ownMetric struct {
	unit       string
	sum        float64 // of the turns in which it is finite, each times its iterations
	iterations int64   // of those
	infinite   float64 // or NaN, as it last was in a turn; 0: it was finite in all of them
}

func (m *ownMetric) add(value float64, iterations int64) {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		m.infinite = value
		return
	}
	m.sum += value * float64(iterations)
	m.iterations += iterations
}

// mean is that of the turns in which it is finite. Where it is needed those must be all: else it is what it was in another.
func (m *ownMetric) mean(needed bool) float64 {
	if m.infinite != 0 && (needed || m.iterations == 0) {
		return m.infinite
	}
	return m.sum / float64(m.iterations)
}

// add adds a turn of each side that takes part, in the order in which they were.
func (p *plainRound) add(order []int, results each[*duet.PlainResult]) {
	var iterations, timed each[int64]
	for _, i := range order {
		s, r := &p.sides[i], results[i]
		s.allocations += r.Allocations
		s.bytes += r.Bytes
		s.processed += r.Processed * r.Iterations
		for _, m := range r.Metrics {
			at := slices.IndexFunc(s.metrics, func(o ownMetric) bool { return o.unit == m.Unit })
			if at < 0 {
				at = len(s.metrics)
				s.metrics = append(s.metrics, ownMetric{unit: m.Unit})
			}
			s.metrics[at].add(m.Value, r.Iterations)
		}
		p.taken.add(i, r.Wall, r.CPU, r.Switches)
		iterations[i], timed[i] = r.Iterations, int64(r.Timed)
	}
	p.addTimes(iterations, timed)
}

// addTimes adds what a turn of each side took, in nanoseconds; a side of no iterations takes no part. A turn took some time, though
// the clock may not tell, or what was subtracted took longer.
func (p *plainRound) addTimes(iterations, timed each[int64]) {
	var took each[float64] // an iteration
	for i := range p.sides {
		if iterations[i] == 0 {
			continue
		}
		s := &p.sides[i]
		s.iterations += iterations[i]
		s.timed += timed[i]
		took[i] = float64(max(timed[i], 1)) / float64(iterations[i])
	}
	for i := range p.sides {
		if i != candidateSide && took[i] > 0 {
			p.ratios[i] = append(p.ratios[i], math.Log(took[candidateSide]/took[i]))
		}
	}
}

// times are what an operation took on each side, in nanoseconds: mean as go test -bench has it, and judged. Those judged have the
// level of the means, and the ratio that is the median of the turns': docs/accuracy-plain.md says how much less it spreads. Of
// three sides the level is that of the first two: the anchor has its ratio to the candidate, and no level of its own.
func (p *plainRound) times() (mean, judged each[float64]) {
	for i, s := range p.sides {
		if s.iterations > 0 {
			mean[i] = float64(max(s.timed, 1)) / float64(s.iterations)
		}
	}
	for i, ratios := range p.ratios {
		if len(ratios) == 0 {
			continue
		}
		half := math.Exp(stats.Median(ratios) / 2)
		if judged[candidateSide] == 0 {
			judged[candidateSide] = math.Sqrt(mean[i]*mean[candidateSide]) * half
		}
		judged[i] = judged[candidateSide] / half / half
	}
	return mean, judged
}

// round is what was measured, in the units that the processes printed, and the mean time of an operation. Allocations are counted
// over all turns. What the benchmark reports itself is the mean of its iterations, or, of a b.Loop function, what it reported after
// its loop; but for the time of an operation. operations are those of a turn. needed says whether a unit is judged.
func (p *plainRound) round(operations int, needed func(unit string) bool) round {
	out := round{noise: p.taken.noise(operations), alternation: p.taken.alternation()}
	mean, judged := p.times()
	for i := range p.sides {
		s := &p.sides[i]
		if s.iterations == 0 { // it takes no part
			continue
		}
		n := float64(s.iterations)
		run := benchdata.Run{Iters: int(s.iterations)}
		for _, v := range s.printed.Values {
			at := slices.IndexFunc(s.metrics, func(m ownMetric) bool { return m.unit == v.Unit })
			_, own := s.printed.Value(duet.SaidOwn + v.Unit)
			switch {
			case strings.HasPrefix(v.Unit, duet.SaidOwn), v.Unit == duet.SaidBytes:
				continue // for the gate alone
			case at >= 0:
				v.Value = s.metrics[at].mean(needed(v.Unit))
			case v.Unit == "ns/op":
				if _, own := s.printed.Value(judge.MeanUnit); !own {
					run.Values = append(run.Values, benchdata.Value{Unit: judge.MeanUnit, Value: mean[i]})
				}
				v.Value = judged[i]
			case own:
			case v.Unit == "MB/s":
				processed, told := s.printed.Value(duet.SaidBytes)
				if !told {
					processed = float64(s.processed) / n
				}
				if processed == 0 {
					continue // not known
				}
				v.Value = 1e3 * processed / judged[i]
			case v.Unit == "B/op":
				v.Value = float64(max(s.bytes, 0)) / n
			case v.Unit == "allocs/op":
				v.Value = float64(max(s.allocations, 0)) / n
			}
			run.Values = append(run.Values, v)
		}
		out.runs[i] = run
	}
	return out
}
