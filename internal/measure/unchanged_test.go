package measure

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/part"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/shards"
	"github.com/tailgate-go/tailgate/policy"
)

// What is unchanged has no rounds and no share of alpha, in every shard and in the merge.
func TestShardsAgreeOnWhatIsUnchanged(t *testing.T) {
	alpha := func(doc report.Document) map[string]float64 {
		shares := map[string]float64{}
		for _, v := range doc.Report.Verdicts {
			shares[v.Name] = v.Alpha
		}
		return shares
	}
	idle := shop
	idle.benchmarks = append(slices.Clone(shop.benchmarks),
		pretendedBenchmark{name: "Idle", effect: 1.5, idle: true}, pretendedBenchmark{name: "Still", effect: 1, idle: true})
	want := idle.run(t, part.Part{}, t.TempDir())
	shares := alpha(want)
	for name, share := range alpha(shop.run(t, part.Part{}, t.TempDir())) {
		assert.Equal(t, share, shares[name], name)
	}
	unchanged := 0
	for _, v := range want.Report.Verdicts {
		if v.Reason.Code == policy.Unchanged {
			unchanged++
			assert.Equal(t, policy.OK, v.Outcome)
			assert.Zero(t, v.Baseline.N+v.Candidate.N)
		}
	}
	assert.Equal(t, 2, unchanged)
	for _, n := range []int{1, 3} {
		got, err := idle.merge(t, idle.shards(t, n, t.TempDir()))
		require.NoError(t, err)
		assertSameReport(t, want, got)
	}
}

func TestMergeRefusesWhatIsNotUnchanged(t *testing.T) {
	pair := pretended{benchmarks: []pretendedBenchmark{
		{name: "A", effect: 1, noise: 0.02, took: time.Second}, {name: "B", effect: 1.5, noise: 0.02, took: time.Second},
	}}
	both := func(change func(*shards.Manifest)) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			for _, shard := range []string{"1", "2"} {
				resum(t, filepath.Join(dir, shard), change)
			}
		}
	}
	claim := func(m *shards.Manifest) { m.Benchmarks[1].Unchanged, m.Benchmarks[1].Measured = true, nil }
	left := t.TempDir()
	pair.shards(t, 2, left)
	for _, c := range []struct {
		name string
		do   func(t *testing.T, dir string)
		want string
	}{
		{"other binaries", both(claim), "B: it is said to be unchanged, and the binaries of its package differ"},
		{"it was measured", both(func(m *shards.Manifest) { m.Benchmarks[1].Unchanged = true }),
			"B: it is unchanged, and it was measured"},
		{"in one shard", func(t *testing.T, dir string) {
			both(func(m *shards.Manifest) { m.Candidate.Binaries = m.Baseline.Binaries })(t, dir)
			resum(t, filepath.Join(dir, "1"), claim)
		}, "do not agree whether B is unchanged: the files that it reads, and -regress.identical, must be the same on every machine"},
		{"its verdict is there", both(func(m *shards.Manifest) {
			m.Candidate.Binaries = m.Baseline.Binaries
			claim(m)
		}), `verdict.json says "regressed" of B p95-ns, and its rounds lead to "ok"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.CopyFS(dir, os.DirFS(left)))
			c.do(t, dir)
			_, err := pair.merge(t, filepath.Join(dir, "*"))
			require.ErrorContains(t, err, c.want)
		})
	}
}
