package measure

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/stats"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

// wholeRuns measures one round: a run of each side's process from its start to its end, in the order that a coin decides.
func (m *measurement) wholeRuns(ctx context.Context, _ int, enough func() bool) (l launch, err error) {
	var r round
	if m.budget > 0 && m.judging.Rounds() == 0 { // before anything is measured
		_, takes := m.wholeSize()
		if err := m.feasible(0, 2*takes); err != nil {
			return l, err
		}
	}
	before := readMachine()
	for _, i := range m.gate.draw(m.sides) {
		if r.runs[i], err = m.wholeRun(ctx, i); err != nil {
			return l, err
		}
		if late, is := r.runs[i].Value(duet.LateUnit); is && late > 0 && m.judging != nil { // a profile does not mind
			lag, _ := r.runs[i].Value("p99-lag-ns")
			return launch{lag: time.Duration(lag), late: i}, errLate
		}
	}
	enough() // a run has one portion
	r.noise = readMachine().since(before)
	r.noise.Rounds = 1
	return launch{round: &r}, nil
}

func (m *measurement) wholeRun(ctx context.Context, i int) (benchdata.Run, error) {
	s, benchtime := m.gate.sides[i], m.gate.order.Benchtime
	requests, takes := m.wholeSize()
	switch {
	case m.long > 0:
		benchtime = fmt.Sprintf("%dx", m.iterationsIn(m.long))
	case m.pair.Candidate.Recorded():
		benchtime = fmt.Sprintf("%dx", requests)
	}
	set, err := m.gate.runBinary(ctx, s, m.bin(i),
		task{
			bench: pattern(m.pair.Name()), benchtime: benchtime, takes: takes, flags: m.flags[i],
			env: append([]string{duet.WholeRunEnv + "=1"}, m.footprints()...),
		})
	if err != nil {
		return benchdata.Run{}, err
	}
	return m.only(s, set)
}

// iterationsIn is about how many iterations of the slower side take so long. A run of so many is one run: told a time, package
// testing makes several, and says how many iterations the last one had.
func (m *measurement) iterationsIn(long time.Duration) int {
	slower := 1.0 // ns
	for _, i := range m.sides {
		if took := m.found(i).Metrics["ns/op"]; len(took) > 0 {
			slower = max(slower, stats.Median(took))
		}
	}
	return max(1, min(int(float64(long)/slower), duet.MaxIterations))
}

// run is what a process printed of the benchmark. Others that match its pattern have run, too, for an iteration.
func (m *measurement) run(s *side, output testbin.Output) (benchdata.Run, error) {
	set, err := m.gate.read(s, output)
	if err != nil {
		return benchdata.Run{}, err
	}
	set.Benchmarks = slices.DeleteFunc(set.Benchmarks, func(b benchdata.Benchmark) bool { return b.Name != m.pair.Name() })
	return m.only(s, set)
}

// only is the one run of the one benchmark in a set.
func (m *measurement) only(s *side, set *benchdata.Set) (benchdata.Run, error) {
	if len(set.Benchmarks) != 1 || set.Benchmarks[0].Name != m.pair.Name() || len(set.Benchmarks[0].Runs) != 1 {
		return benchdata.Run{}, notAlone(policy.NotOneResult, policy.Facts{Side: s.name, Have: len(set.Benchmarks)})
	}
	return set.Benchmarks[0].Runs[0], nil
}
