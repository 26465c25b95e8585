package duet

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestParsePlant(t *testing.T) {
	for text, want := range map[string]Plant{
		"":      {},
		"2ms":   {Fixed: 2 * time.Millisecond},
		"25%":   {Percent: 25},
		"0.5%":  {Percent: 0.5},
		"1m":    {Fixed: time.Minute},
		"1000%": {Percent: 1000},
	} {
		got, err := ParsePlant(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"2", "0ms", "-2ms", "0%", "-1%", "NaN%", "Inf%", "1001%", "61s", "%", "ms", "25 %", "2ms;3ms"} {
		_, err := ParsePlant(text)
		assert.ErrorContains(t, err, "planted slowdown", text)
	}
}

func TestPlantSurvivesTheEnvironment(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plant := Plant{Fixed: time.Duration(rapid.Int64Range(1, int64(time.Minute)).Draw(t, "fixed"))}
		if rapid.Bool().Draw(t, "percent") {
			plant = Plant{Percent: rapid.Float64Range(0.001, 1000).Draw(t, "percent")}
		}
		got, err := ParsePlant(plant.String())
		require.NoError(t, err)
		assert.Equal(t, plant, got)
	})
	t.Setenv(PlantEnv, "3ms")
	got, err := PlantFromEnv()
	require.NoError(t, err)
	assert.Equal(t, 3*time.Millisecond, got.Due(time.Second))
	assert.Equal(t, 250*time.Millisecond, Plant{Percent: 25}.Due(time.Second))
	assert.True(t, Plant{}.IsZero())
}
