package replied

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func reported(c Count, attempted int, elapsed time.Duration) map[string]float64 {
	got := map[string]float64{}
	c.Report(attempted, elapsed, func(value float64, unit string) { got[unit] = value })
	return got
}

// Two shards of 10 requests each: 8 and 9 succeed, 12 of these are good.
func TestSharesAddUp(t *testing.T) {
	c := Count{OutputTokens: 70, InputTokens: 700, Usage: 7, NoUsage: 1, Empty: 1, Good: 5, Bounded: true, Resent: 2}
	c.Add(Count{
		OutputTokens: 100, InputTokens: 1000, CachedTokens: 425, TellsCached: true, Usage: 9, Good: 7, Bounded: true,
		HeldOpen: 1, LateEnd: 4,
	})
	assert.Equal(t, 17, c.Len())
	assert.Equal(t, map[string]float64{
		"empty-percent": 100.0 / 17, "no-usage-percent": 100.0 / 17,
		"output-tok/min": 5100, "input-tok/min": 51_000, "input-tok/s": 850, "output-tok/req": 10.625,
		"resent-percent": 200.0 / 17, "late-end-percent": 400.0 / 17, "cached-percent": 25,
		"goodput-req/s": 6, "goodput-percent": 60, "held-open-percent": 5,
	}, reported(c, 20, 2*time.Second))
}

func TestWhatIsNotKnownIsLeftOut(t *testing.T) {
	assert.Empty(t, reported(Count{}, 0, 0), "nothing")
	assert.Empty(t, reported(Count{}, 10, time.Second), "none succeeded")
	assert.Equal(t, map[string]float64{"empty-percent": 0, "no-usage-percent": 100, "resent-percent": 0, "late-end-percent": 0},
		reported(Count{NoUsage: 10, Good: 10}, 10, time.Second), "neither usage nor bounds")
	assert.Equal(t, map[string]float64{
		"empty-percent": 0, "no-usage-percent": 0, "resent-percent": 0, "late-end-percent": 0, "output-tok/req": 2},
		reported(Count{OutputTokens: 20, Usage: 10}, 10, 0), "no time")
	assert.Equal(t, map[string]float64{"goodput-req/s": 0, "goodput-percent": 0},
		reported(Count{Bounded: true}, 10, time.Second), "none succeeded, and bounds were kept by none")
}

func TestACountIsOfItsReplies(t *testing.T) {
	right := Count{
		OutputTokens: 1, InputTokens: 2, CachedTokens: 3, TellsCached: true, Usage: 6, NoUsage: 4, Empty: 10, Good: 10, Resent: 10,
		LateEnd: 10, HeldOpen: 12,
	}
	assert.True(t, right.IsOf(10, 12))
	assert.True(t, Count{}.IsOf(0, 0))
	assert.True(t, Count{HeldOpen: 5}.IsOf(0, 5), "all failed, and their streams were held open")
	for name, change := range map[string]func(*Count){
		"one more":                func(c *Count) { c.Usage++ },
		"below none":              func(c *Count) { c.Usage, c.NoUsage = 11, -1 },
		"more without text":       func(c *Count) { c.Empty++ },
		"more good":               func(c *Count) { c.Good++ },
		"more held open":          func(c *Count) { c.HeldOpen++ },
		"more sent again":         func(c *Count) { c.Resent++ },
		"more that end late":      func(c *Count) { c.LateEnd++ },
		"tokens below none":       func(c *Count) { c.OutputTokens = -1 },
		"more tokens than any":    func(c *Count) { c.InputTokens = mostTokens + 1 },
		"tokens without usage":    func(c *Count) { c.Usage, c.NoUsage = 0, 10 },
		"cached, and nobody told": func(c *Count) { c.TellsCached = false },
	} {
		wrong := right
		change(&wrong)
		assert.False(t, wrong.IsOf(10, 12), name)
	}
}

func TestHowManyMayFail(t *testing.T) {
	assert.Equal(t, 7, MayFail(nil, 7))
	for _, c := range []struct {
		percent float64
		n, may  int
	}{
		{0, 100, 0}, {100, 7, 7}, {29, 100, 29}, {7, 100, 7}, {0.1, 3000, 3}, {0.1, 2999, 2}, {1, 99, 0}, {1, 100, 1},
		{33.3, 1000, 333}, {1.1, 1000, 11}, {5, 0, 0},
	} {
		assert.Equal(t, c.may, MayFail(&c.percent, c.n), c)
	}
}
