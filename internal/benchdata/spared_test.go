package benchdata

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhatCannotBeIsLeftOutOfUnitsThatNobodyNeeds(t *testing.T) {
	as := Reader{Needed: func(unit string) bool { return unit == "ns/op" || unit == "p95-ns" }}
	input := resultLines("pkg: p") + "BenchmarkX-2 1 5 ns/op -3 delta 1 score\n" +
		"BenchmarkX-2 1 6 ns/op 2 delta NaN score +Inf rate 2e300 big\nBenchmarkY-2 1 -4 delta\nPASS\n"
	set, err := as.Read(strings.NewReader(input), "x.txt")
	require.NoError(t, err)
	require.Len(t, set.Benchmarks, 2)
	assert.Equal(t, []Value{{"ns/op", 5}, {"score", 1}}, set.Benchmarks[0].Runs[0].Values)
	assert.Equal(t, []Value{{"ns/op", 6}, {"delta", 2}}, set.Benchmarks[0].Runs[1].Values)
	assert.Empty(t, set.Benchmarks[1].Runs[0].Values)
	var said []string
	for _, out := range set.Spared {
		said = append(said, out.Unit+": "+out.String())
	}
	assert.Equal(t, []string{
		"delta: x.txt:3: X-2: delta is negative (-3); report a quantity that cannot be below 0",
		"score: x.txt:4: X-2: score is NaN; report a finite number",
		"rate: x.txt:4: X-2: rate is +Inf; report a finite number",
		"big: x.txt:4: X-2: big is absurdly large (2e+300); report it in a larger unit",
	}, said, "the first of each unit")

	_, err = Read(strings.NewReader(input), "x.txt")
	require.ErrorContains(t, err, "x.txt:3: X-2: delta is negative (-3)", "as long as nobody says what is needed")
	_, err = as.Read(strings.NewReader("BenchmarkX-2 1 NaN ns/op\nBenchmarkX-2 1 -1 p95-ns\nPASS\n"), "x.txt")
	require.EqualError(t, err, "x.txt:1: X-2: ns/op is NaN; report a finite number\n"+
		"x.txt:2: X-2: p95-ns is negative (-1); report a quantity that cannot be below 0")
}

func TestWhatIsRememberedOfThatIsBounded(t *testing.T) {
	as := Reader{Needed: func(string) bool { return false }}
	var values strings.Builder
	for unit := range 100 {
		values.WriteString(" -1 u" + strings.Repeat("x", unit))
	}
	set, err := as.Read(strings.NewReader("BenchmarkX 1 5 ns/op"+values.String()+"\nPASS\n"), "x.txt")
	require.NoError(t, err)
	assert.Len(t, set.Spared, mostSpared)
	assert.Len(t, set.Benchmarks[0].Runs[0].Values, 1)
}
