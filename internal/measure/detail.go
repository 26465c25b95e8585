package measure

import (
	"github.com/tailgate-go/tailgate/internal/evidence"
	"github.com/tailgate-go/tailgate/internal/latency"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/stats"
	"github.com/tailgate-go/tailgate/policy"
)

// charted is what a measurement keeps for its report, and nothing is judged by.
type charted struct {
	pool        [2]latency.Distribution // of all rounds
	curves      [2][][]float64          // by level and round: the quantile of one round, in nanoseconds
	rounds      []policy.Noise
	alternation []float64 // of all rounds
}

// add adds a round.
func (s *charted) add(r round) {
	s.rounds, s.alternation = append(s.rounds, r.noise), append(s.alternation, r.alternation...)
	if r.latencies[baselineSide] == nil || r.latencies[candidateSide] == nil {
		return
	}
	levels := report.Levels()
	levels = levels[:telling(levels, min(r.latencies[baselineSide].Len(), r.latencies[candidateSide].Len()))]
	for i := range s.pool {
		d := r.latencies[i]
		pool(&s.pool[i], d)
		values := d.Quantiles(levels...)
		if s.curves[i] == nil {
			s.curves[i] = make([][]float64, len(levels))
		}
		s.curves[i] = s.curves[i][:min(len(s.curves[i]), len(levels))] // a shorter round tells less
		for level := range s.curves[i] {
			s.curves[i][level] = append(s.curves[i][level], float64(values[level]))
		}
	}
}

// pool adds o to d, which rounds when it gets large, as Add does not.
func pool(d, o *latency.Distribution) {
	if values, exact := o.Exact(); exact {
		d.Append(values...)
		return
	}
	d.Add(o)
}

// telling is how many of the ascending levels lie below the greatest of n values: those above are one and the same.
func telling(levels []float64, n int64) int {
	for i, q := range levels {
		if n < 2 || stats.Rank(int(n), q) == int(n) {
			return i
		}
	}
	return len(levels)
}

// detail is what the report shows of the benchmark, beside its verdicts.
func (m *measurement) detail() report.Detail {
	d := report.Detail{ID: m.pair.ID(), Series: evidence.Series(m.judging)}
	d.Rounds = m.charted.rounds
	levels := report.Levels()
	levels = levels[:telling(levels, min(m.charted.pool[baselineSide].Len(), m.charted.pool[candidateSide].Len()))]
	if len(levels) == 0 {
		return d
	}
	d.Baseline, d.Candidate = floats(m.charted.pool[baselineSide].Quantiles(levels...)),
		floats(m.charted.pool[candidateSide].Quantiles(levels...))
	d.Alpha = m.plan.Final(m.judging.Rounds()).Alpha
	for _, v := range m.judging.Verdicts() { // so that the interval of a quantile that is judged is the verdict's
		if v.Alpha > 0 {
			d.Alpha = v.Alpha
		}
	}
	for level, baseline := range m.charted.curves[baselineSide] {
		ratio := stats.PairedRatio(baseline, m.charted.curves[candidateSide][level], 1-d.Alpha)
		d.Shift = append(d.Shift, report.Estimate{
			Rounds: len(baseline), Change: 100 * (ratio.Estimate - 1),
			Bounds: policy.Bounds{Lo: 100 * (ratio.Lo - 1), Hi: 100 * (ratio.Hi - 1)},
		})
	}
	return d
}

func floats(ns []int64) []float64 {
	values := make([]float64, len(ns))
	for i, v := range ns {
		values[i] = float64(v)
	}
	return values
}
