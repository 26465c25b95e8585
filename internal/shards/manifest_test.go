package shards

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/output"
	"github.com/tailgate-go/tailgate/policy"
)

// manifest is shard i of n of a gate with two benchmarks, A for the first and B for the second.
func manifest(i, n int) Manifest {
	smoke := &Smoke{Requests: 1, Metrics: []Metric{{"p95-ns", []float64{5e6}}}}
	m := Manifest{
		Gate: "gate/TestGate", Shard: i, Of: n, Baseline: Side{What: "HEAD", Commit: "1", Binaries: []File{{"shop", "one"}}},
		Candidate: Side{What: "the work tree", Commit: "2", Binaries: []File{{"shop", "two"}}},
		Benchmarks: []Benchmark{
			{ID: policy.ID{Package: "shop", Name: "A", Procs: 2}, Shard: 1, Baseline: smoke, Candidate: smoke},
			{ID: policy.ID{Package: "shop", Name: "B", Procs: 2}, Shard: min(2, n), Candidate: smoke},
		},
	}
	if i == 1 {
		m.Benchmarks[0].Measured = &Measured{Rounds: 8, Looks: []int{8}}
	}
	return m
}

func TestManifestIsReadAsItWasWritten(t *testing.T) {
	want := manifest(1, 2)
	data, err := want.Encode()
	require.NoError(t, err)
	got, err := ParseManifest(data)
	require.NoError(t, err)
	assert.Equal(t, want.Benchmarks, got.Benchmarks)
	again, err := got.Encode()
	require.NoError(t, err)
	assert.Equal(t, string(data), string(again))
}

func TestManifestThatCannotBeIsRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Manifest)
		want   string
	}{
		{"as it is", func(*Manifest) {}, ""},
		{"shard 0", func(m *Manifest) { m.Shard = 0 }, "there is no shard 0 of 2"},
		{"shard 3 of 2", func(m *Manifest) { m.Shard = 3 }, "there is no shard 3 of 2"},
		{"of 0", func(m *Manifest) { m.Shard, m.Of = 0, 0 }, "there is no shard 0 of 0"},
		{"far too many", func(m *Manifest) { m.Of = 1 << 40 }, "there is no shard"},
		{"no benchmarks", func(m *Manifest) { m.Benchmarks = nil }, "it has no benchmarks"},
		{"a benchmark for no shard", func(m *Manifest) { m.Benchmarks[1].Shard = 3 }, "B: it is for shard 3 of 2"},
		{"a benchmark of no side", func(m *Manifest) { m.Benchmarks[1].Candidate = nil }, "B: neither side has it"},
		{"a benchmark twice", func(m *Manifest) { m.Benchmarks = append(m.Benchmarks, m.Benchmarks[1]) }, "B comes twice"},
		{"another's benchmark", func(m *Manifest) { m.Benchmarks[0].Shard = 2 }, "A: it is for shard 2, and shard 1 measured it"},
		{"one that a side lacks", func(m *Manifest) { m.Benchmarks[0].Baseline = nil }, "A: it was measured, and one side lacks it"},
		{"less than no rounds", func(m *Manifest) { m.Benchmarks[0].Measured.Rounds = -1 }, "A: it has -1 rounds"},
		{"less than no functions", func(m *Manifest) { m.Benchmarks[0].Measured.SameCode = -1 }, "A: -1 of its functions are the same"},
		{"a look at nothing", func(m *Manifest) { m.Benchmarks[0].Measured.Looks = []int{0, 8} }, "A: it was judged after [0 8] rounds"},
		{"looks out of order",
			func(m *Manifest) { m.Benchmarks[0].Measured.Looks = []int{12, 8} }, "A: it was judged after [12 8] rounds"},
	} {
		m := manifest(1, 2)
		c.change(&m)
		data, err := m.Encode()
		require.NoError(t, err)
		if _, err = ParseManifest(data); c.want == "" {
			assert.NoError(t, err, c.name)
		} else {
			assert.ErrorContains(t, err, c.want, c.name)
		}
	}
}

