package serving

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every share of the traffic gets its requests: of each fifty those that are its due, give or take one where it is no fiftieth.
func TestEveryShareGetsItsRequests(t *testing.T) {
	guide := open(t, "multi-lora")
	for seed := range uint64(50) {
		guide.Arrivals.Seed = seed
		for block := range slices.Chunk(guide.Models(150), 50) {
			times := map[string]int{}
			for _, m := range block {
				times[m]++
			}
			for _, a := range guide.Adapters {
				require.InDelta(t, 50*a.Share, times[a.Name], 1e-9, "%s, seed %d", a.Name, seed)
			}
		}
	}
	odd := Scenario{Adapters: []Adapter{{Name: "a", Share: 0.013}, {Name: "b", Share: 0.987}}}
	times := map[string]int{}
	for _, m := range odd.Models(50_000) {
		times[m]++
	}
	assert.InDelta(t, 650, times["a"], 4*math.Sqrt(50_000*0.013*(1-0.65)))
}

func TestModelsAreDrawnByShare(t *testing.T) {
	s := open(t, "multi-lora")
	const n = 60_000
	models := s.Models(n)
	assert.Equal(t, models, s.Models(n), "the same seed, the same models")
	times := map[string]int{}
	for _, m := range models {
		times[m]++
	}
	for _, a := range s.Adapters {
		assert.InDelta(t, n*a.Share, times[a.Name], 4*math.Sqrt(n*a.Share*(1-a.Share)), a.Name)
	}
	assert.Equal(t, []string{"m", "m"}, Scenario{Model: "m"}.Models(2))
	assert.Equal(t, models[:160], s.Models(160), "the first of more are the same")
	other := s
	other.Arrivals.Seed++
	assert.NotEqual(t, models[:160], other.Models(160))
}

func TestSharesMaySumToAlmostOne(t *testing.T) {
	text := base(`"adapters": [{"name": "a", "share": 0.5}, {"name": "b", "share": 0.4999995}]`)
	s, err := ParseScenario("s.json", []byte(text))
	require.NoError(t, err)
	assert.Equal(t, "b", s.draw(0.99999999).Name)
	assert.Equal(t, "b", s.draw(0.5).Name)
	assert.Equal(t, "a", s.draw(0).Name)
	assert.NoError(t, schema(t).Validate(decoded(t, []byte(text))))
}
