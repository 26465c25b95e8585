package ratename

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestRateIsADecimalNumber(t *testing.T) {
	for perSecond, want := range map[float64]string{20: "rate=20", 0.5: "rate=0.5", 1e7: "rate=10000000", 1e-7: "rate=0.0000001"} {
		assert.Equal(t, want, Of(perSecond))
	}
}

func TestCut(t *testing.T) {
	for name, c := range map[string]struct {
		rest      string
		perSecond float64
	}{
		"Serving/case=x/rate=20":        {"Serving/case=x", 20},
		"Serving/rate=0.5/phase=decode": {"Serving/phase=decode", 0.5},
		"Serving/rate=20/rate=30":       {"Serving/rate=30", 20},
		"Serving/rate=fast/rate=30":     {"Serving/rate=fast", 30},
		"rate=20/case=x":                {"case=x", 20},
		"rate=20":                       {"", 20},
	} {
		rest, perSecond, ok := Cut(name)
		assert.True(t, ok, name)
		assert.Equal(t, c.rest, rest, name)
		assert.Equal(t, c.perSecond, perSecond, name)
	}
	for _, name := range []string{
		"", "Serving", "Serving/rate=", "Serving/rate=-20", "Serving/rate=1e3", "Serving/rate=20.", "Serving/rate=.5", "Serving/rate=NaN",
		"Serving/rate=0x10", "Serving/rate=1_000", "Serving/rate=20ms", "Serving/errorrate=20",
		"Serving/rate=" + strings.Repeat("9", 400),
	} {
		rest, perSecond, ok := Cut(name)
		assert.False(t, ok, name)
		assert.Equal(t, name, rest)
		assert.Zero(t, perSecond)
	}
}

func TestEveryRateComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.Float64Range(0, math.MaxFloat64).Draw(t, "rate")
		rest, got, ok := Cut("Serving/" + Of(want) + "/x")
		assert.True(t, ok)
		assert.Equal(t, want, got)
		assert.Equal(t, "Serving/x", rest)
	})
}
