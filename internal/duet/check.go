package duet

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// slack is allowed between two clocks that ought to be one, and ticks between two ways to count CPU time.
const (
	slack = time.Millisecond
	ticks = 50 * time.Millisecond
)

// check holds r against what the gate knows by itself: what it granted, and how long it waited. cpus is how many there are.
func (r *Result) check(number int64, t Turn, took time.Duration, cpus int) error {
	most := took + slack
	switch n := len(r.Latencies); {
	case r.Number != number:
		return fmt.Errorf("a result of turn %d", r.Number)
	case n != t.Requests:
		return fmt.Errorf("%d latencies, and %d requests were granted", n, t.Requests)
	case r.Concurrency < 1 || r.Concurrency > n:
		return fmt.Errorf("%d of %d requests in flight at one time", r.Concurrency, n)
	case r.Wall > most:
		return fmt.Errorf("a turn of %v, and all was over after %v", r.Wall, took)
	case r.Timed > r.Wall+slack:
		return fmt.Errorf("the benchmark's timer ran for %v of a turn of %v", r.Timed, r.Wall)
	case r.CPU/time.Duration(cpus) > most+ticks:
		return fmt.Errorf("%v of CPU time within %v on %d CPUs", r.CPU, took, cpus)
	case len(r.TTFT) > n:
		return fmt.Errorf("%d times to first token of %d requests", len(r.TTFT), n)
	case len(r.TPOT) > len(r.TTFT):
		return fmt.Errorf("%d times per output token, and %d requests had a token", len(r.TPOT), len(r.TTFT))
	case len(r.TTFT) == 0 && len(r.Gaps) > 0:
		return fmt.Errorf("%d token gaps, and no request had a token", len(r.Gaps))
	}
	// Each by itself, too: no request took longer than all of them.
	if longest := time.Duration(slices.Max(r.Latencies)); longest > most {
		return fmt.Errorf("a latency of %v, and all was over after %v", longest, took)
	}
	served, err := total("latencies", r.Latencies, most*time.Duration(r.Concurrency))
	if err != nil {
		return err
	}
	return errors.Join(r.checkStages(served), r.checkTokens(served))
}

// checkStages holds stages, which are parts of requests, against what all requests took.
func (r *Result) checkStages(served time.Duration) error {
	rest := served
	for _, s := range r.Stages {
		if len(s.Times) > len(r.Latencies) {
			return fmt.Errorf("stage %s: %d times of %d requests", s.Name, len(s.Times), len(r.Latencies))
		}
		sum, err := total("stage "+s.Name, s.Times, rest)
		if err != nil {
			return err
		}
		rest -= sum
	}
	return nil
}

// checkTokens holds tokens, all marked inside requests, against what all requests took.
func (r *Result) checkTokens(served time.Duration) error {
	first, err := total("times to first token", r.TTFT, served)
	if err != nil {
		return err
	}
	gaps, err := total("token gaps", r.Gaps, served-first)
	if err != nil {
		return err
	}
	_, err = total("times per output token", r.TPOT, gaps)
	return err
}

// total adds up, and refuses more than there can be in all.
func total(what string, values []int64, most time.Duration) (sum time.Duration, err error) {
	for _, v := range values {
		v := time.Duration(v)
		if v > most-sum {
			return 0, fmt.Errorf("%s: %v and then %v, where %v is all there was", what, sum, v, most)
		}
		sum += v
	}
	return sum, nil
}
