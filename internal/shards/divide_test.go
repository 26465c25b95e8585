package shards

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tailgate-go/tailgate/policy"
)

// costly are costs of jobs by name, in seconds.
func costly(seconds map[string]float64) Costs {
	c := Costs{took: map[[2]string]time.Duration{}}
	for name, s := range seconds {
		c.took[[2]string{"", name}] = time.Duration(s * float64(time.Second))
	}
	return c
}

func jobsOf(names ...string) []Job {
	var jobs []Job
	for _, name := range names {
		jobs = append(jobs, job("", name, 2, false))
	}
	return jobs
}

func TestDivide(t *testing.T) {
	for _, c := range []struct {
		name  string
		jobs  []Job
		costs Costs
		n     int
		want  []int
	}{
		{"no jobs", nil, Costs{}, 3, []int{}},
		{"one shard has all", jobsOf("A", "B"), Costs{}, 1, []int{1, 1}},
		{"without costs they are dealt out by name", jobsOf("D", "A", "C", "B", "E"), Costs{}, 2, []int{2, 1, 1, 2, 1}},
		{"more shards than jobs leave some empty", jobsOf("A", "B"), Costs{}, 4, []int{1, 2}},
		{"the longest is alone", jobsOf("A", "B", "C"), costly(map[string]float64{"A": 1, "B": 9, "C": 2}), 2, []int{2, 1, 2}},
		{"an unknown one takes the mean of the others",
			jobsOf("A", "B", "C"), costly(map[string]float64{"A": 1, "C": 3}), 2, []int{2, 2, 1}},
		{"costs of others do not count", jobsOf("A", "B"), costly(map[string]float64{"X": 100}), 2, []int{1, 2}},
		{"of equals the packages, the names and GOMAXPROCS decide",
			[]Job{job("b", "A", 1, false), job("a", "B", 2, false), job("a", "B", 1, false), job("a", "A", 1, false)},
			Costs{}, 4, []int{4, 3, 2, 1}},
		{"what is not measured costs nothing", []Job{
			job("", "A", 1, true), job("", "B", 1, false), job("", "C", 1, true), job("", "D", 1, false),
		}, Costs{}, 2, []int{1, 1, 1, 2}},
	} {
		assert.Equal(t, c.want, Divide(c.jobs, c.costs, c.n), c.name)
	}
}

func TestDivideIsTheSameForAllAndFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "n")
		var jobs []Job
		seconds := map[string]float64{}
		for i := range rapid.IntRange(0, 40).Draw(t, "jobs") {
			name := fmt.Sprint("B", i)
			jobs = append(jobs, job("", name, 1, false))
			seconds[name] = float64(rapid.IntRange(1, 1000).Draw(t, "ms")) / 1000
		}
		costs := costly(seconds)
		owners := Divide(jobs, costs, n)
		require.Len(t, owners, len(jobs))
		of := map[string]int{}
		load, total, longest := make([]float64, n), 0.0, 0.0
		for i, owner := range owners {
			require.GreaterOrEqual(t, owner, 1)
			require.LessOrEqual(t, owner, n)
			of[jobs[i].Name] = owner
			load[owner-1] += seconds[jobs[i].Name]
			total += seconds[jobs[i].Name]
			longest = max(longest, seconds[jobs[i].Name])
		}
		// Graham (1969): at most 4/3 - 1/(3n) of the best, which is at least each of the two below; and a list schedule ends at most one
		// job above the mean.
		assert.LessOrEqual(t, slices.Max(load), total/float64(n)+longest*(1-1/float64(n))+1e-9)

		order := rapid.Permutation(jobs).Draw(t, "order")
		for i, owner := range Divide(order, costs, n) {
			assert.Equal(t, of[order[i].Name], owner, "the order in which jobs are found does not matter")
		}
	})
}

func TestParseCosts(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"of an earlier gate",
			`{"version": 1, "more": [], "benchmarks": [{"package": "p", "benchmark": "A", "noise": {"seconds": 2.5}}]}`, ""},
		{"no JSON", `goos: linux`, "it is no verdict.json: "},
		{"cut short", `{"version": 1, "benchmarks": [`, "it is no verdict.json: "},
		{"another file", `{"rules": []}`, "it is no verdict.json of version 1, but of 0"},
		{"of the future", `{"version": 2}`, "but of 2"},
		{"saved results take no time",
			`{"version": 1, "benchmarks": [{"benchmark": "A", "noise": null}]}`, "it says of no benchmark how long"},
		{"a negative time",
			`{"version": 1, "benchmarks": [{"benchmark": "A", "noise": {"seconds": -1}}]}`, "A took -1 seconds: write 0 or more"},
		{"an absurd time", `{"version": 1, "benchmarks": [{"benchmark": "A", "noise": {"seconds": 1e300}}]}`, "A took 1e+300 seconds"},
	} {
		costs, err := ParseCosts([]byte(c.text))
		if c.want != "" {
			assert.ErrorContains(t, err, c.want, c.name)
			continue
		}
		require.NoError(t, err, c.name)
		took, known := costs.of(job("p", "A", 8, false))
		assert.True(t, known)
		assert.Equal(t, 2500*time.Millisecond, took)
		assert.Len(t, costs.Sum, 64)
	}
}

func TestCostsOfAGateInWhichNothingHadChangedAreNotKnown(t *testing.T) {
	costs, err := ParseCosts([]byte(
		`{"version": 1, "benchmarks": [{"benchmark": "A", "noise": null}], "verdicts": [{"code": "unchanged"}]}`))
	require.NoError(t, err)
	assert.Len(t, costs.Sum, 64)
	assert.Equal(t, time.Second, costs.typical([]Job{job("p", "A", 8, false)}))
}

func job(pkg, name string, procs int, free bool) Job {
	return Job{policy.ID{Package: pkg, Name: name, Procs: procs}, free}
}
