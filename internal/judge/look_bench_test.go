package judge

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/tailgate-go/tailgate/policy"
)

// BenchmarkLook judges so many rules, five a benchmark, after 60 rounds, all at once. ns/rule should not grow with their number.
// round-% is what that takes of the one round after which a gate does it for one benchmark: 60 requests of 5 ms a side.
func BenchmarkLook(b *testing.B) {
	const rounds, each = 60, 5
	for _, rules := range []int{5, 50, 500} {
		b.Run(fmt.Sprintf("rules=%d", rules), func(b *testing.B) {
			random := rand.New(rand.NewPCG(60, uint64(rules)))
			var p policy.Policy
			units := []string{"p50-ns", "p90-ns", "p95-ns", "p99-ns", "ns/op"}
			for _, unit := range units {
				p.Rules = append(p.Rules, policy.Rule{Metric: unit, MaxRegressionPercent: 10, MinRegression: 1e6})
			}
			var sides [2]Results
			for i := range rules / each {
				for s := range sides {
					id := policy.ID{Package: "p", Name: fmt.Sprintf("Serve/case=%d", i), Procs: 2}
					m := Benchmark{ID: id, Requests: 500, Metrics: map[string][]float64{}}
					for _, unit := range units {
						for range rounds {
							m.Metrics[unit] = append(m.Metrics[unit], math.Round(5e6*math.Exp(0.08*random.NormFloat64())))
						}
					}
					sides[s].Benchmarks = append(sides[s].Benchmarks, m)
				}
			}
			j := By(p)
			pairs := j.Pairs(sides[0], sides[1])
			plan := j.Plan(Family(pairs))
			judged := 0
			for b.Loop() {
				look, planned := plan.look(rounds)
				if !planned {
					b.Fatal("no look")
				}
				for _, pair := range pairs {
					judged += len(j.verdicts(pair, nil, nil, look))
				}
			}
			if judged != b.N*rules {
				b.Fatalf("%d verdicts of %d rules", judged, rules)
			}
			b.ReportMetric(float64(b.Elapsed())/float64(judged), "ns/rule")
			b.ReportMetric(100*float64(b.Elapsed())/float64(b.N)/float64(600*time.Millisecond), "round-%")
		})
	}
}
