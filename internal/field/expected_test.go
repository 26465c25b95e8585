package field

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// expected is what may be said of a metric.
type expected int

const (
	clean  expected = iota // not that it regressed
	red                    // that it regressed, and nothing else is right
	either                 // at the limit, or not known
)

// The limits of the default policy on plain benchmarks.
const (
	limitPercent = 10
	floorAllocs  = 0.99
	floorBytes   = 64
)

// margin is the part of the limit on ns/op within which what people measured elsewhere says nothing: 8 to 12 % for 10 %.
const margin = 0.2

// limit is how much ns/op may grow, in percent.
func (c Case) limit() float64 {
	if c.LimitPercent == 0 {
		return limitPercent
	}
	return c.LimitPercent
}

// expected is what may be said of a metric of a benchmark of the case.
func (c Case) expected(benchmark, unit string) expected {
	for _, t := range c.Truth {
		if t.Benchmark != benchmark || t.Unit != unit {
			continue
		}
		if t.Open {
			return either
		}
		if unit != "ns/op" {
			if c.beyond(unit, t.From, t.To) {
				return red
			}
			return clean
		}
		switch percent := 100 * (t.To/t.From - 1); {
		case percent >= (1+margin)*c.limit()-1e-9:
			return red
		case percent <= (1-margin)*c.limit()+1e-9:
			return clean
		}
		return either
	}
	return clean
}

// beyond reports whether a metric grew by more than the limits of the case.
func (c Case) beyond(unit string, from, to float64) bool {
	switch unit {
	case "ns/op":
		return to > from*(1+c.limit()/100)
	case "B/op":
		return to > from*(1+limitPercent/100.0) && to-from >= floorBytes
	case "allocs/op":
		return to-from >= floorAllocs
	}
	return false
}

func TestWhatMayBeSaid(t *testing.T) {
	for _, of := range []struct {
		name     string
		limit    float64
		unit     string
		from, to float64
		want     expected
	}{
		{"+12 % is to be found", 0, "ns/op", 100, 112, red},
		{"just less than +12 % is at the limit", 0, "ns/op", 100, 111.9, either},
		{"just more than +8 % is at the limit", 0, "ns/op", 100, 108.1, either},
		{"+8 % is within it", 0, "ns/op", 100, 108, clean},
		{"-50 % is", 0, "ns/op", 100, 50, clean},
		{"+5 % is beyond 4 %", 4, "ns/op", 100, 105, red},
		{"+4.8 % is beyond 4 %", 4, "ns/op", 100, 104.8, red},
		{"+4.7 % is at 4 %", 4, "ns/op", 100, 104.7, either},
		{"an allocation more", 0, "allocs/op", 0, 1, red},
		{"an allocation more of a thousand", 0, "allocs/op", 1000, 1001, red},
		{"an allocation less", 0, "allocs/op", 1, 0, clean},
		{"64 B more", 0, "B/op", 0, 64, red},
		{"63 B more", 0, "B/op", 0, 63, clean},
		{"exactly +10 % of the bytes", 0, "B/op", 1000, 1100, clean},
		{"+11 % of the bytes", 0, "B/op", 1000, 1110, red},
	} {
		c := Case{LimitPercent: of.limit, Truth: []Truth{{Benchmark: "A", Unit: of.unit, From: of.from, To: of.to}}}
		assert.Equal(t, of.want, c.expected("A", of.unit), of.name)
		assert.Equal(t, clean, c.expected("B", of.unit), of.name)
		if of.want == red {
			assert.Equal(t, clean, c.turned().expected("A", of.unit), of.name)
		}
	}
	c := Case{Truth: []Truth{{Benchmark: "A", Unit: "ns/op", Open: true}}}
	assert.Equal(t, either, c.expected("A", "ns/op"))
	assert.Equal(t, clean, c.expected("A", "allocs/op"))
	assert.Equal(t, either, c.turned().expected("A", "ns/op"))
}
