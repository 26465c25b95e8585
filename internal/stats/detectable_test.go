package stats

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDetectable(t *testing.T) {
	inf := math.Inf(1)
	for _, tt := range []struct {
		name  string
		i     Interval
		power float64
		want  float64
	}{
		{"0.95 and 0.8 is 1.43 half widths", Interval{Lo: -1, Hi: 1, Confidence: 0.95}, 0.8, (1.959963985 + 0.841621234) / 1.959963985},
		{"a power of a half is the half width", Interval{Lo: 9, Hi: 11, Confidence: 0.99}, 0.5, 1},
		{"it grows with the power", Interval{Lo: -1, Hi: 1, Confidence: 0.95}, 0.95, (1.959963985 + 1.644853627) / 1.959963985},
		{"a point sees any change", Interval{Lo: 3, Hi: 3, Confidence: 0.95}, 0.8, 0},
		{"too few values see none", Interval{Lo: -inf, Hi: inf, Confidence: 1}, 0.8, inf},
		{"too few values for a ratio see none", Interval{Lo: 0, Hi: inf, Confidence: 1}, 0.8, inf},
		{"unknown sees none", unknown(), 0.8, inf},
		{"the zero Interval claims nothing", Interval{}, 0.8, inf},
		{"a NaN bound", Interval{Lo: math.NaN(), Hi: 1, Confidence: 0.95}, 0.8, inf},
		{"certainty", Interval{Lo: -1, Hi: 1, Confidence: 0.95}, 1, inf},
		{"no power", Interval{Lo: -1, Hi: 1, Confidence: 0.95}, 0, inf},
		{"a NaN power", Interval{Lo: -1, Hi: 1, Confidence: 0.95}, math.NaN(), inf},
		{"a power below the level", Interval{Lo: -1, Hi: 1, Confidence: 0.95}, 0.001, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Detectable(tt.i, tt.power)
			if math.IsInf(tt.want, 1) {
				assert.Equal(t, tt.want, got)
				return
			}
			assert.InDelta(t, tt.want, got, 1e-8)
		})
	}
}
