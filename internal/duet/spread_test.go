//go:build unix

package duet_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/stats"
)

// BenchmarkSpread shows how well two identical sides can be told to be identical, with a gate that holds a CPU and one that
// wanders. An iteration is a launch of two processes: 12 rounds of 100 turns a side, in random order within a pair,
// each of one request. The logarithm of the ratio of both sides' p50 should be zero: within-percent is its standard deviation
// over the rounds of a launch, median over launches, and between-percent that of its means over launches; likewise for p95.
// Run it with -benchtime 8x or more.
func BenchmarkSpread(b *testing.B) {
	for _, request := range []string{"100us", "400us", "5ms"} {
		for _, gate := range []string{"wanders", "holds"} {
			b.Run("request="+request+"/gate="+gate, func(b *testing.B) {
				var spreads [2]spread
				for b.Loop() {
					launch(b, request, gate, &spreads)
				}
				for i, name := range []string{"p50", "p95"} {
					b.ReportMetric(stats.Median(spreads[i].within), name+"-within-percent")
					b.ReportMetric(stat.StdDev(spreads[i].means, nil), name+"-between-percent")
				}
			})
		}
	}
}

// spread is of one quantile, in percent, one value for each launch.
type spread struct{ within, means []float64 }

func launch(b *testing.B, request, gate string, spreads *[2]spread) {
	const rounds, turns = 12, 100
	var peers [2]*duet.Peer
	for i := range peers {
		_, peers[i] = open(b, request, options{})
	}
	if gate == "holds" {
		release := duet.HoldCPU()
		defer release()
	}
	for _, peer := range peers {
		grant(b, peer, duet.Turn{Requests: 20, WarmUp: true})
	}
	var ratios [2][]float64
	for range rounds {
		var sides [2][]int64
		for range turns {
			for _, i := range rand.Perm(2) {
				sides[i] = append(sides[i], grant(b, peers[i], duet.Turn{Requests: 1}).Latencies...)
			}
		}
		slices.Sort(sides[0])
		slices.Sort(sides[1])
		for i, q := range []float64{0.50, 0.95} {
			ratio := float64(stats.Quantile(sides[1], q)) / float64(stats.Quantile(sides[0], q))
			ratios[i] = append(ratios[i], 100*math.Log(ratio))
		}
	}
	for i := range ratios {
		mean, deviation := stat.MeanStdDev(ratios[i], nil)
		spreads[i].within = append(spreads[i].within, deviation)
		spreads[i].means = append(spreads[i].means, mean)
	}
	for _, peer := range peers {
		if _, err := peer.End(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
