package measure

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/source"
	"github.com/tailgate-go/tailgate/policy"
)

func TestServersSayWhichPartOfTheirWorkGrew(t *testing.T) {
	slower := func(by float64) (both [2][]float64) {
		for i := range 8 {
			base := 1e6 * (1 + float64(i%3)/10)
			both[0], both[1] = append(both[0], base), append(both[1], base*by)
		}
		return both
	}
	metrics := map[string][2][]float64{
		"server-queue-ns": slower(3), "server-prefill-ns": slower(1), "server-decode-ns/tok": slower(0.9),
		"server-cached-percent": slower(0.1), "server-prefill-ns/tok": {{1, 2}, nil},
	}
	id := policy.ID{Package: "example.com/shop", Name: "Serve", Procs: 2}
	baseline := judge.Benchmark{ID: id, Metrics: map[string][]float64{}}
	candidate := judge.Benchmark{ID: id, Metrics: map[string][]float64{}}
	for unit, both := range metrics {
		baseline.Metrics[unit], candidate.Metrics[unit] = both[0], both[1]
	}
	measured := judge.Pair{Baseline: &baseline, Candidate: &candidate}
	other := policy.ID{Package: id.Package, Name: "Silent", Procs: 2}
	nothing := judge.Benchmark{ID: other}
	silent := judge.Pair{Baseline: &nothing, Candidate: &nothing}

	g := newGate(Order{
		Baseline: source.Source{Address: "http://a"}, Candidate: source.Source{Address: "http://b"}, Profile: true,
		Doc: &report.Document{},
	})
	g.order.Doc.Report.Verdicts = []policy.Verdict{
		{ID: id, Unit: "p50-ns", Outcome: policy.Regressed}, {ID: other, Unit: "p50-ns", Outcome: policy.Regressed},
		{ID: policy.ID{Name: "Fine"}, Unit: "p50-ns", Outcome: policy.OK},
	}
	fine := judge.Benchmark{ID: policy.ID{Name: "Fine"}, Metrics: baseline.Metrics}
	g.explain(t.Context(), []judge.Pair{measured, silent, {Baseline: &fine, Candidate: &fine}})
	assert.Equal(t, []report.Cause{
		{ID: id, Of: report.Servers, Parts: []report.ServerPart{
			{Name: report.Queue, Unit: report.OfRequest, Baseline: 1.1e6, Candidate: 3.3e6, Grew: true},
			{Name: report.Prefill, Unit: report.OfRequest, Baseline: 1.1e6, Candidate: 1.1e6},
			{Name: report.Decode, Unit: report.OfToken, Baseline: 1.1e6, Candidate: 0.99e6},
			{Name: report.InCache, Unit: report.OfTokens, Baseline: 1.1e6, Candidate: 1.1e5, Grew: true},
		}},
		{ID: other, Of: report.Servers, Doubts: []report.Doubt{report.NoMetrics}},
	}, g.order.Doc.Causes)
}

func TestWhatTwoServersAreToEachOtherIsNoted(t *testing.T) {
	command := Restart{Command: []string{"./restart.sh"}}
	for _, c := range []struct {
		baseline, candidate string
		restart             Restart
		notes               []string
	}{
		{"http://a", "http://b", Restart{}, []string{twoProcesses}},
		{"http://a", "http://b", command, nil},
		{"http://a:1", "http://a:2", Restart{}, []string{twoProcesses}},
		{"http://a", "http://a", Restart{}, []string{oneServer}},
		{"http://a", "http://a/", command, []string{oneServer}},
	} {
		g := newGate(Order{
			Baseline: source.Source{Address: c.baseline}, Candidate: source.Source{Address: c.candidate}, Restart: c.restart,
			Doc: &report.Document{},
		})
		g.noteServers()
		assert.Equal(t, c.notes, g.order.Doc.Notes, "%s and %s", c.baseline, c.candidate)
	}
}
