package kernel

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stepOf returns one step of a batch that Forward takes, and room for its logits.
func stepOf(t require.TestingT, d *Decoder) ([]Step, [][]float32) {
	return []Step{{Cache: newCache(t, d, 4), Tokens: []int{1, 2}, LoRA: newLoRA(t, d, 1)}}, [][]float32{
		make([]float32, d.config.Vocab),
	}
}

func TestBadStepIsRefusedAndNothingChanges(t *testing.T) {
	d := newDecoderOf(t, small)
	other := small
	other.Layers = 1
	stranger := newDecoderOf(t, other)
	for _, test := range []struct {
		name  string
		alter func(*Step, *[]float32)
		want  string
	}{
		{"no cache", func(s *Step, _ *[]float32) { s.Cache = nil }, "kernel: step 1: no cache; make one with NewCache"},
		{"a stranger's cache", func(s *Step, _ *[]float32) { s.Cache = newCache(t, stranger, 4) },
			"kernel: step 1: cache of another shape, "},
		{"a stranger's adapter", func(s *Step, _ *[]float32) { s.LoRA = newLoRA(t, stranger, 1) },
			"kernel: step 1: adapter of another shape, "},
		{"no tokens", func(s *Step, _ *[]float32) { s.Tokens = nil }, "kernel: step 1: no tokens; want at least one"},
		{"one token more than the cache holds", func(s *Step, _ *[]float32) { s.Tokens = make([]int, 5) },
			"kernel: step 1: 5 tokens after 0; the cache holds 4"},
		{"one token more than there is room after those before", func(s *Step, _ *[]float32) {
			require.NoError(t, d.Forward([]Step{{Cache: s.Cache, Tokens: []int{1, 2, 3}}}, [][]float32{nil}))
		}, "kernel: step 1: 2 tokens after 3; the cache holds 4"},
		{"a negative token", func(s *Step, _ *[]float32) { s.Tokens = []int{0, -1} }, "kernel: step 1: token 1 is -1; want 0 to 9"},
		{"a token beyond the vocabulary", func(s *Step, _ *[]float32) { s.Tokens = []int{10} },
			"kernel: step 1: token 0 is 10; want 0 to 9"},
		{"room for too few logits", func(_ *Step, l *[]float32) { *l = make([]float32, 9) },
			"kernel: step 1: room for 9 logits; want 10, or none if they are not wanted"},
	} {
		t.Run(test.name, func(t *testing.T) {
			batch, logits := stepOf(t, d)
			second, room := stepOf(t, d)
			test.alter(&second[0], &room[0])
			require.ErrorContains(t, d.Forward(append(batch, second...), append(logits, room...)), test.want)
			assert.Zero(t, batch[0].Cache.Len())
			assert.Equal(t, make([]float32, 10), logits[0])

			require.NoError(t, d.Forward(batch, logits), "the good step goes on by itself")
			assert.Equal(t, 2, batch[0].Cache.Len())
		})
	}
	t.Run("the same cache twice", func(t *testing.T) {
		batch, logits := stepOf(t, d)
		assert.EqualError(t, d.Forward(append(batch, batch...), append(logits, logits...)),
			"kernel: step 1: a step before it has the same cache; give each sequence one step a batch")
	})
	t.Run("logits of fewer steps", func(t *testing.T) {
		batch, _ := stepOf(t, d)
		assert.EqualError(t, d.Forward(batch, nil), "kernel: batch of 1 steps with room for the logits of 0; want as many")
	})
	t.Run("an empty batch is nothing", func(t *testing.T) {
		assert.NoError(t, d.Forward(nil, nil))
	})
}
