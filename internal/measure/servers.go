package measure

import (
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/stats"
	"github.com/tailgate-go/tailgate/policy"
)

// serverUnits are the metrics in which benchmarks of servers say what those say of themselves; package workload/serving defines
// them.
var serverUnits = []struct{ part, of, unit string }{
	{report.Queue, report.OfRequest, "server-queue-ns"},
	{report.Prefill, report.OfRequest, "server-prefill-ns"},
	{report.Prefill, report.OfToken, "server-prefill-ns/tok"},
	{report.Decode, report.OfRequest, "server-decode-ns"},
	{report.Decode, report.OfToken, "server-decode-ns/tok"},
	{report.InCache, report.OfTokens, "server-cached-percent"},
}

// lucky is how sure it is that a part grew that is said to have grown.
const lucky = 0.95

// betweenServers reports whether the sides are servers at addresses: what runs here is the load generator, whose profile says
// nothing of either.
func (g *gate) betweenServers() bool { return g.sides[baselineSide].source.Address != "" }

// askServers leaves in g.order.Doc which part of the servers' work grew of the benchmarks that regressed.
func (g *gate) askServers(pairs []judge.Pair) {
	for _, pair := range pairs {
		if g.regression(pair).Outcome == "" {
			continue
		}
		cause := report.Cause{ID: pair.ID(), Of: report.Servers, Parts: serverParts(pair)}
		if len(cause.Parts) == 0 {
			cause.Doubts = []report.Doubt{report.NoMetrics}
		}
		g.order.Doc.Causes = append(g.order.Doc.Causes, cause)
	}
}

// serverParts are the parts of which both sides say something.
func serverParts(pair judge.Pair) (parts []report.ServerPart) {
	for _, u := range serverUnits {
		baseline, candidate := pair.Baseline.Metrics[u.unit], pair.Candidate.Metrics[u.unit]
		if len(baseline) == 0 || len(candidate) == 0 {
			continue
		}
		change := stats.PairedShift(baseline, candidate, lucky)
		parts = append(parts, report.ServerPart{
			Name: u.part, Unit: u.of, Baseline: policy.Summarize(baseline).Median, Candidate: policy.Summarize(candidate).Median,
			Grew: change.Lo > 0 || u.part == report.InCache && change.Hi < 0,
		})
	}
	return parts
}
