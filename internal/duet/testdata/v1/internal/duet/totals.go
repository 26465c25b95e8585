package duet

import (
	"fmt"
	"math"
)

// Totals are what a process says when the gate ends it: about all turns since the last one to warm up.
type Totals struct {
	Requests int64
	// Allocations are heap objects, and Bytes their size, of the whole process; exact, where the difference of two turns would not
	// be: the runtime counts small objects by the span.
	Allocations, Bytes int64
}

func appendTotals(b []byte, t Totals) []byte {
	b = appendInt(begin(b, kindTotals), t.Requests)
	b = appendInt(b, t.Allocations)
	return finish(appendInt(b, t.Bytes))
}

func decodeTotals(body []byte) (Totals, error) {
	f := fields{rest: body}
	t := Totals{
		Requests:    f.number("requests", math.MaxInt64),
		Allocations: f.number("allocations", math.MaxInt64),
		Bytes:       f.number("bytes", math.MaxInt64),
	}
	if err := f.end(); err != nil {
		return Totals{}, fmt.Errorf("totals: %w", err)
	}
	return t, nil
}
