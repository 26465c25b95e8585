package report

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/policy"
)

// curve is a service whose p90 at rates 10, 20 and 30 is so many nanoseconds.
func curve(p90 ...float64) (r judge.Results) {
	for i, x := range p90 {
		r.Benchmarks = append(r.Benchmarks, judge.Benchmark{
			ID:      policy.ID{Name: fmt.Sprintf("Serving/case=a/rate=%d0", i+1), Procs: 2},
			Metrics: map[string][]float64{"p90-ns": {x, x + 1, x - 1}, "succeeded": {100, 100, 100}},
		})
	}
	return r
}

func TestFitsAreNoted(t *testing.T) {
	const head = "R2 of Serving/case=a over 3 rates, as the regression guide has it, and judged by nobody: "
	unrated := judge.Results{Benchmarks: []judge.Benchmark{{ID: policy.ID{Name: "MLP"}}}}
	for _, c := range []struct {
		name                string
		baseline, candidate judge.Results
		want                []string
	}{
		{"equal", curve(10, 20, 90), curve(10, 20, 90), []string{head + "p90-ns 1.0000, succeeded 1.0000"}},
		{"all 20 % worse on a steep curve", curve(100, 200, 900), curve(120, 240, 1080),
			[]string{head + "p90-ns 0.9095, succeeded 1.0000. Here it misleads: p90-ns changed by up to +20.0 %"}},
		{"all 5 % worse on a flat curve", curve(100, 101, 102), curve(105, 106.05, 107.1),
			[]string{head + "p90-ns -37.2562, succeeded 1.0000. Here it misleads: p90-ns changed by up to +5.0 %"}},
		{"one rate", curve(10), curve(10), nil},
		{"no rate in common", curve(10, 20, 30), unrated, nil},
		{"no rates", unrated, unrated, nil},
	} {
		measured := judge.By(policy.Policy{}).Compare(c.baseline, c.candidate).Benchmarks
		assert.Equal(t, c.want, Fits(measured), c.name)
	}
}
