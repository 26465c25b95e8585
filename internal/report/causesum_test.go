package report

import (
	"math/big"
	"math/rand/v2"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestACauseAddsUp(t *testing.T) {
	rank := CostlyFunction{Name: "example.com/shop.rank", File: "shop/rank.go", Line: 12, Baseline: 10 * us, Candidate: 14.8 * us}
	with := func(change func(*Cause)) Cause {
		c := Cause{
			Of: "CPU time", Unit: "ns", Plain: true, Baseline: 19 * us, Candidate: 24.1 * us, Requests: 8192,
			Measured: Costs{20.5 * us, 26.3 * us}, Functions: []CostlyFunction{rank},
		}
		change(&c)
		return c
	}
	const setUp = "not in what was measured: set-up in the benchmark, which its profile cannot tell apart"
	const cut, shrank = setUp + ", or several CPUs at a time",
		"CPU time of an operation does not explain it: it fell, from 19.00 to 17.72 us (8192 profiled operations a side)"
	for _, c := range []struct {
		name  string
		cause Cause
		want  []string
	}{
		{"the functions, the others and the rest are what was measured", with(func(*Cause) {}), []string{
			"CPU time of an operation: +5.10 us, from 19.00 to 24.10 us (8192 profiled operations a side)",
			"+4.80 us shop.rank (rank.go:12), 83 % of the added time",
			"+0.30 us other functions, together",
			"+0.70 us not in the profile: waiting (lock, sleep, I/O, or for a CPU)",
			"+5.80 us in all, as measured meanwhile: from 20.50 to 26.30 us",
		}},
		{"a Recorder has requests", with(func(c *Cause) { c.Plain, c.Measured = false, Costs{19 * us, 24.1 * us} }), []string{
			"CPU time of a request: +5.10 us, from 19.00 to 24.10 us (8192 profiled requests a side)",
			"+4.80 us shop.rank (rank.go:12), 94 % of the added time",
			"+0.30 us other functions, together",
			"+5.10 us in all, as measured meanwhile: from 19.00 to 24.10 us",
		}},
		{"a function that grew more than the whole, since others shrank", with(func(c *Cause) {
			c.Candidate, c.Doubts = 22.1*us, []Doubt{Outgrew}
			c.Measured = Costs{19 * us, 22.1 * us}
		}), []string{
			"CPU time of an operation: +3.10 us, from 19.00 to 22.10 us (8192 profiled operations a side)",
			"+4.80 us shop.rank (rank.go:12), 155 % of the added time",
			"-1.70 us other functions, together",
			"+3.10 us in all, as measured meanwhile: from 19.00 to 22.10 us",
			"the first of them grew by more than the whole: others shrank, or seem to by the luck of sampling",
		}},
		{"set-up is in the profile", with(func(c *Cause) { c.Measured, c.Doubts = Costs{10 * us, 12 * us}, []Doubt{Outgrew} }), []string{
			"CPU time of an operation: +5.10 us, from 19.00 to 24.10 us (8192 profiled operations a side)",
			"+4.80 us shop.rank (rank.go:12), 240 % of the added time",
			"+0.30 us other functions, together",
			"-3.10 us " + cut,
			"+2.00 us in all, as measured meanwhile: from 10.00 to 12.00 us",
			"the first of them grew by more than the whole: some of it is not in what was measured",
		}},
		{"the profile shrank where what was measured grew", with(func(c *Cause) {
			c.Candidate, c.Functions, c.Doubts = 17.72*us, nil, []Doubt{OtherWay, NoneGrew}
		}), []string{
			shrank,
			"-1.28 us all functions, together",
			"+7.08 us not in the profile: waiting (lock, sleep, I/O, or for a CPU)",
			"+5.80 us in all, as measured meanwhile: from 20.50 to 26.30 us",
			"CPU time of an operation fell, so that it is not what grew",
			"no function grew by more than the luck of sampling: what grew is spread thin, or operations wait (lock, sleep, I/O), " +
				"or the machine was disturbed: see the noise",
		}},
		{"what regressed did not regress again", with(func(c *Cause) {
			c.Measured, c.Doubts = Costs{20.5 * us, 20.4 * us}, []Doubt{NotAgain}
		}), []string{
			"CPU time of an operation does not tell why: what grew did not grow while it was profiled (8192 profiled operations a side)",
			"+4.80 us shop.rank (rank.go:12)",
			"+0.30 us other functions, together",
			"-5.20 us " + cut,
			"-0.10 us in all, as measured meanwhile: from 20.50 to 20.40 us",
			"an operation took no longer while it was profiled: the machine may have been disturbed: see the noise",
		}},
		{"what was measured is not known", with(func(c *Cause) { c.Measured = Costs{} }), []string{
			"CPU time of an operation: +5.10 us, from 19.00 to 24.10 us (8192 profiled operations a side)",
			"+4.80 us shop.rank (rank.go:12), 94 % of the growth",
			"+0.30 us other functions, together",
		}},
		{"a rest of a little over a tenth", with(func(c *Cause) {
			c.Measured = Costs{20 * us, 20*us + 5.1*us/0.9}
		}), []string{
			"CPU time of an operation: +5.10 us, from 19.00 to 24.10 us (8192 profiled operations a side)",
			"+4.80 us shop.rank (rank.go:12), 85 % of the added time",
			"+0.30 us other functions, together",
			"+0.57 us not in the profile: waiting (lock, sleep, I/O, or for a CPU)",
			"+5.67 us in all, as measured meanwhile: from 20.00 to 25.67 us",
		}},
		{"memory that is allocated in set-up", with(func(c *Cause) {
			c.Of, c.Unit, c.Baseline, c.Candidate, c.Measured = "allocated memory", "B", 96, 400, Costs{96, 144}
			c.Functions[0].Baseline, c.Functions[0].Candidate = 0, 304
		}), []string{
			"allocated memory of an operation: +304 B, from 96 to 400 B (8192 profiled operations a side)",
			"+304 B shop.rank (rank.go:12), 633 % of the growth",
			"-256 B " + setUp,
			"+48 B in all, as measured meanwhile: from 96 to 144 B",
		}},
		{"memory", with(func(c *Cause) {
			c.Of, c.Unit, c.Baseline, c.Candidate, c.Measured = "allocated memory", "B", 96, 400, Costs{96, 384}
			c.Functions[0].Baseline, c.Functions[0].Candidate = 0, 304
		}), []string{
			"allocated memory of an operation: +304 B, from 96 to 400 B (8192 profiled operations a side)",
			"+304 B shop.rank (rank.go:12), 106 % of the growth",
			"-16 B by which the profile differs from what was measured",
			"+288 B in all, as measured meanwhile: from 96 to 384 B",
		}},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.want, c.cause.lines()) })
	}
}

var firstNumber = regexp.MustCompile(`^[^ ]+`)

// TestEveryCauseAddsUp adds up the lines as a reader would, in decimals.
func TestEveryCauseAddsUp(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 0))
	for range 5000 {
		size := []float64{1, 3 * us, 170 * us, 12 * ms}[random.IntN(4)]
		value := func() float64 { return size * random.Float64() }
		c := Cause{Of: "CPU time", Unit: "ns", Requests: 1, Baseline: value(), Candidate: value(), Measured: Costs{value(), value()}}
		for range random.IntN(4) {
			c.Functions = append(c.Functions, CostlyFunction{Name: "f", Candidate: value()})
		}
		terms := c.terms()
		sum := new(big.Rat)
		for i, term := range terms {
			n, ok := new(big.Rat).SetString(firstNumber.FindString(term.Grown))
			require.True(t, ok, term.Grown)
			if i < len(terms)-1 {
				sum.Add(sum, n)
			} else {
				require.Equal(t, n.RatString(), sum.RatString(), "%v", terms)
			}
		}
		all := c.exactly()
		assert.InDelta(t, c.Measured.Growth(), all.grown+all.rest, 1e-9*size)
	}
}
