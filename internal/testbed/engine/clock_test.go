package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheTimeOfAStepIsTheSumOfItsParts(t *testing.T) {
	c := Clock{
		Base: 5 * time.Millisecond, PrefillToken: 16 * time.Microsecond, DecodeSequence: 7 * time.Microsecond,
		KVToken: 40 * time.Nanosecond,
		Adapter: 4 * time.Microsecond, LoadCPU: 200 * time.Microsecond, LoadDisk: 2 * time.Millisecond,
	}
	tokens := func(n int) []int { return make([]int, n) }
	for _, row := range []struct {
		name string
		step Step
		want time.Duration
	}{
		{"an empty step takes the base", Step{}, 5 * time.Millisecond},
		{
			"a prefill of 100 tokens reads the 100 that it writes",
			Step{Chunks: []Chunk{{Tokens: tokens(100)}}},
			5*time.Millisecond + 100*16*time.Microsecond + 4*time.Microsecond,
		},
		{
			"a second chunk reads the first too",
			Step{Chunks: []Chunk{{Tokens: tokens(50), Position: 100}}},
			5*time.Millisecond + 50*16*time.Microsecond + 6*time.Microsecond,
		},
		{
			"two decodes after 999 tokens each",
			Step{Chunks: []Chunk{{Tokens: tokens(1), Position: 999, Decode: true}, {Tokens: tokens(1), Position: 999, Decode: true}}},
			5*time.Millisecond + 2*7*time.Microsecond + 80*time.Microsecond,
		},
		{
			"an adapter counts once, however many sequences use it",
			Step{Chunks: []Chunk{{Adapter: "a"}, {Adapter: "b"}, {Adapter: "a"}, {Adapter: ""}}},
			5*time.Millisecond + 2*4*time.Microsecond,
		},
		{
			"loads from CPU memory and from disk",
			Step{Loads: []Load{{Adapter: "a", FromDisk: true}, {Adapter: "b"}, {Adapter: "c"}}},
			5*time.Millisecond + 2*time.Millisecond + 2*200*time.Microsecond,
		},
		{"12 tokens read are 480 ns, hence nothing", Step{Chunks: []Chunk{{Position: 12}}}, 5 * time.Millisecond},
		{"13 tokens read are 520 ns, hence 1 us", Step{Chunks: []Chunk{{Position: 13}}}, 5*time.Millisecond + time.Microsecond},
	} {
		t.Run(row.name, func(t *testing.T) {
			assert.Equal(t, row.want, c.Duration(&row.step))
		})
	}
	assert.Equal(t, time.Microsecond, Clock{}.Duration(&Step{}), "no step takes no time")
}

func TestPresetsAreWhatTheDatasheetsSay(t *testing.T) {
	for _, row := range []struct {
		name      string
		got, want time.Duration
	}{
		{"H100: 16.06 GB of weights at 3.35 TB/s", H100().Base, 4794 * time.Microsecond},
		{"H100: 16.06 Gflop a token at 989.5 Tflop/s", H100().PrefillToken, 16230 * time.Nanosecond},
		{"H100: the same for a decode", H100().DecodeSequence, 16230 * time.Nanosecond},
		{"H100: 128 KiB of keys and values at 3.35 TB/s", H100().KVToken, 39 * time.Nanosecond},
		{"H100: 13.6 MB of adapter at 3.35 TB/s", H100().Adapter, 4069 * time.Nanosecond},
		{"H100: at 64 GB/s", H100().LoadCPU, 213 * time.Microsecond},
		{"H100: and at 7 GB/s before", H100().LoadDisk, 2160 * time.Microsecond},
		{"L4: 2.48 GB of weights at 300 GB/s", Small().Base, 8267 * time.Microsecond},
		{"L4: 2.48 Gflop a token at 121 Tflop/s", Small().PrefillToken, 20496 * time.Nanosecond},
		{"L4: 32 KiB of keys and values at 300 GB/s", Small().KVToken, 109 * time.Nanosecond},
		{"L4: 3.4 MB of adapter at 32 GB/s", Small().LoadCPU, 106 * time.Microsecond},
	} {
		assert.InEpsilon(t, row.want, row.got, 0.01, row.name)
	}
	assert.Equal(t, 426788, H100().Memory, "(0.9 x 80 GB - 16.06 GB) / 128 KiB")
	assert.Equal(t, 583496, Small().Memory, "(0.9 x 24 GB - 2.48 GB) / 32 KiB")
}

func TestTokensDependOnSeedAndPositionAlone(t *testing.T) {
	sample := func(c Clock, k Chunk) int {
		k.Sample = true
		step := Step{Chunks: []Chunk{{Tokens: []int{9}}, k}}
		_, err := c.Run(&step)
		require.NoError(t, err)
		return step.Chunks[1].Next
	}
	one := sample(Clock{Seed: 1}, Chunk{Tokens: make([]int, 10)})
	assert.Equal(t, one, sample(Clock{Seed: 1, Base: time.Second}, Chunk{Position: 9, Tokens: []int{3}, Decode: true, Adapter: "a"}))
	assert.NotEqual(t, one, sample(Clock{Seed: 2}, Chunk{Tokens: make([]int, 10)}))
	assert.NotEqual(t, one, sample(Clock{Seed: 1}, Chunk{Tokens: make([]int, 11)}))
	assert.NotEqual(t, one, sample(Clock{Seed: 1}, Chunk{Tokens: make([]int, 10), Sampling: Sampling{Seed: 1}}))
}

func TestAClockEndsSequencesAsOftenAsItIsTold(t *testing.T) {
	c := Clock{VocabSize: 50, EndChance: 0.25}
	require.Equal(t, 49, c.Model().EOS)
	assert.Equal(t, -1, Clock{VocabSize: 50}.Model().EOS)
	step := Step{Chunks: make([]Chunk, 10000)}
	for i := range step.Chunks {
		step.Chunks[i] = Chunk{Tokens: []int{0}, Position: i, Sample: true, BanEOS: i%2 == 0}
	}
	_, err := c.Run(&step)
	require.NoError(t, err)
	ends, seen := 0, map[int]int{}
	for i, k := range step.Chunks {
		seen[k.Next]++
		if k.Next == 49 {
			ends++
			require.False(t, k.BanEOS, i)
		}
	}
	assert.InDelta(t, 1250, ends, 4*31, "of 5000 that may end; the standard deviation is 31")
	assert.Len(t, seen, 50, "all ids come")
}
