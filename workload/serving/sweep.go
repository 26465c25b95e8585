package serving

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
)

// Sweep looks for the knee: the highest rate between Low and High at which the scenario's SLO holds. The zero value is no sweep.
//
// A rate holds if GoodPercent of its requests keep every bound of the SLO, those that fail counting as ones that do not,
// and the server does not fall behind ("saturated" in the package comment). That whatever holds at a rate holds at every lower
// one is assumed, not tried.
type Sweep struct {
	Low  float64 `json:"low"`  // requests per second
	High float64 `json:"high"` // above Low

	// ResolutionPercent is how near the answer is to the knee, below it; 0.1 to 50, and 0 means 5.
	ResolutionPercent float64 `json:"resolution_percent,omitempty"`

	// GoodPercent is the share of requests that must be good; 0 means 99.
	GoodPercent float64 `json:"good_percent,omitempty"`

	// Duration is how long a rate is tried at least, or Prompts with how many requests; only one may be set. Without either the values
	// for the rates of the scenario count. A trial that is shorter than a few requests does not show that a rate holds.
	Duration Duration `json:"duration,omitempty"`
	Prompts  int      `json:"prompts,omitempty"`
}

const (
	defaultResolution = 5
	defaultGood       = 99
	leastResolution   = 0.1
	mostResolution    = 50
	leastTrial        = 20 // requests: of fewer it is not told whether the load generator kept up
)

// isZero is whether there is no sweep.
func (s Sweep) isZero() bool { return s == Sweep{} }

// good is the share of requests that must be good, 0 to 1.
func (s Sweep) good() float64 { return cmp.Or(s.GoodPercent, defaultGood) / 100 }

// grid are the rates that may be tried, ascending, from Low to High in equal ratios of at most 1 + resolution:
//
//	rate(k) = low * (high/low)^(k/n)    n = ceil(ln(high/low) / ln(1 + resolution))
//
// Those between are rounded to six digits, so that they can be read and asked for again.
func (s Sweep) grid() []float64 {
	resolution := cmp.Or(s.ResolutionPercent, defaultResolution) / 100
	whole := math.Log(s.High / s.Low)
	n := max(1, int(math.Ceil(whole/math.Log1p(resolution)-1e-9)))
	rates := make([]float64, n+1)
	for k := range rates {
		rates[k] = rounded(s.Low * math.Exp(whole*float64(k)/float64(n)))
	}
	rates[0], rates[n] = s.Low, s.High
	return rates
}

// rounded has six digits.
func rounded(x float64) float64 {
	y, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 6, 64), 64) // of what was formatted a moment ago
	return y
}

// knee is what a sweep has found.
type knee struct {
	rate   float64 // the highest that holds; 0 if not even the lowest does
	out    bool    // it is the highest that was to be tried: the knee is there or above
	trials int
}

// find finds the highest of the ascending rates that holds, by bisection: with n of them at most ceil(log2(n + 1)) are tried,
// each once, and of the answer and the one above it, where there is one, each was. An error of holds ends it.
func find(rates []float64, holds func(rate float64) (bool, error)) (k knee, err error) {
	held, failed := -1, len(rates) // indices: the highest known to hold, the lowest known not to
	for failed-held > 1 {
		at := (held + failed) / 2
		k.trials++
		ok, err := holds(rates[at])
		if err != nil {
			return k, err
		}
		if ok {
			held = at
		} else {
			failed = at
		}
	}
	if held >= 0 {
		k.rate, k.out = rates[held], held == len(rates)-1
	}
	return k, nil
}

// triedWith is how many requests a rate is tried with, at least.
func (s Scenario) triedWith(rate float64) int {
	if w := s.Sweep; w.Prompts > 0 || w.Duration > 0 {
		s.Prompts, s.Duration = w.Prompts, w.Duration
	}
	return s.promptsAt(rate)
}

// sweeps is how long a sweep takes at least, after the warm-up: as many rates as it tries in any case, each with as many requests
// as are sent at it, and as fast as the highest rate sends its own.
func (s Scenario) sweeps() time.Duration {
	trials, shortest := math.Floor(math.Log2(float64(len(s.Sweep.grid())+1))), math.Inf(1)
	for _, rate := range s.Sweep.grid() {
		shortest = min(shortest, float64(s.triedWith(rate))/rate)
	}
	return time.Duration(s.WarmUp.Duration) + time.Duration(trials*shortest*float64(time.Second))
}

func (s Scenario) checkSweep() (path string, err error) {
	w := s.Sweep
	switch {
	case w.isZero():
		return "", nil
	case !(w.Low > 0 && w.Low < w.High && w.High <= mostRate):
		return "sweep", fmt.Errorf("sweep: low is %v and high %v; write requests per second above 0, up to %v, the lower one first",
			w.Low, w.High, mostRate)
	case w.ResolutionPercent != 0 && !(w.ResolutionPercent >= leastResolution && w.ResolutionPercent <= mostResolution):
		return "sweep.resolution_percent", fmt.Errorf("sweep: resolution_percent is %v; write %v to %v",
			w.ResolutionPercent, leastResolution, mostResolution)
	case !(w.GoodPercent >= 0 && w.GoodPercent <= 100):
		return "sweep.good_percent", fmt.Errorf("sweep: good_percent is %v; write a percentage above 0, such as 99", w.GoodPercent)
	case w.Duration < 0 || w.Prompts < 0 || w.Duration > 0 && w.Prompts > 0:
		return "sweep.duration", errors.New(`sweep: write duration or prompts, such as "duration": "30s", ` +
			"or neither for those of the rates")
	case s.SLO == (SLO{}):
		return "sweep", errors.New(`sweep: there is nothing to hold; write an slo, such as "slo": {"ttft": "500ms"}`)
	case s.triedWith(w.Low) < leastTrial:
		return "sweep.low", fmt.Errorf("sweep: %d requests at %v req/s are too few to tell; try it for longer, with %d at least",
			s.triedWith(w.Low), w.Low, leastTrial)
	}
	for _, rate := range []float64{w.Low, w.High} {
		load := s.Load(rate)
		load.Requests = s.triedWith(rate)
		if err := load.Validate(); err != nil {
			return "sweep", fmt.Errorf("sweep: %w", err)
		}
	}
	return "", nil
}
