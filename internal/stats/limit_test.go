package stats

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestLimitPlace(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	up := func(x float64) float64 { return math.Nextafter(x, inf) }
	down := func(x float64) float64 { return math.Nextafter(x, -inf) }
	const ms = 1e6
	more, floor, less := Limit{Change: 1.1}, Limit{Change: ms, AtLeast: true}, Limit{Change: 0.95, Falling: true}
	lessFloor := Limit{Change: -ms, AtLeast: true, Falling: true}
	for _, tt := range []struct {
		name   string
		limit  Limit
		lo, hi float64
		want   Place
	}{
		{"exactly +10 percent is not more than 10 percent", more, 1.1, 1.1, Within},
		{"an ulp more is", more, up(1.1), 2, Beyond},
		{"up to exactly +10 percent is within", more, 1, 1.1, Within},
		{"an ulp further is astride", more, 1, up(1.1), Astride},
		{"from exactly +10 percent is astride", more, 1.1, 1.2, Astride},
		{"exactly 1 ms is at least 1 ms", floor, ms, ms, Beyond},
		{"from exactly 1 ms is beyond", floor, ms, 2 * ms, Beyond},
		{"from an ulp less is astride", floor, down(ms), 2 * ms, Astride},
		{"up to exactly 1 ms is astride", floor, 0, ms, Astride},
		{"up to an ulp less is within", floor, 0, down(ms), Within},
		{"exactly -5 percent of a rate is not more than 5 percent", less, 0.95, 0.95, Within},
		{"an ulp below is", less, 0.5, down(0.95), Beyond},
		{"down to exactly -5 percent is within", less, 0.95, 1, Within},
		{"an ulp further down is astride", less, down(0.95), 1, Astride},
		{"exactly 1e6 less is at least 1e6 less", lessFloor, -2 * ms, -ms, Beyond},
		{"an ulp short of it is astride", lessFloor, -2 * ms, up(-ms), Astride},
		{"a faster candidate is within", more, 0.8, 0.9, Within},
		{"a higher rate is within", less, 1.1, 1.2, Within},
		{"too few values for a shift", floor, -inf, inf, Astride},
		{"too few values for a ratio", more, 0, inf, Astride},
		{"too few values for a ratio that must not fall", less, 0, inf, Astride},
		{"NaN", more, nan, nan, Astride},
		{"NaN above does not matter", floor, ms, nan, Beyond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.want, tt.limit.Place(Interval{Lo: tt.lo, Hi: tt.hi, Confidence: 0.9}))
		})
	}
	t.Run("the zero Interval claims nothing", func(t *testing.T) {
		assert.Equal(t, Astride, more.Place(Interval{}))
		assert.Equal(t, Astride, more.Place(unknown()))
	})
}

// TestPlacesJoin: two limits, both of which must be exceeded.
func TestPlacesJoin(t *testing.T) {
	for _, tt := range []struct{ percent, floor, want Place }{
		{Beyond, Beyond, Beyond}, {Beyond, Astride, Astride}, {Astride, Astride, Astride},
		{Beyond, Within, Within}, {Astride, Within, Within}, {Within, Within, Within},
	} {
		assert.Equal(t, tt.want, min(tt.percent, tt.floor))
		assert.Equal(t, tt.want, min(tt.floor, tt.percent))
	}
}

func TestLimitPlaceProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.Custom(func(t *rapid.T) float64 { return float64(rapid.IntRange(-5, 5).Draw(t, "value")) })
		lo, hi := value.Draw(t, "lo"), value.Draw(t, "hi")
		lo, hi = min(lo, hi), max(lo, hi)
		l := Limit{Change: value.Draw(t, "limit"), AtLeast: rapid.Bool().Draw(t, "at least")}
		place := l.Place(Interval{Lo: lo, Hi: hi, Confidence: 1})
		beyond := func(x float64) bool { return x > l.Change || l.AtLeast && x == l.Change }
		want := Astride
		switch {
		case beyond(lo):
			want = Beyond
		case !beyond(hi):
			want = Within
		}
		if place != want {
			t.Fatalf("%v..%v against %+v: %v, want %v", lo, hi, l, place, want)
		}
		mirrored := Limit{Change: -l.Change, AtLeast: l.AtLeast, Falling: true}.Place(Interval{Lo: -hi, Hi: -lo, Confidence: 1})
		if mirrored != place {
			t.Fatalf("%v, mirrored %v", place, mirrored)
		}
		wider := l.Place(Interval{Lo: lo - 1, Hi: hi + 1, Confidence: 1})
		if wider != place && wider != Astride {
			t.Fatalf("%v, of a wider interval %v", place, wider)
		}
	})
}
