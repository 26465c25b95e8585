package engine

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/testbed/kernel"
)

// little is a decoder that is quick enough to be asked often.
func little(t testing.TB) *kernel.Decoder {
	d, err := kernel.NewDecoder(kernel.DecoderConfig{Dim: 32, Layers: 2, Heads: 4, KVHeads: 2, FFN: 64, Vocab: 97, MaxSeqLen: 128}, 5)
	require.NoError(t, err)
	return d
}

// direct is what a request gets from the decoder alone: its prompt at once, then token after token.
func direct(t testing.TB, d *kernel.Decoder, eos int, r Request) []int {
	cache, err := d.NewCache(len(r.Prompt) + r.MaxTokens)
	require.NoError(t, err)
	topP := r.TopP
	if topP == 0 {
		topP = 1
	}
	sampler, err := kernel.NewSampler(r.Temperature, topP, r.Seed)
	require.NoError(t, err)
	var lora *kernel.LoRA
	if r.Adapter != "" {
		h := fnv.New64a()
		fmt.Fprint(h, r.Adapter)
		lora, err = d.NewLoRA(8, 16, h.Sum64())
		require.NoError(t, err)
	}
	var out []int
	logits := make([]float32, d.Config().Vocab)
	for tokens := r.Prompt; len(out) < r.MaxTokens; tokens = out[len(out)-1:] {
		require.NoError(t, d.Forward([]kernel.Step{{Cache: cache, Tokens: tokens, LoRA: lora}}, [][]float32{logits}))
		if eos >= 0 && !r.IgnoreEOS && len(out)+1 < r.MinTokens {
			logits[eos] = float32(math.Inf(-1))
		}
		out = append(out, sampler.Next(logits))
		if out[len(out)-1] == eos && !r.IgnoreEOS {
			break
		}
	}
	return out
}

// mixed are requests of many lengths, adapters and samplings.
func mixed(n int) []Request {
	random := rand.New(rand.NewPCG(3, 0))
	var requests []Request
	for i := range n {
		r := Request{Prompt: make([]int, 1+random.IntN(60)), MaxTokens: 1 + random.IntN(30), Seed: uint64(i)}
		for j := range r.Prompt {
			r.Prompt[j] = random.IntN(97)
		}
		r.Adapter = []string{"", "a", "b", "c"}[random.IntN(4)]
		if i%3 == 0 {
			r.Temperature, r.TopP = 0.8, 0.9
		}
		r.IgnoreEOS = i%4 == 0
		r.MinTokens = random.IntN(r.MaxTokens + 1)
		requests = append(requests, r)
	}
	return requests
}

func TestTheEngineSaysWhatTheDecoderSays(t *testing.T) {
	const eos = 7
	d := little(t)
	for _, row := range []struct {
		name      string
		config    Config
		preempted bool
	}{
		{"one at a time", Config{MaxNumSeqs: 1, MaxLoras: 1}, false},
		{"many at once", Config{MaxLoras: 3}, false},
		{"prompts in chunks", Config{MaxNumSeqs: 8, MaxNumBatchedTokens: 13, MaxLoras: 3}, false},
		{"with preemption", Config{MaxLoras: 3, BlockSize: 4, KVBlocks: 40}, true},
		{"with preemption, in chunks, with fewer slots than adapters",
			Config{MaxNumSeqs: 8, MaxNumBatchedTokens: 13, MaxLoras: 2, BlockSize: 4, KVBlocks: 32, MaxOvertakes: 3}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			row.config.Device = NewKernel(d.Clone(), eos)
			row.config.MaxModelLen = 96
			row.config.Adapters = []string{"a", "b", "c"}
			e := start(t, row.config)
			requests := mixed(40)
			var streams []*Stream
			for _, r := range requests {
				streams = append(streams, submit(t, e, r))
			}
			for i, s := range streams {
				tokens, err := read(t, s)
				require.NoError(t, err)
				ids := make([]int, len(tokens))
				for j, token := range tokens {
					ids[j] = token.ID
				}
				assert.Equal(t, direct(t, d, eos, requests[i]), ids, "request %d", i)
			}
			assert.Equal(t, row.preempted, e.Stats().Preemptions > 0)
		})
	}
}

func TestAdaptersChangeWhatIsSaid(t *testing.T) {
	d := little(t)
	r := plain(20, 20)
	for i := range r.Prompt {
		r.Prompt[i] = i
	}
	base := direct(t, d, -1, r)
	r.Adapter = "a"
	assert.NotEqual(t, base, direct(t, d, -1, r))
}

func TestAKernelKeepsNothingOfTheDead(t *testing.T) {
	k := NewKernel(little(t), -1)
	e := start(t, Config{Device: k, Adapters: []string{"a", "b", "c"}, MaxCPULoras: 2})
	for _, name := range []string{"a", "b", "c", ""} {
		_, err := read(t, submit(t, e, with(name, 5, 5)))
		require.NoError(t, err)
	}
	s := submit(t, e, plain(5, 100))
	_, err := s.Next(t.Context())
	require.NoError(t, err)
	s.Cancel()
	require.NoError(t, e.Drain(t.Context()))
	assert.Empty(t, k.sequences)
	assert.Len(t, k.adapters, 2, "a was dropped")
	assert.NotContains(t, k.adapters, "a")
}

func TestADecoderLimitsTheLengthOfRequests(t *testing.T) {
	e := start(t, Config{Device: NewKernel(little(t), -1)})
	_, err := e.Submit(t.Context(), plain(100, 29))
	assert.ErrorIs(t, err, ErrTooLong)
	_, err = read(t, submit(t, e, plain(100, 28)))
	assert.NoError(t, err)
	_, err = New(Config{Device: NewKernel(little(t), -1), MaxModelLen: 129})
	assert.EqualError(t, err, "engine: MaxModelLen is 129; the device takes 128")
}

func TestAChunkThatDoesNotFitItsSequenceIsRefused(t *testing.T) {
	k := NewKernel(little(t), -1)
	step := Step{Chunks: []Chunk{
		{Sequence: 1, Tokens: []int{1}, Position: 1, Length: 10, Sampling: Sampling{TopP: 1}, Sample: true},
		{Sequence: 2, Tokens: []int{1}, Length: 10, Sampling: Sampling{TopP: 1}, Sample: true},
		{Sequence: 3, Tokens: []int{1}, Length: 129, Sampling: Sampling{TopP: 1}, Sample: true},
	}}
	_, err := k.Run(&step)
	require.NoError(t, err)
	assert.EqualError(t, step.Chunks[0].Err, "chunk at position 1 of a sequence of 0 tokens")
	assert.NoError(t, step.Chunks[1].Err, "the others are computed")
	assert.ErrorContains(t, step.Chunks[2].Err, "129 tokens")
	step.Chunks = []Chunk{{Sequence: 2, Tokens: []int{97}, Position: 1, Length: 10, Sampling: Sampling{TopP: 1}}}
	_, err = k.Run(&step)
	assert.ErrorContains(t, err, "token 0 is 97", "what the decoder refuses altogether ends the engine")
}
