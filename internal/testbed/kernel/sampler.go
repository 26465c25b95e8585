package kernel

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Sampler chooses the next token of one sequence. The same seed and logits give the same tokens. One goroutine at a time
// may use it.
type Sampler struct {
	temperature, topP float64
	random            *rand.Rand
	choices           []choice // (vocab)
}

// choice is a token that may come next.
type choice struct {
	id     int
	weight float64 // its probability times an unknown
}

// NewSampler makes a sampler. Temperature 0 always takes the most probable token; any other, at least 0, divides the
// logits. TopP, above 0 and at most 1, keeps the most probable tokens that together are at least so probable
// (Holtzman et al. 2020); 1 keeps all.
func NewSampler(temperature, topP float64, seed uint64) (*Sampler, error) {
	if !(temperature >= 0) || math.IsInf(temperature, 0) {
		return nil, fmt.Errorf("kernel: temperature is %v; want a finite number of at least 0", temperature)
	}
	if !(topP > 0 && topP <= 1) {
		return nil, fmt.Errorf("kernel: top_p is %v; want above 0 and at most 1", topP)
	}
	return &Sampler{temperature: temperature, topP: topP, random: rand.New(rand.NewPCG(seed, 0))}, nil
}

// Next returns a token id for the logits, (vocab): at temperature 0 the lowest of the ids with the greatest logit, else
// one by chance. A logit that is NaN is never taken while another is not. Next of no logits is -1.
func (s *Sampler) Next(logits []float32) int {
	best := greatest(logits)
	if s.temperature == 0 || best < 0 {
		return best
	}
	top := logits[best]
	s.choices = s.choices[:0]
	var sum float64
	for id, v := range logits {
		weight := 1.0 // of the greatest, an infinite one too
		if v != top {
			weight = math.Exp((float64(v) - float64(top)) / s.temperature)
		}
		if weight > 0 { // not NaN, not too improbable to be counted
			s.choices = append(s.choices, choice{id, weight})
			sum += weight
		}
	}
	if len(s.choices) == 0 {
		return best
	}
	if s.topP < 1 {
		sum = s.keepTop(sum)
	}
	at := s.random.Float64() * sum
	for _, c := range s.choices {
		if at -= c.weight; at < 0 {
			return c.id
		}
	}
	return s.choices[len(s.choices)-1].id // of rounding
}

// keepTop drops the choices beyond topP of their sum, and returns the sum of the rest.
func (s *Sampler) keepTop(sum float64) float64 {
	slices.SortFunc(s.choices, func(a, b choice) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.id, b.id))
	})
	var kept float64
	for i, c := range s.choices {
		if kept += c.weight; kept >= s.topP*sum {
			s.choices = s.choices[:i+1]
			break
		}
	}
	return kept
}

// greatest returns the index of the first greatest value, -1 of none. NaN counts as less than any number.
func greatest(row []float32) int {
	best := -1
	for i, v := range row {
		if best < 0 || cmp.Less(row[best], v) {
			best = i
		}
	}
	return best
}
