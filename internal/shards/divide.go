package shards

import (
	"cmp"
	"slices"
	"time"

	"github.com/tailgate-go/tailgate/policy"
)

// Job is a benchmark to be given to a shard.
type Job struct {
	policy.ID
	Free bool // whether nothing of it is to be measured, as where only one side has it
}

// Divide says which shard, from 1 to n, each job is for. The longest is given away first, always to the shard that has least to do
// (longest processing time first, Graham 1969: no shard has more than 4/3 - 1/(3n) times the least that is possible). Jobs whose
// cost nobody knows are taken for as long as the others are on average. Without any costs that deals them out in turn, by name.
//
// It depends on nothing but its arguments, and not on the order of jobs: all shards that see the same benchmarks and
// costs divide them alike.
func Divide(jobs []Job, costs Costs, n int) []int {
	typical := costs.typical(jobs)
	cost := func(i int) time.Duration {
		if jobs[i].Free {
			return 0
		}
		if known, ok := costs.of(jobs[i]); ok {
			return known
		}
		return typical
	}
	order := make([]int, len(jobs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(-cmp.Compare(cost(a), cost(b)), cmp.Compare(jobs[a].Package, jobs[b].Package),
			cmp.Compare(jobs[a].Name, jobs[b].Name), cmp.Compare(jobs[a].Procs, jobs[b].Procs))
	})
	owners := make([]int, len(jobs))
	given := make([]time.Duration, n)
	for _, i := range order {
		least := 0
		for shard := range given {
			if given[shard] < given[least] {
				least = shard
			}
		}
		given[least] += cost(i)
		owners[i] = least + 1
	}
	return owners
}
