package stats

import (
	"math"
	"math/rand/v2"
)

// machine is a noise: it returns what requests of one kind take in the first and in the second turn of each of n rounds, in
// ns, about 10 ms. The sides swap at random within a round: see duet.
type machine struct {
	name string
	run  func(r *rand.Rand, n int) (first, second []float64)
}

// duet gives the turns of each round to the two sides by the toss of a coin and applies the change to the candidate.
func (m machine) duet(r *rand.Rand, n int, change func(ns float64) float64) (baseline, candidate []float64) {
	baseline, candidate = m.run(r, n)
	for i := range n {
		if r.IntN(2) == 0 {
			baseline[i], candidate[i] = candidate[i], baseline[i]
		}
		candidate[i] = change(candidate[i])
	}
	return baseline, candidate
}

// slower returns the change that multiplies by ratio, later the one that adds.
func slower(ratio float64) func(ns float64) float64 {
	return func(ns float64) float64 { return math.Round(ns * ratio) }
}

func later(by float64) func(ns float64) float64 { return func(ns float64) float64 { return ns + by } }

// turns makes a machine of a noise that goes on from turn to turn, as the logarithm of a factor.
func turns(name string, start func(r *rand.Rand) (next func() float64)) machine {
	return machine{name, func(r *rand.Rand, n int) (first, second []float64) {
		next := start(r)
		first, second = make([]float64, n), make([]float64, n)
		for i := range n {
			first[i] = math.Round(1e7 * math.Exp(next()))
			second[i] = math.Round(1e7 * math.Exp(next()))
		}
		return first, second
	}}
}

// normalMachine has independent normal noise; sd is that of the logarithm of a pair's ratio.
func normalMachine(name string, sd float64) machine {
	return turns(name, func(r *rand.Rand) func() float64 {
		return func() float64 { return sd / math.Sqrt2 * r.NormFloat64() }
	})
}

// The spreads of a pair's p95 ratio that fit what was measured on a 2-core shared machine, quiet and beside a compile loop: after
// 16 and 29 rounds +15 % was known to be beyond a limit of +10 %.
const (
	quietSD = 0.05
	busySD  = 0.075
)

var (
	quiet = normalMachine("quiet", quietSD)
	busy  = normalMachine("busy", busySD)
)

var (
	// Latencies wander: each turn carries 0.95 of the deviation before.
	autocorrelated = turns("autocorrelated", func(r *rand.Rand) func() float64 {
		state := 0.0
		return func() float64 {
			state = 0.95*state + 0.03*r.NormFloat64()
			return state + 0.02*r.NormFloat64()
		}
	})
	// Latencies walk away and do not come back.
	drift = turns("drift", func(r *rand.Rand) func() float64 {
		state := 0.0
		return func() float64 {
			state += 0.03 * r.NormFloat64()
			return state + 0.02*r.NormFloat64()
		}
	})
	// A neighbour comes for a while, Pareto with infinite variance, hitting one turn of a round or several rounds on end.
	bursts = turns("bursts", func(r *rand.Rand) func() float64 {
		left, height := 0, 0.0
		return func() float64 {
			if left == 0 && r.IntN(10) == 0 {
				left, height = 1+r.IntN(8), math.Log1p(0.1*math.Pow(1-r.Float64(), -1/1.5))
			}
			noise := 0.03 * r.NormFloat64()
			if left > 0 {
				left--
				noise += height * r.Float64()
			}
			return noise
		}
	})
	// The noise grows by 4 % with every turn: what is measured later outweighs all before.
	growing = turns("growing", func(r *rand.Rand) func() float64 {
		sd := 0.002
		return func() float64 {
			sd *= 1.04
			return sd * r.NormFloat64()
		}
	})
	// One of two spreads for ten turns at a time.
	changing = turns("changing", func(r *rand.Rand) func() float64 {
		sd, turn := 0.0, 0
		return func() float64 {
			if turn++; turn%10 == 1 {
				sd = []float64{0.01, 0.2}[r.IntN(2)]
			}
			return sd * r.NormFloat64()
		}
	})
	// Who comes second finds its data out of the cache.
	cold = machine{"cold second turn", func(r *rand.Rand, n int) (first, second []float64) {
		first, second = quiet.run(r, n)
		for i := range second {
			second[i] = math.Round(1.2 * second[i])
		}
		return first, second
	}}
	// The noise has the beat of the rounds.
	beat = machine{"beat", func(r *rand.Rand, n int) (first, second []float64) {
		first, second = quiet.run(r, n)
		for i := range n {
			if i%2 == 0 {
				first[i] = math.Round(1.2 * first[i])
			} else {
				second[i] = math.Round(1.2 * second[i])
			}
		}
		return first, second
	}}
	// Many pairs are equal, many differences are of one size.
	coarse = machine{"coarse clock", func(r *rand.Rand, n int) (first, second []float64) {
		first, second = quiet.run(r, n)
		for _, side := range [][]float64{first, second} {
			for i := range side {
				side[i] = 5e5 * math.Round(side[i]/5e5)
			}
		}
		return first, second
	}}
)

// machines are one that is quiet and those whose pairs are neither alike nor independent.
var machines = []machine{quiet, autocorrelated, drift, bursts, growing, changing, cold, beat, coarse}
