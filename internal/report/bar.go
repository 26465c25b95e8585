package report

import (
	"math"

	"github.com/tailgate-go/tailgate/policy"
)

// bar is a verdict's interval against its limit, to be seen down a whole table: worse is to the right, and no change and the limit
// lie at the same place in each row, whatever the limit.
type bar struct {
	Lo, Hi, Width float64 // of the interval, in the picture's units
	At            float64 // the estimate
	Beyond        int     // 1 or -1 where the estimate lies beyond the right or the left of the picture
}

// The picture is as wide as this, with no change and the limit there.
const (
	barWidth = 120
	barZero  = 48
	barLimit = 84
)

// newBar is nil where there is no interval in percent, or no limit to hold it against.
func newBar(v policy.Verdict) *bar {
	limit := limitPercent(v)
	if !finite(v.Percent) || !(limit > 0) || !isFinite(limit) || math.IsNaN(v.ChangePercent) {
		return nil
	}
	at := func(change float64) float64 {
		x := barZero + (barLimit-barZero)*worsening(v, change)/limit
		return math.Round(10*max(1, min(x, barWidth-1))) / 10
	}
	lo, hi := at(v.Percent.Lo), at(v.Percent.Hi)
	lo, hi = min(lo, hi), max(lo, hi)
	b := &bar{Lo: lo, Hi: hi, Width: math.Round(10*max(hi-lo, 1)) / 10, At: at(v.ChangePercent)}
	switch b.At {
	case 1:
		b.Beyond = -1
	case barWidth - 1:
		b.Beyond = 1
	}
	return b
}
