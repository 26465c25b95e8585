package dataset

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPromptsAreMadeUpByTheirLengths(t *testing.T) {
	s := Synthetic{InputTokens: 100, InputSpread: 30, OutputTokens: 40, OutputSpread: 0}
	set, err := s.Make(1, false)
	require.NoError(t, err)
	require.Len(t, set.Entries, 1000)
	sum, squares := 0.0, 0.0
	seen := map[string]bool{}
	for _, e := range set.Entries {
		assert.Equal(t, e.PromptTokens, Estimate(e.Prompt))
		assert.Equal(t, 40, e.OutputTokens)
		assert.True(t, e.PromptTokens >= 1 && e.PromptTokens <= 199)
		sum += float64(e.PromptTokens)
		squares += float64(e.PromptTokens) * float64(e.PromptTokens)
		seen[e.Prompt] = true
	}
	assert.InDelta(t, 100, sum/1000, 4*30/math.Sqrt(1000))
	assert.InDelta(t, 30, math.Sqrt(squares/1000-sum*sum/1e6), 3)
	assert.Len(t, seen, 1000)
	again, err := s.Make(1, false)
	require.NoError(t, err)
	assert.Equal(t, set.Hash(1), again.Hash(1))
	other, err := s.Make(2, false)
	require.NoError(t, err)
	assert.NotEqual(t, set.Hash(1), other.Hash(1))
}

// Of one selection all prompts of a prefix begin with the same words, and go on with words of their own; of another selection
// of a cold set they begin with others.
func TestPromptsShareTheirPrefixesWithinASelection(t *testing.T) {
	for _, cold := range []bool{false, true} {
		set, err := Synthetic{InputTokens: 20, OutputTokens: 5, Prefixes: 4, PrefixTokens: 50}.Make(1, cold)
		require.NoError(t, err)
		prefixes, whole := map[string]int{}, map[string]int{}
		for range 2 {
			for _, e := range set.Sample(400, 1) {
				words := strings.Fields(e.Text())
				require.Len(t, words, 70)
				assert.Equal(t, 70, e.PromptTokens)
				prefixes[strings.Join(words[:50], " ")]++
				whole[strings.Join(words, " ")]++
			}
		}
		if cold {
			assert.Len(t, prefixes, 2*4)
			assert.Len(t, whole, 2*400)
		} else {
			assert.Len(t, prefixes, 4)
			assert.Less(t, len(whole), 400, "drawn with replacement, and twice the same")
		}
		for _, n := range prefixes {
			assert.InDelta(t, 800/len(prefixes), n, 70)
		}
	}
}
