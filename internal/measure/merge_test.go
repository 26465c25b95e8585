package measure

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/output"
	"github.com/tailgate-go/tailgate/internal/part"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/shards"
	"github.com/tailgate-go/tailgate/policy"
)

func TestMergeRefusesWhatIsNotOneGate(t *testing.T) {
	pair := pretended{benchmarks: []pretendedBenchmark{
		{name: "A", effect: 1, noise: 0.02, took: time.Second}, {name: "B", effect: 1.5, noise: 0.02, took: time.Second},
	}}
	// again runs a shard of a gate that differs.
	again := func(change func(*pretended), part part.Part) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			other := pair
			other.benchmarks = append([]pretendedBenchmark{}, pair.benchmarks...)
			change(&other)
			other.run(t, part, filepath.Join(dir, "2"))
		}
	}
	second := part.Part{I: 2, N: 2}
	edit := func(name string, change func(string) string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			file := filepath.Join(dir, "2", name)
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			text := change(string(data))
			require.NotEqual(t, string(data), text)
			require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		}
	}
	// forge edits a file and makes the sums match again.
	forge := func(name string, change func(string) string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			edit(name, change)(t, dir)
			resum(t, filepath.Join(dir, "2"), nil)
		}
	}
	measured := func(change func(*shards.Measured)) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			resum(t, filepath.Join(dir, "2"), func(m *shards.Manifest) { change(m.Benchmarks[1].Measured) })
		}
	}
	lastLine := func(text string) string { // the last round of it
		lines := strings.SplitAfter(text, "\n")
		return strings.Join(append(lines[:len(lines)-3:len(lines)-3], lines[len(lines)-2:]...), "")
	}
	left := t.TempDir()
	pair.shards(t, 2, left)
	for _, c := range []struct {
		name string
		do   func(t *testing.T, dir string)
		want string
	}{
		{"whole", func(*testing.T, string) {}, ""},
		{"a shard is missing", func(t *testing.T, dir string) { require.NoError(t, os.RemoveAll(filepath.Join(dir, "2"))) },
			"shard 2 of 2 is missing, which was to measure B: see what became of its job"},
		{"a shard did not end", func(t *testing.T, dir string) {
			require.NoError(t, os.Remove(filepath.Join(dir, "2", output.Manifest)))
		}, "/2 has no shard.json: it is no folder of a shard's results, or the shard did not end"},
		{"a shard is there twice",
			func(t *testing.T, dir string) { pair.run(t, second, filepath.Join(dir, "3")) }, "shard 2 of 2 is there 2 times: in "},
		{"another commit", again(func(p *pretended) { p.commit = "b" }, second), "is of another candidate commit than shard 1 of 2"},
		{"another policy",
			again(func(p *pretended) { p.policy.Alpha = 0.01 }, second), "/2) was judged by another policy than this test's"},
		{"another number of shards",
			again(func(*pretended) {}, part.Part{I: 2, N: 3}), "is of a gate of another number of shards than shard 1 of 2"},
		{"another benchmark",
			again(func(p *pretended) { p.benchmarks[1].name = "C" }, second), "found the benchmark C otherwise than shard 1 of 2"},
		{"other units", again(func(p *pretended) { p.benchmarks[0].unjudged = true }, second), "found the benchmark A otherwise"},
		{"more benchmarks", again(func(p *pretended) {
			p.benchmarks = append(p.benchmarks, pretendedBenchmark{name: "C", effect: 1, only: "candidate"})
		}, second),
			"found 3 benchmarks, and shard 1 of 2"},
		{"other costs", func(t *testing.T, dir string) {
			costs, err := shards.ParseCosts([]byte(`{"version": 1, "benchmarks": [{"benchmark": "A", "noise": {"seconds": 1}}]}`))
			require.NoError(t, err)
			again(func(p *pretended) { p.costs = costs }, second)(t, dir)
		}, "is of another file of costs than shard 1 of 2"},
		{"another version", func(t *testing.T, dir string) {
			resum(t, filepath.Join(dir, "2"), func(m *shards.Manifest) { m.Tailgate = "v9.9.9" })
		}, `/2) was measured by another version of tailgate than this one: "v9.9.9"`},
		{"another binary", func(t *testing.T, dir string) {
			resum(t, filepath.Join(dir, "2"), func(m *shards.Manifest) { m.Candidate.Binaries[0].Sum = "another" })
		}, "is of another candidate binary than shard 1 of 2"},
		{"cut short", edit("candidate.txt", func(s string) string { return s[:len(s)/2] }),
			"candidate.txt is not as the shard left it: it was cut short or edited"},
		{"an edited verdict", edit("verdict.json", func(s string) string { return strings.Replace(s, `"regressed"`, `"ok"`, 1) }),
			"verdict.json is not as the shard left it"},
		{"an edited manifest",
			edit(output.Manifest, func(s string) string { return strings.Replace(s, `"rounds": 8`, `"rounds": 9`, 1) }),
			"shard.json: its sum does not match: it was edited"},
		{"a manifest that is cut short",
			edit(output.Manifest, func(s string) string { return s[:len(s)/2] }), "the JSON ends too early"},
		{"a file is gone", func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, "2", "baseline.txt"))) },
			"baseline.txt is missing"},
		{"a forged verdict",
			forge("verdict.json", func(s string) string { return strings.ReplaceAll(s, `"outcome": "regressed"`, `"outcome": "ok"`) }),
			`verdict.json says "ok" of B p95-ns, and its rounds lead to "regressed"`},
		{"a verdict is taken out", forge("verdict.json", func(s string) string {
			head, _, _ := strings.Cut(s, `"verdicts"`)
			return head + `"verdicts": [], "benchmarks": [], "causes": []}`
		}), "verdict.json has 0 verdicts, and its rounds lead to 1"},
		{"forged rounds",
			forge("candidate.txt", func(s string) string { return strings.ReplaceAll(s, " p95-ns\n", "1 p95-ns\n") }), "verdict.json says"},
		{"a round is taken out of a side", forge("candidate.txt", lastLine), "B: it has 8 rounds, and its candidate 7"},
		{"a round is taken out of both", func(t *testing.T, dir string) {
			edit("baseline.txt", lastLine)(t, dir)
			edit("candidate.txt", lastLine)(t, dir)
			measured(func(m *shards.Measured) { m.Rounds = 7 })(t, dir)
		}, "B: it was judged after 8 of 7 rounds"},
		{"a look that the plan has not", func(t *testing.T, dir string) {
			edit("baseline.txt", lastLine)(t, dir)
			edit("candidate.txt", lastLine)(t, dir)
			measured(func(m *shards.Measured) { m.Rounds, m.Looks = 7, []int{7} })(t, dir)
		}, "B: it was judged after 7 rounds, where the plan has no look"},
		{"a look is left out", measured(func(m *shards.Measured) { m.Looks = nil }), "B: its verdicts are not settled by its rounds"},
		{"a problem is made up", measured(func(m *shards.Measured) { m.Problem = &report.ReasonJSON{Code: policy.NoTarget} }),
			`verdict.json says "regressed" of B p95-ns, and its rounds lead to "invalid"`},
		{"it was not measured", func(t *testing.T, dir string) {
			resum(t, filepath.Join(dir, "2"), func(m *shards.Manifest) { m.Benchmarks[1].Measured = nil })
		}, "B: it was to be measured, and was not"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.CopyFS(dir, os.DirFS(left)))
			c.do(t, dir)
			got, err := pair.merge(t, filepath.Join(dir, "*"))
			if c.want == "" {
				require.NoError(t, err)
				assert.Equal(t, policy.Regressed, got.Outcome())
				return
			}
			require.ErrorContains(t, err, c.want)
			assert.Equal(t, policy.Invalid, got.Outcome())
			assert.False(t, got.Passes())
			assert.Contains(t, readVerdict(t, got.Out).Error, c.want)
		})
	}
}

