package field

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/internal/stats"
)

// largeChange is the least change by benchstat of which the gate's is compared, as a logarithm: 20 %.
var largeChange = math.Log(1.2)

// levels are the gate's ns/op beside benchstat's of the same case, direction and day.
type levels struct {
	ratios []float64 // of each side's ns/op, the gate's over benchstat's
	shares []float64 // of each change that is large by benchstat: the gate's over benchstat's, of their logarithms
}

// add compares results of one case in one direction: those of one day, when the machine was one, and its last ones of each tool.
func (l *levels) add(results []Result) {
	type measured struct{ day, benchmark string }
	by := map[string]map[measured]Said{byTailgate: {}, byBenchstat: {}}
	for _, r := range results {
		for _, s := range r.Said {
			if s.Unit == "ns/op" && s.Baseline > 0 && s.Candidate > 0 {
				by[r.Tool][measured{r.day(), s.Benchmark}] = s
			}
		}
	}
	for of, gate := range by[byTailgate] {
		other, both := by[byBenchstat][of]
		if !both {
			continue
		}
		l.ratios = append(l.ratios, gate.Baseline/other.Baseline, gate.Candidate/other.Candidate)
		if change := math.Log(other.Candidate / other.Baseline); math.Abs(change) >= largeChange {
			l.shares = append(l.shares, math.Log(gate.Candidate/gate.Baseline)/change)
		}
	}
}

// String says how well both tools agree; it is empty where nothing was measured by both.
func (l levels) String() string {
	if len(l.ratios) == 0 {
		return ""
	}
	text := fmt.Sprintf("%d levels of ns/op: the gate's over benchstat's are %s.\n",
		len(l.ratios), middle(l.ratios))
	if len(l.shares) > 0 {
		text += fmt.Sprintf("%d changes of 20 %% or more by benchstat: the gate's logarithms over benchstat's are %s.\n",
			len(l.shares), middle(l.shares))
	}
	return "\n" + text
}

// middle is the median, and between which values eight in ten lie.
func middle(of []float64) string {
	slices.Sort(of)
	quantile := func(q float64) float64 { return of[int(q*float64(len(of)-1)+0.5)] }
	return fmt.Sprintf("%.2f (median; eight in ten: %.2f to %.2f)", stats.Median(of), quantile(0.1), quantile(0.9))
}

func TestLevels(t *testing.T) {
	said := func(tool string, from, to float64) Result {
		return Result{Tool: tool, Said: []Said{
			{Benchmark: "A", Unit: "ns/op", Baseline: from, Candidate: to}, {Benchmark: "A", Unit: "B/op", Baseline: 1, Candidate: 9},
			{Benchmark: tool, Unit: "ns/op", Baseline: 1, Candidate: 1}, // not measured by the other
		}}
	}
	var l levels
	l.add([]Result{said(byTailgate, 120, 240), said(byBenchstat, 100, 400)})
	l.add([]Result{said(byTailgate, 100, 100), said(byBenchstat, 100, 119)})
	l.add([]Result{said(byTailgate, 100, 100), {Tool: byBenchstat, Error: "it does not build"}})
	l.add([]Result{said(byTailgate, 0, 0), said(byBenchstat, 100, 150)}) // there was no time for it
	later := said(byBenchstat, 100, 900)
	later.Began = later.Began.AddDate(0, 0, 1)
	l.add([]Result{said(byTailgate, 100, 100), later})
	assert.InDeltaSlice(t, []float64{1.2, 0.6, 1, 1 / 1.19}, l.ratios, 1e-9)
	assert.InDeltaSlice(t, []float64{0.5}, l.shares, 1e-9, "twice as slow, and four times")
	assert.Contains(t, l.String(), "4 levels of ns/op")
	assert.Contains(t, l.String(), "0.92 (median; eight in ten: 0.60 to 1.20)")
	assert.Contains(t, l.String(), "0.50 (median")
	assert.Empty(t, levels{}.String())
}
