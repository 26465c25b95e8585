package measure

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/part"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/shards"
	"github.com/tailgate-go/tailgate/policy"
)

// release is a gate with an anchor, and a benchmark of every kind.
var release = pretended{anchored: true, benchmarks: []pretendedBenchmark{
	{name: "Same", effect: 1, noise: 0.01, took: time.Second, crept: 1},
	{name: "Crept", effect: 1.02, noise: 0.01, took: time.Second, crept: 1.3},
	{name: "Slower", effect: 1.5, noise: 0.01, took: time.Second, crept: 1.5},
	{name: "Idle", effect: 1, noise: 0.01, took: time.Second, crept: 1.4, idle: true},
	{name: "Young", effect: 1, noise: 0.01, took: time.Second},
	{name: "Breaks", effect: 1, took: time.Second, breaks: 4, crept: 1},
	{name: "New", effect: 1, only: "candidate"},
	{name: "Gone", effect: 1, only: "baseline"},
	{name: "Again", effect: 1, noise: 0.01, took: time.Second, crept: 1.3, again: true},
}}

// verdictOn is the one on that benchmark.
func verdictOn(t *testing.T, doc report.Document, name string) policy.Verdict {
	t.Helper()
	i := slices.IndexFunc(doc.Report.Verdicts, func(v policy.Verdict) bool { return v.Name == name })
	require.GreaterOrEqual(t, i, 0, name)
	return doc.Report.Verdicts[i]
}

func TestAGateWithAnAnchor(t *testing.T) {
	dir := t.TempDir()
	doc := release.run(t, part.Part{}, dir)
	for name, want := range map[string]policy.Outcome{
		"Same": policy.OK, "Crept": policy.Drifted, "Slower": policy.Regressed, "Idle": policy.Drifted, "Young": policy.OK,
		"Breaks": policy.Invalid, "New": policy.Added, "Gone": policy.Invalid, "Again": policy.Drifted,
	} {
		assert.Equal(t, want, verdictOn(t, doc, name).Outcome, name)
	}
	crept := verdictOn(t, doc, "Crept")
	assert.InDelta(t, 2, crept.ChangePercent, 1.5)
	assert.InDelta(t, 30, crept.Anchor.ChangePercent, 3)
	idle := verdictOn(t, doc, "Idle")
	assert.Zero(t, idle.Baseline.N, "it has not changed since the baseline")
	assert.Equal(t, 12, idle.Anchor.Baseline.N)
	assert.Equal(t, policy.NewBenchmark, verdictOn(t, doc, "Young").Anchor.Reason.Code)
	assert.Nil(t, verdictOn(t, doc, "Gone").Anchor)
	assert.Contains(t, doc.Text(), "FAIL: 1 regressed, 3 drifted, 2 invalid, 1 added, 2 ok")

	rounds := map[string]map[string]int{}
	for _, name := range []string{"baseline.txt", "candidate.txt", "anchor.txt"} {
		rounds[name] = map[string]int{}
		set, err := benchdata.ReadFiles(filepath.Join(dir, name))
		require.NoError(t, err, name)
		for _, b := range set.Benchmarks {
			rounds[name][b.Name] = len(b.Runs)
		}
	}
	assert.Equal(t, map[string]int{"Same": 8, "Crept": 12, "Slower": 12, "Young": 8, "Breaks": 3}, rounds["baseline.txt"])
	assert.Equal(t, map[string]int{"Same": 8, "Crept": 12, "Slower": 12, "Idle": 12, "Young": 8, "Breaks": 3, "Again": 12},
		rounds["candidate.txt"])
	assert.Equal(t, map[string]int{"Same": 8, "Crept": 12, "Slower": 12, "Idle": 12, "Breaks": 3, "Again": 12}, rounds["anchor.txt"])
}

// What the baseline lacks is measured against the anchor alone, in links that a benchmark which the anchor lacks did not make.
func TestTheAnchorHasLinksOfWhatTheBaselineLacks(t *testing.T) {
	rounds := map[int]bool{}
	g := pretended{anchored: true, linked: true, benchmarks: []pretendedBenchmark{
		{name: "Young", effect: 1, noise: 0.01, took: time.Second},
		{name: "Again", effect: 1, noise: 0.3, took: time.Second, crept: 1.1, again: true},
	}}
	g.meanwhile = func(m *measurement) {
		if m.pair.Name() == "Again" && m.linked {
			rounds[m.judging.Rounds()] = true
			made := len(m.gate.sides[anchorSide].links[m.pair.Package()].made)
			assert.Greater(t, made, m.judging.Rounds(), "each round has a link of its own")
			assert.NotNil(t, m.bin(anchorSide))
		}
	}
	doc := g.run(t, part.Part{}, t.TempDir())
	again := verdictOn(t, doc, "Again")
	assert.Len(t, rounds, again.Anchor.Baseline.N)
	assert.Greater(t, len(rounds), 12)
}

