package measure

import (
	"context"
	"fmt"

	"github.com/tailgate-go/tailgate/internal/benchdata"
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
	if len(set.Benchmarks) != 1 || set.Benchmarks[0].Name != m.pair.Name() || len(set.Benchmarks[0].Runs) != 1 {
		return benchdata.Run{}, notAlone(policy.NotOneResult, policy.Facts{Side: s.name, Have: len(set.Benchmarks)})
	}
	return set.Benchmarks[0].Runs[0], nil
}