func FuzzParseManifest(f *testing.F) {
	data, err := manifest(1, 2).Encode()
	require.NoError(f, err)
	f.Add(data)
	f.Add([]byte(`{"version": 1, "benchmarks": [null]}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ParseManifest(data)
		if err != nil {
			return
		}
		for _, b := range m.Benchmarks {
			if b.Shard < 1 || b.Shard > m.Of {
				t.Fatalf("%+v", b)
			}
		}
		if problems := Agree([]Found{{m, "a"}, {m, "b"}}); len(problems) == 0 {
			t.Fatal("twice the same shard")
		}
	})
}

func TestAgree(t *testing.T) {
	three := func(changes ...func(*Manifest)) []Found {
		var found []Found
		for i := range 3 {
			m := manifest(i+1, 3)
			data, err := json.Marshal(m) // a copy
			require.NoError(t, err)
			require.NoError(t, json.Unmarshal(data, &m))
			if i < len(changes) && changes[i] != nil {
				changes[i](&m)
			}
			found = append(found, Found{m, "shards/" + string(rune('a'+i))})
		}
		return found
	}
	assert.Empty(t, Agree(three()))
	assert.Equal(t, []string{"there are no shards"}, Agree(nil))
	all := three()
	assert.Equal(t, []string{
		"shard 1, 3 of 3 is missing, which was to measure A: see what became of its job, and let it leave its folder of results",
	}, Agree(all[1:2]))
	assert.Equal(t, []string{
		"shard 3 of 3 is missing, which was to measure nothing: see what became of its job, and let it leave its folder of results",
	}, Agree(all[:2]))
	assert.Equal(t, []string{"shard 2 of 3 is there 2 times: in shards/b and shards/b"}, Agree(append(all, all[1])))
	for what, change := range map[string]func(*Manifest){
		"another gate than shard 1 of 3 (shards/a): another/TestGate, not gate/TestGate": func(m *Manifest) {
			m.Gate = "another/TestGate"
		},
		"a gate of another number of shards than shard 1 of 3 (shards/a): 4, not 3":    func(m *Manifest) { m.Of = 4 },
		"another version of tailgate than shard 1 of 3 (shards/a): v0.2.0, not none":   func(m *Manifest) { m.Tailgate = "v0.2.0" },
		"another policy than shard 1 of 3":                                             func(m *Manifest) { m.Policy = "p" },
		"another baseline commit than shard 1 of 3 (shards/a): 3, not 1":               func(m *Manifest) { m.Baseline.Commit = "3" },
		"another candidate commit than shard 1 of 3 (shards/a): 2 with changes, not 2": func(m *Manifest) { m.Candidate.Dirty = true },
		"another candidate than shard 1 of 3 (shards/a): http://b, not the work tree": func(m *Manifest) {
			m.Candidate.What = "http://b"
		},
		"another baseline than shard 1 of 3 (shards/a): main, not HEAD":              func(m *Manifest) { m.Baseline.What = "main" },
		"another planted slowdown than shard 1 of 3 (shards/a): 2ms, not none":       func(m *Manifest) { m.Planted = "2ms" },
		"another expected outcome than shard 1 of 3 (shards/a): regressed, not none": func(m *Manifest) { m.Expected = "regressed" },
		"another baseline binary than shard 1 of 3": func(m *Manifest) {
			m.Baseline.Binaries[0].Sum = "x"
		},
		"another candidate binary than shard 1 of 3":              func(m *Manifest) { m.Candidate.Binaries = nil },
		"another file of costs than shard 1 of 3":                 func(m *Manifest) { m.Costs = "c" },
		"found 1 benchmarks, and shard 1 of 3 (shards/a) found 2": func(m *Manifest) { m.Benchmarks = m.Benchmarks[:1] },
		"found the benchmark B otherwise than shard 1 of 3 (shards/a) found A": func(m *Manifest) {
			m.Benchmarks[0] = m.Benchmarks[1]
		},
		"found the benchmark A otherwise than shard 1 of 3 (shards/a) found A": func(m *Manifest) { m.Benchmarks[0].Shard = 3 },
		"declare different directions of units: Unit lines must be the same": func(m *Manifest) {
			m.Baseline.Better = []Direction{{"score", "higher"}}
		},
	} {
		problems := Agree(three(nil, change))
		require.Len(t, problems, 1, what)
		assert.True(t, strings.HasPrefix(problems[0], "shard 2 of ") || strings.Contains(problems[0], "and shard 2 of "), problems[0])
		assert.Contains(t, problems[0], what)
	}
	other := three(nil, func(m *Manifest) { m.Benchmarks[0].Baseline.Metrics[0].Values[0] = 7 })
	assert.Empty(t, Agree(other), "what smoke runs measured differs from machine to machine")
}

func TestOpenWantsAllResults(t *testing.T) {
	dir := t.TempDir()
	m := manifest(1, 2)
	for _, name := range (Manifest{}).results() {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(name), 0o644))
		m.Files = append(m.Files, File{name, sum([]byte(name))})
	}
	open := func() error {
		data, err := m.Encode()
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, output.Manifest), data, 0o644))
		_, err = Open(dir)
		return err
	}
	require.NoError(t, open())
	m.Files = m.Files[:2]
	assert.ErrorContains(t, open(), "its manifest says nothing of verdict.json")
}

func TestOpenFindsNoFileOutsideOfItsFolder(t *testing.T) {
	dir := t.TempDir()
	m := manifest(1, 2)
	for _, name := range []string{"../x", "a/b", "", "/etc/passwd", ".."} {
		m.Files = []File{{name, "0"}}
		data, err := m.Encode()
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, output.Manifest), data, 0o644))
		_, err = Open(dir)
		assert.Error(t, err, name)
	}
}
