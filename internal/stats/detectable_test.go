package stats

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDetectable(t *testing.T) {
	inf := math.Inf(1)
	const level, eighty = 1.959963985, 0.841621234 // normal quantiles of 0.975 and 0.8
	one := Interval{Lo: -1, Hi: 1, Confidence: 0.95}
	for _, tt := range []struct {
		name                  string
		i                     Interval
		n                     int
		limit, certain, power float64
		want                  float64
	}{
		{"0.95 and 0.8 of many is 1.43 half widths", one, 1e9, 0, 0, 0.8, (level + eighty) / level},
		{"of 8 it is more", one, 8, 0, 0, 0.8, (level + 1.5*eighty) / level},
		{"it is added to the limit", one, 1e9, 10, 0, 0.8, 10 + (level+eighty)/level},
		{"a power of a half is the half width", Interval{Lo: 9, Hi: 11, Confidence: 0.99}, 8, 0, 0, 0.5, 1},
		{"it grows with the power", one, 1e9, 0, 0, 0.95, (level + 1.644853627) / level},
		{"where the estimate may do it has only to come out above the limit", one, 1e9, 10, 0.05, 0.8, 10 + eighty/level},
		{"and the change must be certain", one, 1e9, 1, 0.01, 0.8, (2.575829304 + eighty) / level},
		{"the interval, if that is easier", one, 1e9, 0, 1e-9, 0.8, (level + eighty) / level},
		{"a point sees what is beyond the limit", Interval{Lo: 3, Hi: 3, Confidence: 0.95}, 8, 2, 0, 0.8, 2},
		{"too few values see none", Interval{Lo: -inf, Hi: inf, Confidence: 1}, 3, 0, 0, 0.8, inf},
		{"too few values for a ratio see none", Interval{Lo: 0, Hi: inf, Confidence: 1}, 3, 0, 0, 0.8, inf},
		{"unknown sees none", unknown(), 0, 0, 0, 0.8, inf},
		{"the zero Interval claims nothing", Interval{}, 0, 0, 0, 0.8, inf},
		{"a NaN bound", Interval{Lo: math.NaN(), Hi: 1, Confidence: 0.95}, 8, 0, 0, 0.8, inf},
		{"certainty", one, 8, 0, 0, 1, inf},
		{"no power", one, 8, 0, 0, 0, inf},
		{"a NaN power", one, 8, 0, 0, math.NaN(), inf},
		{"a power below the level", one, 8, 0, 0, 0.001, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Detectable(tt.i, tt.n, tt.limit, tt.certain, tt.power)
			if math.IsInf(tt.want, 1) {
				assert.Equal(t, tt.want, got)
				return
			}
			assert.InDelta(t, tt.want, got, 1e-8)
		})
	}
}
