package report

import (
	"fmt"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/policy"
)

// operated is how a plain benchmark's candidate differs.
type operated struct {
	factor, deviation float64 // of ns/op; 0: 1 and 0.01
	allocs            float64 // more of them, of 64 B each
	fails, isNew      bool
}

// operations is a report on so many plain benchmarks of one package, of which those named by their number differ.
func operations(n int, different map[int]operated) Document {
	var baseline, candidate []judge.Benchmark
	for i := range n {
		o := different[i]
		if o.factor == 0 {
			o.factor = 1 + 0.002*float64(i%7-3)
		}
		if o.deviation == 0 {
			o.deviation = 0.01
		}
		kinds := []string{"Get", "Insert", "Delete", "Seek", "Marshal", "Valid", "RecordValue", "DecodeBlock"}
		name := fmt.Sprintf("%s/size=%d", kinds[i%len(kinds)], 16*(1+i/len(kinds)))
		side := func(factor, more float64) judge.Benchmark {
			b := benchmark(name, o.deviation, map[string]float64{"ns/op": factor * (12.4 + 97*float64(i*i))})
			for range offsets {
				b.Metrics["B/op"] = append(b.Metrics["B/op"], 64*float64(i%5)+64*more)
				b.Metrics["allocs/op"] = append(b.Metrics["allocs/op"], float64(i%5)+more)
			}
			return b
		}
		c := side(o.factor, o.allocs)
		if o.fails {
			c = judge.Benchmark{ID: c.ID, Problem: failed("candidate: the test binary exited with status 2\n\tpanic: out of range\n\n\t" +
				"goroutine 7 [running]:\n\texample.com/infer.(*Tree).At(...)\n\t\t/src/infer/tree.go:41")}
		}
		candidate = append(candidate, c)
		if !o.isNew {
			baseline = append(baseline, side(1, 0))
		}
	}
	d := compared(policy.Policy{}, results(baseline...), results(candidate...))
	for i := range d.Report.Benchmarks {
		if m := &d.Report.Benchmarks[i]; m.Metric("ns/op").Candidate.N > 0 {
			m.Noise = policy.Noise{Method: "duet", Rounds: 8 + i%5, Launches: 4 + i%3, Seconds: 2.5,
				Operations: 1000 * (i + 1), Turn: 0.0012, Stalls: 0.2 * float64(i%6),
				Switches: 3 + float64(i%9), Busy: 52 + float64(i%4), Load: 0.9 + 0.01*float64(i)}
		}
	}
	return d
}
