package field

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// comparison is what one tool does with a case in one direction.
type comparison struct {
	tool   string
	turned bool
}

// of are the comparisons of a case. A plant is gated in one direction alone: it is planted in the candidate, and no code differs
// for benchstat.
func (o tools) of(c Case) []comparison {
	switch {
	case c.Inject != "":
		return []comparison{{byTailgate, false}}
	case !o.benchstat:
		return []comparison{{byTailgate, false}, {byTailgate, true}}
	}
	return []comparison{{byTailgate, false}, {byBenchstat, false}, {byBenchstat, true}, {byTailgate, true}}
}

// left are the comparisons of a case of which there are fewer than n results of the day, failed ones included.
func (o tools) left(c Case, there []Result, day time.Time, n int) []comparison {
	have := map[comparison]int{}
	for _, r := range there {
		way := c
		if r.Turned {
			way = c.turned()
		}
		if r.Case == c.Name && r.Baseline == way.Baseline && r.Candidate == way.Candidate && r.day() == (Result{Began: day}).day() {
			have[comparison{r.Tool, r.Turned}]++
		}
	}
	return slices.DeleteFunc(o.of(c), func(of comparison) bool { return have[of] >= n })
}

func TestARunGoesOnWhereItWas(t *testing.T) {
	both := tools{benchstat: true}
	c := Case{Name: "a", Baseline: "1", Candidate: "2"}
	plant := Case{Name: "plant", Baseline: "1", Candidate: "1", Inject: "5%"}
	assert.Len(t, both.of(c), 4)
	assert.Len(t, tools{}.of(c), 2)
	assert.Len(t, both.of(plant), 1)

	day := time.Date(2026, 11, 29, 23, 0, 0, 0, time.UTC)
	result := func(began time.Time, of comparison) Result {
		way := c
		if of.turned {
			way = c.turned()
		}
		return newResult(way, of.turned, of.tool, began, 0)
	}
	there := []Result{
		result(day.Add(2*time.Hour), comparison{byTailgate, true}),    // of another day
		result(day.Add(-22*time.Hour), comparison{byTailgate, false}), // of the same
		result(day, comparison{byBenchstat, true}),
		{Case: "a", Tool: byBenchstat, Baseline: "0", Candidate: "2", Began: day}, // of other revisions
		{Case: "b", Tool: byTailgate, Turned: true, Baseline: "2", Candidate: "1", Began: day},
	}
	assert.Equal(t, []comparison{{byBenchstat, false}, {byTailgate, true}}, both.left(c, there, day, 1))
	assert.Equal(t, both.of(c), both.left(c, there, day, 2))
	for _, of := range both.of(c) {
		there = append(there, result(day, of))
	}
	assert.Empty(t, both.left(c, there, day, 1))
	assert.Equal(t, []comparison{{byBenchstat, false}, {byTailgate, true}}, both.left(c, there, day, 2))
}
