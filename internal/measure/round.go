package measure

import (
	"math"
	"time"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/latency"
	"github.com/tailgate-go/tailgate/policy"
)

// round is one run of each side, with one launch of their processes, measured in random order.
type round struct {
	runs      each[benchdata.Run]
	latencies each[*latency.Distribution] // of every request; nil where only the process that served them knows
	noise     policy.Noise                // what disturbed it; of its alternation see below. The seconds are those of turns
	// alternation is, for each side, how much longer a turn took after one of the other side's than after one of its own, as a
	// fraction: what the caches lost meanwhile. A side that had none of either has none.
	alternation []float64
}

// launch is what was measured with one start of each side's process.
type launch struct {
	round  *round        // nil where it came to none
	start  time.Duration // of both processes, and their end
	lag    time.Duration // of errLate: how late its requests were sent, the p99
	late   int           // of errLate: the side
	warmed int           // requests that each side served before, if they took turns
}

// duetRound is a round as it is being measured in a duet.
type duetRound struct {
	sides each[struct {
		requests  latency.Requests
		timed     time.Duration
		totals    duet.Totals
		footprint []duet.Metric // of the process
	}]
	taken taken
}

// add adds a turn of each side that takes part, in the order in which they were.
func (r *duetRound) add(order []int, results each[*duet.Result]) {
	for _, i := range order {
		s, result := &r.sides[i], results[i]
		s.requests.Latency.Append(result.Latencies...)
		s.requests.TTFT.Append(result.TTFT...)
		s.requests.TPOT.Append(result.TPOT...)
		s.requests.Gap.Append(result.Gaps...)
		s.requests.Tokens += int64(len(result.TTFT) + len(result.Gaps)) // every token but a request's first follows a gap
		for _, stage := range result.Stages {
			s.requests.Stage(stage.Name).Append(stage.Times...)
		}
		s.timed += result.Timed
		r.taken.add(i, result.Wall, result.CPU, result.Switches)
	}
}

// round is what was measured in turns of so many requests, in the units of a Recorder and of testing.
func (r *duetRound) round(operations int) round {
	out := round{noise: r.taken.noise(operations), alternation: r.taken.alternation()}
	for i := range r.sides {
		s := &r.sides[i]
		n := float64(s.requests.Latency.Len())
		if n == 0 { // it takes no part
			continue
		}
		out.latencies[i] = &s.requests.Latency
		run := benchdata.Run{Iters: int(n)}
		report := func(value float64, unit string) {
			run.Values = append(run.Values, benchdata.Value{Unit: unit, Value: value})
		}
		report(math.Round(float64(s.timed)/n), "ns/op")
		s.requests.Report(s.timed, report)
		if cpu, counted := r.taken.cpu(i); counted {
			report(math.Round(float64(cpu)/n), "cpu-ns")
		}
		if s.totals.Requests > 0 { // of the launch: one turn's would not be exact
			per := func(total int64) float64 { return math.Round(100*float64(total)/float64(s.totals.Requests)) / 100 }
			report(per(s.totals.Bytes), "B/op")
			report(per(s.totals.Allocations), "allocs/op")
		}
		for _, m := range s.footprint {
			report(m.Value, m.Unit)
		}
		out.runs[i] = run
	}
	return out
}
