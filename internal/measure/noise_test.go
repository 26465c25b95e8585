package measure_test

import (
	"math"
	"math/rand/v2"
)

// noise makes up recordings of a machine on which a request takes about 5 ms.
type noise struct {
	name string
	// start begins a recording. next is by how much the machine slows the next request, in order of time, as the
	// logarithm of a factor.
	start func(r *rand.Rand) (next func() float64)
}

// luckSD is the standard deviation of the luck of a process, which slows all its requests alike, as the logarithm of a factor.
const luckSD = 0.01

// record makes a recording, the same every time. Who serves first in a pair of turns is a coin's choice.
func (n noise) record(launches, pairs int) recording {
	r := rand.New(rand.NewPCG(10, 1))
	next := n.start(r)
	rec := recording{name: n.name}
	for range launches {
		luck := [2]float64{luckSD * r.NormFloat64(), luckSD * r.NormFloat64()}
		l := launch{turns: make([]turns, pairs)}
		for i := range l.turns {
			first := r.IntN(2)
			l.turns[i].candidateFirst = first == 1
			for _, side := range []int{first, 1 - first} {
				l.turns[i].ns[side] = []int64{int64(math.Round(5e6 * math.Exp(luck[side]+next())))}
			}
		}
		rec.launches = append(rec.launches, l)
	}
	return rec
}

// requests are alike but for a log-normal body, and a stall now and then: an exponential delay in a fraction of them.
func requests(r *rand.Rand, sd, stalls, stall float64) float64 {
	body := sd * r.NormFloat64()
	if r.Float64() < stalls {
		body += math.Log1p(stall * r.ExpFloat64())
	}
	return body
}

// noises are one machine that is quiet and those that are not. Of the first two the ratio of a round's p95 has about the spread
// that was measured on a 2-core shared machine with turns of one request, 0.05 and 0.075: see internal/stats.
var noises = []noise{
	{"made-quiet", func(r *rand.Rand) func() float64 {
		return func() float64 { return requests(r, 0.05, 0.04, 0.4) }
	}},
	// A neighbour comes and goes every tenth request or so, and takes the CPU in slices.
	{"made-busy", func(r *rand.Rand) func() float64 {
		beside := false
		return func() float64 {
			if r.IntN(10) == 0 {
				beside = !beside
			}
			if beside {
				return 0.12 + requests(r, 0.1, 0.12, 0.3)
			}
			return requests(r, 0.05, 0.04, 0.4)
		}
	}},
	// Latencies wander: each request carries 0.99 of the deviation before.
	{"made-autocorrelated", func(r *rand.Rand) func() float64 {
		state := 0.0
		return func() float64 {
			state = 0.99*state + 0.02*r.NormFloat64()
			return state + requests(r, 0.05, 0.04, 0.4)
		}
	}},
	// Latencies walk away and do not come back.
	{"made-drift", func(r *rand.Rand) func() float64 {
		state := 0.0
		return func() float64 {
			state += 0.005 * r.NormFloat64()
			return state + requests(r, 0.05, 0.04, 0.4)
		}
	}},
	// A neighbour comes for a while, Pareto with infinite variance, hitting one request or several rounds on end.
	{"made-bursts", func(r *rand.Rand) func() float64 {
		left, height := 0, 0.0
		return func() float64 {
			if left == 0 && r.IntN(200) == 0 {
				left = int(math.Pow(1-r.Float64(), -1/0.8))
				height = math.Log1p(0.1 * math.Pow(1-r.Float64(), -1/1.5))
			}
			if left > 0 {
				left--
				return height*r.Float64() + requests(r, 0.05, 0.04, 0.4)
			}
			return requests(r, 0.05, 0.04, 0.4)
		}
	}},
}
