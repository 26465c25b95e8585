package workload

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// Schedule is when each request of an open-loop [Load] is to be sent, counted from the start, in order.
type Schedule []time.Duration

// stream is the second half of the generator's seed: schedules draw from a stream of their own.
const stream = 0x7461696c67617465

// Schedule is when the requests of an open loop are to be sent: a pure function of Rate, Requests, Burstiness and Seed. A closed
// loop has none.
//
// Gaps are drawn from a gamma distribution,
//
//	gap ~ Gamma(shape = B, scale = 1 / (rate * B))    mean 1/rate, coefficient of variation 1/sqrt(B)
//
// with B the burstiness: 1 gives a Poisson process, below 1 burstier, above 1 more even, +Inf all gaps alike. They are added up and
// then stretched so that the last request is due at exactly n/rate: the offered rate is the rate asked, whatever the seed. (vLLM's
// benchmark does the same, #21108; sleeping each gap by itself sent 183.5 requests a second where 200 were asked, #21104.)
func (l Load) Schedule() (Schedule, error) {
	l, err := l.withDefaults()
	if err != nil || l.Rate == 0 {
		return nil, err
	}
	due := make([]float64, l.Requests) // of request i, in mean gaps before the stretch
	sum := 0.0
	draw := gaps(l.Burstiness, l.Seed)
	for i := range due {
		sum += draw()
		due[i] = sum
	}
	if !(sum > 0) || math.IsInf(sum, 1) {
		return nil, fmt.Errorf("load: %d gaps of burstiness %v come to nothing; raise the burstiness", l.Requests, l.Burstiness)
	}
	whole := float64(l.Requests) / l.Rate * float64(time.Second)
	s := make(Schedule, l.Requests)
	for i, d := range due {
		s[i] = time.Duration(math.Round(d / sum * whole))
	}
	return s, nil
}

// gaps returns a source of gaps of mean 1.
func gaps(burstiness float64, seed uint64) func() float64 {
	random := rand.New(rand.NewPCG(seed, stream))
	switch {
	case math.IsInf(burstiness, 1):
		return func() float64 { return 1 }
	case burstiness == 1:
		return random.ExpFloat64
	}
	return func() float64 { return gamma(random, burstiness) / burstiness }
}

// gamma draws from Gamma(shape, scale 1) by squeezed rejection (Marsaglia and Tsang 2000, "A simple method for generating gamma
// variables"): with d = shape - 1/3, x normal and v = (1 + x/sqrt(9d))^3, d*v is kept with probability that of
//
//	ln u < x^2/2 + d - d*v + d*ln v
//
// A shape below 1 is drawn as Gamma(shape + 1) * u^(1/shape).
func gamma(random *rand.Rand, shape float64) float64 {
	if shape < 1 {
		return gamma(random, shape+1) * math.Pow(random.Float64(), 1/shape)
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := random.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if u := random.Float64(); math.Log(u) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

// hash is the SHA-256 of the offsets as big-endian 64-bit nanoseconds, in hexadecimal: two runs of one hash were asked for the same
// requests at the same times. Machines of two architectures may round an offset apart by a nanosecond.
func (s Schedule) hash() string {
	h := sha256.New()
	var b [8]byte
	for _, at := range s {
		binary.BigEndian.PutUint64(b[:], uint64(at))
		h.Write(b[:])
	}
	return hex.EncodeToString(h.Sum(nil))
}
