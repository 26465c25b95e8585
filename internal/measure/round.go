package measure

import (
	"math"
	"slices"
	"time"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/latency"
	"github.com/tailgate-go/tailgate/internal/stats"
	"github.com/tailgate-go/tailgate/policy"
)

// round is one run of each side, with one launch of their processes, measured in random order: a pair.
type round struct {
	runs      [2]benchdata.Run
	latencies [2]*latency.Distribution // of every request; nil where only the process that served them knows
	noise     policy.Noise             // what disturbed it; of its alternation see below. The seconds are those of turns
	// alternation is, for each side, how much longer a turn took after one of the other side's than after one of its own, as a
	// fraction: what the caches lost meanwhile. A side that had none of either has none.
	alternation []float64
}

// launch is what was measured with one start of each side's process.
type launch struct {
	round  *round        // nil where it came to none
	start  time.Duration // of both processes, and their end
	warmed int           // requests that each side served before, if they took turns
}

// duetRound is a round as it is being measured in a duet.
type duetRound struct {
	sides [2]struct {
		requests latency.Requests
		timed    time.Duration
		turns    []turnTimes
		switches int64
		counted  bool // CPU times are known
		totals   duet.Totals
	}
	last    int          // the side that served last, counted from 1; 0 before the first turn
	machine policy.Noise // what the system tells of its CPUs meanwhile
}

// turnTimes are those of one turn.
type turnTimes struct {
	wall, cpu time.Duration
	after     int // the side that served before, as duetRound.last
}

// add adds a turn of each side, the first one's first.
func (r *duetRound) add(first int, results [2]*duet.Result) {
	for _, i := range [2]int{first, 1 - first} {
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
		s.turns = append(s.turns, turnTimes{result.Wall, result.CPU, r.last})
		r.last = 1 + i
		s.switches += result.Switches
		s.counted = s.counted || result.CPU > 0
	}
}

// round is what was measured, in the units of a Recorder and of testing.
func (r *duetRound) round() round {
	out := round{noise: r.noise(), alternation: r.alternation()}
	for i := range r.sides {
		s := &r.sides[i]
		out.latencies[i] = &s.requests.Latency
		n := float64(s.requests.Latency.Len())
		run := benchdata.Run{Iters: int(n)}
		report := func(value float64, unit string) {
			run.Values = append(run.Values, benchdata.Value{Unit: unit, Value: value})
		}
		report(math.Round(float64(s.timed)/n), "ns/op")
		s.requests.Report(s.timed, report)
		if s.counted {
			cpu := time.Duration(0)
			for _, t := range s.turns {
				cpu += t.cpu
			}
			report(math.Round(float64(cpu)/n), "cpu-ns")
		}
		if s.totals.Requests > 0 { // of the launch: one turn's would not be exact
			per := func(total int64) float64 { return math.Round(100*float64(total)/float64(s.totals.Requests)) / 100 }
			report(per(s.totals.Bytes), "B/op")
			report(per(s.totals.Allocations), "allocs/op")
		}
		out.runs[i] = run
	}
	return out
}

const stall = time.Millisecond

// noise counts what the machine did: a turn that a neighbour or the host has held up took longer, and no more CPU time.
func (r *duetRound) noise() policy.Noise {
	n := r.machine
	n.Rounds = 1
	var took time.Duration
	stalls, switches := 0, int64(0)
	for i := range r.sides {
		s := &r.sides[i]
		wall, cpu := middle(s.turns, wallOf), middle(s.turns, func(t turnTimes) time.Duration { return t.cpu })
		for _, t := range s.turns {
			took += t.wall
			if s.counted && t.wall-wall-max(0, t.cpu-cpu) > stall {
				stalls++
			}
		}
		switches += s.switches
	}
	if n.Seconds = took.Seconds(); n.Seconds > 0 {
		n.Stalls, n.Switches = float64(stalls)/n.Seconds, float64(switches)/n.Seconds
	}
	return n
}

// alternation is that of the round.
func (r *duetRound) alternation() (slower []float64) {
	for i := range r.sides {
		turns := r.sides[i].turns
		own := slices.DeleteFunc(slices.Clone(turns), func(t turnTimes) bool { return t.after != 1+i })
		other := slices.DeleteFunc(slices.Clone(turns), func(t turnTimes) bool { return t.after != 2-i })
		if len(own) > 0 && len(other) > 0 {
			slower = append(slower, float64(middle(other, wallOf))/float64(middle(own, wallOf))-1)
		}
	}
	return slower
}

func wallOf(t turnTimes) time.Duration { return t.wall }

func middle(turns []turnTimes, of func(turnTimes) time.Duration) time.Duration {
	values := make([]int64, len(turns))
	for i, t := range turns {
		values[i] = int64(of(t))
	}
	slices.Sort(values)
	return time.Duration(stats.Quantile(values, 0.5))
}
