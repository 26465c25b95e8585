package measure

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/part"
	"github.com/tailgate-go/tailgate/internal/shards"
	"github.com/tailgate-go/tailgate/policy"
)

// Trailers of commits are read where the shards measure, and a merge heeds those.
func TestShardsAcceptWhatTheWholeAccepts(t *testing.T) {
	meant := shop
	meant.trailers = "Perf-Accept: Slower p95-ns <=+60% checked\nPerf-Accept: Same p95-ns <=+60% nothing\n" +
		"Perf-Accept: Other score <=+1% unjudged"
	want := meant.run(t, part.Part{}, t.TempDir())
	outcomes := map[string]policy.Outcome{}
	for _, v := range want.Report.Verdicts {
		outcomes[v.Name] = v.Outcome
	}
	assert.Equal(t, policy.Accepted, outcomes["Slower"])
	assert.Equal(t, policy.OK, outcomes["Same"])
	dir := t.TempDir()
	pattern := meant.shards(t, 3, dir)
	got, err := meant.merge(t, pattern)
	require.NoError(t, err)
	assertSameReport(t, want, got)
	assert.Equal(t, want.Report.Trailers, got.Report.Trailers)
	assert.True(t, got.Accepts)

	seen := map[string]map[policy.Use]bool{}
	for _, shard := range []string{"1", "2", "3"} {
		for _, trailer := range readVerdict(t, filepath.Join(dir, shard)).Report.Trailers {
			if seen[trailer.Reason] == nil {
				seen[trailer.Reason] = map[policy.Use]bool{}
			}
			seen[trailer.Reason][trailer.Use] = true
		}
	}
	assert.Equal(t, map[string]map[policy.Use]bool{
		"checked":  {policy.Heeded: true, policy.Elsewhere: true},
		"nothing":  {policy.Unneeded: true, policy.Elsewhere: true},
		"unjudged": {policy.Unjudged: true},
	}, seen)

	resum(t, filepath.Join(dir, "2"), func(m *shards.Manifest) { m.Trailers = m.Trailers[:1] })
	_, err = meant.merge(t, pattern)
	require.ErrorContains(t, err, "is of other trailers of commits than shard 1 of 3")
}

// A trailer that names what a benchmark has not is refused before anything is measured.
func TestAMisnamedTrailerIsRefusedBeforeMeasuring(t *testing.T) {
	meant := shop
	meant.trailers = "s\n\nPerf-Accept: Slower p95 <=+60% checked"
	meant.meanwhile = func(*measurement) { t.Error("it was measured") }
	meant.fails = "Slower reports no p95; there is p95-ns"
	doc := meant.run(t, part.Part{}, t.TempDir())
	assert.Equal(t, policy.BadTrailer, doc.ErrorCode)
}

// One of a benchmark that is nowhere, as after a change of its name, accepts nothing, and a note says so.
func TestATrailerOfAnUnknownBenchmarkAcceptsNothing(t *testing.T) {
	meant := shop
	meant.trailers = "s\n\nPerf-Accept: Slwoer p95-ns <=+60% checked"
	doc := meant.run(t, part.Part{}, t.TempDir())
	require.Empty(t, doc.Error)
	for _, v := range doc.Report.Verdicts {
		assert.NotEqual(t, policy.Accepted, v.Outcome, v.Name)
	}
	require.Len(t, doc.Report.Trailers, 1)
	assert.Equal(t, policy.Unjudged, doc.Report.Trailers[0].Use)
	assert.Regexp(t, `this gate has no verdict on what the trailer\s+names`, doc.Text())
}
