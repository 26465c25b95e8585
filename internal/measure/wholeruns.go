package measure

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

// wholeRuns measures one round: a run of each side's process from its start to its end, in the order that a coin decides.
func (m *measurement) wholeRuns(ctx context.Context, _ int, enough func() bool) (l launch, err error) {
	var r round
	before := readMachine()
	first := m.gate.coin()
	for _, i := range [2]int{first, 1 - first} {
		if r.runs[i], err = m.wholeRun(ctx, i); err != nil {
			return l, err
		}
	}
	enough() // a run has one portion
	r.noise = readMachine().since(before)
	r.noise.Rounds = 1
	return launch{round: &r}, nil
}

// wholeRequests is the fewest requests of a whole run: its start costs more than they do.
const wholeRequests = 100

func (m *measurement) wholeRun(ctx context.Context, i int) (benchdata.Run, error) {
	s, benchtime := m.gate.sides[i], m.gate.order.Benchtime
	switch {
	case m.long > 0:
		benchtime = m.long.String()
	case recorded(m.pair.Candidate):
		benchtime = fmt.Sprintf("%dx", max(m.gate.order.Judge.Requests(), wholeRequests))
	}
	set, err := m.gate.runBinary(ctx, s, m.bin(i),
		task{bench: pattern(m.pair.Name()), benchtime: benchtime, flags: m.flags[i]})
	if err != nil {
		return benchdata.Run{}, err
	}
	return m.only(s, set)
}

// run is what a process printed of the benchmark. Others that match its pattern have run, too, for an iteration.
func (m *measurement) run(s *side, output testbin.Output) (benchdata.Run, error) {
	set, err := benchdata.Read(bytes.NewReader(output.Stdout), s.name)
	if problems, ok := errors.AsType[benchdata.Problems](err); ok {
		return benchdata.Run{}, badResults(problems, tail(output))
	}
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