// resum changes a manifest and makes its sums match again.
func resum(t *testing.T, dir string, change func(*shards.Manifest)) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, output.Manifest))
	require.NoError(t, err)
	var m shards.Manifest
	require.NoError(t, json.Unmarshal(data, &m))
	if change != nil {
		change(&m)
	}
	for i := range m.Files {
		text, err := os.ReadFile(filepath.Join(dir, m.Files[i].Name))
		require.NoError(t, err)
		m.Files[i].Sum = fmt.Sprintf("%x", sha256.Sum256(text))
	}
	data, err = m.Encode()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, output.Manifest), data, 0o644))
}

func TestMergeWritesNothingOutsideItsFolder(t *testing.T) {
	one := pretended{benchmarks: []pretendedBenchmark{{name: "Same", effect: 1, noise: 0.02, took: time.Second}}}
	folders, err := shards.Folders(one.shards(t, 1, t.TempDir()), t.TempDir())
	require.NoError(t, err)
	merged, err := shards.Merge(judge.By(one.policy), folders)
	require.NoError(t, err)
	dir, outside := t.TempDir(), t.TempDir()
	out, _, err := output.Of(output.Test{Dir: t.TempDir()}, dir)
	require.NoError(t, err)
	defer out.Close()
	require.NoError(t, os.WriteFile(filepath.Join(outside, "file"), []byte("precious"), 0o644))
	require.NoError(t, os.Symlink(filepath.Join(outside, "file"), filepath.Join(dir, "baseline.txt")))
	require.NoError(t, os.Symlink(filepath.Join(outside, "new"), filepath.Join(dir, "candidate.txt")))
	require.NoError(t, merged.Save(out))
	data, err := os.ReadFile(filepath.Join(outside, "file"))
	require.NoError(t, err)
	assert.Equal(t, "precious", string(data))
	assert.NoFileExists(t, filepath.Join(outside, "new"))
	set, err := benchdata.ReadFiles(filepath.Join(dir, "candidate.txt"))
	require.NoError(t, err)
	assert.Len(t, set.Benchmarks, 1)
}
