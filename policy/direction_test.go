package policy

import (
	"os"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDirectionOf(t *testing.T) {
	for unit, want := range map[string]Direction{
		"ns/op": Lower, "mean-ns/op": Lower, "sec/op": Lower, "us/op": Lower, "ns": Lower, "ms": Lower, "s": Lower, "s/op": Lower,
		"p95-ns": Lower, "p95-model-ns": Lower, "p95_ms": Lower, "p95-a/b-ns": Lower, "gc-pause-p99-ns": Lower, "cpu-ns/req": Lower,
		"errors": Lower, "errors-percent": Lower, "errors-timeout": Lower, "timeouts/s": Lower, "B/op": Lower, "allocs/op": Lower,
		"req/s": Higher, "MB/s": Higher, "output-tok/min": Higher, "tok/sec": Higher, "p50-tok/s": Higher, "op/ns": Higher,
		"": "", "/": "", "-": "", "score": "", "B": "", "min": "", "tokens": "", "hits-s": "", "ops_per_ms": "", "ops-per-s": "",
		"ops-per-ns": "", "p95-per-request-ns": Lower,
		"gopher-goroutines": "", "failed/s": Lower, "cache-misses/op": Lower, "dropped/min": Lower, "gc-cycles/s": Lower,
		"timeout/s": Lower, "rejected": Lower, "evictions/s": Lower, "allocs/s": Lower, "hits/s": Higher, "missions/s": Higher,
	} {
		assert.Equal(t, want, DirectionOf(unit), unit)
	}
}

// What is no amount is refused as it is read; all else of which nothing is known is, once it is seen what benchmarks declare.
func TestWhatIsNoAmountIsRefused(t *testing.T) {
	for unit := range noAmount {
		err := Policy{Rules: []Rule{{Metric: "ns/op"}, {Metric: unit}}}.Validate()
		assert.ErrorContains(t, err, `rules[1]: metric "`+unit+`"`)
		assert.ErrorContains(t, err, "it is no amount; leave the rule out")
		assert.Empty(t, DirectionOf(unit))
	}
	assert.NoError(t, Policy{Rules: []Rule{{Metric: "score"}}}.Validate())
}

// The page on what a process uses has each floor, and no unit that is not known.
func TestThePageOnMemoryHasTheFloors(t *testing.T) {
	page, err := os.ReadFile("../docs/memory.md")
	require.NoError(t, err)
	sizes := map[string]float64{"": 1, " us": 1e3, " KiB": 1 << 10, " MiB": 1 << 20}
	rows := regexp.MustCompile("(?m)^\\| `(\\S+)` \\|.*\\| (\\d+)( \\w+)? \\|$").FindAllSubmatch(page, -1)
	assert.Len(t, rows, 4)
	for _, row := range rows {
		unit := string(row[1])
		number, err := strconv.ParseFloat(string(row[2]), 64)
		require.NoError(t, err)
		assert.Equal(t, number*sizes[string(row[3])], FloorOf(unit), unit)
		assert.Equal(t, Lower, DirectionOf(unit), unit)
	}
	assert.Zero(t, FloorOf("ns/op"))
}