func TestShardsWithAnAnchorReachTheVerdictsOfTheWhole(t *testing.T) {
	for _, linked := range []bool{false, true} {
		g := release
		g.linked = linked
		if linked {
			g.benchmarks = slices.DeleteFunc(slices.Clone(g.benchmarks), func(b pretendedBenchmark) bool { return b.breaks > 0 || b.idle })
		}
		want := g.run(t, part.Part{}, t.TempDir())
		for _, n := range []int{1, 3, 8} {
			t.Run(fmt.Sprintf("%d shards, links %v", n, linked), func(t *testing.T) {
				got, err := g.merge(t, g.shards(t, n, t.TempDir()))
				require.NoError(t, err)
				assertSameReport(t, want, got)
				require.NotNil(t, got.Anchor)
				assert.Equal(t, "the anchor", got.Anchor.What)
				assert.FileExists(t, filepath.Join(got.Out, "anchor.txt"))
			})
		}
	}
}

func TestMergeRefusesWhatIsNotOneGateWithAnAnchor(t *testing.T) {
	g := pretended{anchored: true, benchmarks: []pretendedBenchmark{
		{name: "A", effect: 1, noise: 0.01, took: time.Second, crept: 1},
		{name: "B", effect: 1, noise: 0.01, took: time.Second, crept: 1.5},
	}}
	left := t.TempDir()
	g.shards(t, 2, left)
	second := func(change func(*shards.Manifest)) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) { resum(t, filepath.Join(dir, "2"), change) }
	}
	for _, c := range []struct {
		name string
		do   func(t *testing.T, dir string)
		want string
	}{
		{"whole", func(*testing.T, string) {}, ""},
		{"another anchor", second(func(m *shards.Manifest) { m.Anchor.Commit = "another" }),
			"is of another anchor commit than shard 1 of 2"},
		{"another binary", second(func(m *shards.Manifest) { m.Anchor.Binaries[0].Sum = "another" }),
			"is of another anchor binary than shard 1 of 2"},
		{"no anchor", second(func(m *shards.Manifest) { m.Anchor = nil }), "it has an anchor, and the gate has none"},
		{"it lacks the benchmark", second(func(m *shards.Manifest) { m.Benchmarks[1].Anchor = nil }), "found the benchmark B otherwise"},
		{"it is said to be unchanged", second(func(m *shards.Manifest) { m.Benchmarks[1].AnchorUnchanged = true }),
			"it is said to be unchanged, and the binaries of its package differ"},
		{"its results are gone", func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, "2", "anchor.txt"))) },
			"anchor.txt is missing"},
		{"its rounds are forged", func(t *testing.T, dir string) {
			data, err := os.ReadFile(filepath.Join(dir, "2", "candidate.txt"))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(dir, "2", "anchor.txt"), data, 0o644))
			resum(t, filepath.Join(dir, "2"), nil)
		}, `verdict.json says "drifted" of B p95-ns, and its rounds lead to "ok"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.CopyFS(dir, os.DirFS(left)))
			c.do(t, dir)
			_, err := g.merge(t, filepath.Join(dir, "*"))
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
		})
	}
}

// The anchor's ratio is the median over the turns as the baseline's is, by the same turns of the candidate.
func TestAPlainRoundHasTheMedianOfTheAnchorsTurns(t *testing.T) {
	turn := func(ns time.Duration) *duet.PlainResult {
		return &duet.PlainResult{Iterations: 10, Wall: ns, Timed: ns}
	}
	two, three, since := &plainRound{}, &plainRound{}, &plainRound{}
	for _, of := range [][3]time.Duration{
		{1000, 1100, 500}, {1000, 1100, 550}, {2000, 2200, 1000}, {1000, 9000, 4500}, {500, 300, 8000},
	} {
		baseline, candidate, anchor := turn(of[0]), turn(of[1]), turn(of[2])
		two.add([]int{1, 0}, each[*duet.PlainResult]{baseline, candidate})
		three.add([]int{2, 0, 1}, each[*duet.PlainResult]{baseline, candidate, anchor})
		since.add([]int{1, 2}, each[*duet.PlainResult]{candidateSide: candidate, anchorSide: anchor})
	}
	_, judged := three.times()
	_, alone := two.times()
	assert.Equal(t, alone[baselineSide], judged[baselineSide], "an anchor changes nothing of the others")
	assert.Equal(t, alone[candidateSide], judged[candidateSide])
	assert.InDelta(t, 2.0, judged[candidateSide]/judged[anchorSide], 1e-12, "of 2.2, 2, 2.2, 2 and 0.04")
	mean, judged := since.times()
	assert.Zero(t, mean[baselineSide])
	assert.Zero(t, judged[baselineSide])
	assert.InDelta(t, 2.0, judged[candidateSide]/judged[anchorSide], 1e-12)
	assert.InEpsilon(t, mean[candidateSide]*mean[anchorSide], judged[candidateSide]*judged[anchorSide], 1e-12)
}

// Each of three sides is first in a third of all pairs of turns, and every order comes.
func TestTheOrderOfThreeSidesIsDrawn(t *testing.T) {
	g := newGate(Order{Seed: 1})
	seen := map[string]int{}
	for range 6000 {
		seen[fmt.Sprint(g.draw([]int{0, 1, 2}))]++
	}
	assert.Len(t, seen, 6)
	for order, n := range seen {
		assert.InDelta(t, 1000, n, 120, order)
	}
}
