package engine

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheDefaultsAreThoseOfVLLM(t *testing.T) {
	c, err := Config{Device: Clock{}}.withDefaults()
	require.NoError(t, err)
	assert.Equal(t, Config{
		Device: Clock{}, MaxNumSeqs: 256, MaxModelLen: 2048, MaxNumBatchedTokens: 2048, MaxWaiting: 4096,
		BlockSize: 16, KVBlocks: 256 * 2048 / 16, MaxLoras: 1, MaxCPULoras: 1, MaxOvertakes: 256,
	}, c)
	c, err = Config{Device: H100(), MaxNumSeqs: 4096, MaxLoras: 3}.withDefaults()
	require.NoError(t, err)
	assert.Equal(t, 426788/16, c.KVBlocks, "the device's memory")
	assert.Equal(t, 4096, c.MaxNumBatchedTokens)
	assert.Equal(t, 3, c.MaxCPULoras)
}

func TestAConfigThatCannotWorkIsRefused(t *testing.T) {
	for _, row := range []struct {
		name, says string
		config     Config
	}{
		{"no device", "engine: Config.Device is nil; set it, to H100() for example", Config{}},
		{"a negative limit", "engine: MaxNumSeqs is -1; want 1 to 1073741824, or 0 for the default",
			Config{Device: Clock{}, MaxNumSeqs: -1}},
		{
			"a limit whose products would overflow",
			"engine: MaxModelLen is 9223372036854775807; want 1 to 1073741824, or 0 for the default",
			Config{Device: Clock{}, MaxModelLen: math.MaxInt},
		},
		{
			"a step that is too small for the sequences",
			"engine: MaxNumBatchedTokens 9 is less than MaxNumSeqs 10: a step must have room for a token of each sequence",
			Config{Device: Clock{}, MaxNumSeqs: 10, MaxNumBatchedTokens: 9},
		},
		{
			"memory one block short of the longest sequence",
			"engine: KVBlocks 6 hold less than one sequence of MaxModelLen 97, which takes 7 blocks of 16",
			Config{Device: Clock{}, MaxModelLen: 97, KVBlocks: 6},
		},
		{
			"less room for adapters in CPU memory than on the device",
			"engine: MaxCPULoras 2 is less than MaxLoras 3: what is on the device is in CPU memory too",
			Config{Device: Clock{}, MaxLoras: 3, MaxCPULoras: 2},
		},
		{
			"an adapter twice", `engine: Adapters[2] is "a": names must not be empty, nor come twice`,
			Config{Device: Clock{}, Adapters: []string{"a", "b", "a"}},
		},
		{
			"an adapter without a name", `engine: Adapters[0] is "": names must not be empty, nor come twice`,
			Config{Device: Clock{}, Adapters: []string{""}},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := New(row.config)
			assert.EqualError(t, err, row.says)
		})
	}
}

func TestARequestThatCannotBeServedIsRefused(t *testing.T) {
	e := start(t, Config{Device: Clock{VocabSize: 100}, MaxModelLen: 20, Adapters: []string{"a"}})
	good := Request{Prompt: prompt(10), MaxTokens: 10, TopP: 1}
	for _, row := range []struct {
		name   string
		change func(*Request)
		is     error
		says   string
	}{
		{"no prompt", func(r *Request) { r.Prompt = nil }, ErrInvalid, "engine: invalid request: the prompt is empty"},
		{"no output", func(r *Request) { r.MaxTokens = 0 }, ErrInvalid, "engine: invalid request: MaxTokens is 0; want at least 1"},
		{"negative output", func(r *Request) {
			r.MaxTokens = -1
		}, ErrInvalid, "engine: invalid request: MaxTokens is -1; want at least 1"},
		{
			"more at least than at most", func(r *Request) { r.MinTokens = 11 }, ErrInvalid,
			"engine: invalid request: MinTokens is 11; want 0 to MaxTokens, 10",
		},
		{
			"one token too long", func(r *Request) { r.MaxTokens = 11 }, ErrTooLong,
			"engine: too long for the model: 10 tokens of prompt and 11 of output; it takes 20 together",
		},
		{
			"so long that the sum overflows", func(r *Request) { r.MaxTokens = math.MaxInt }, ErrTooLong,
			"engine: too long for the model: 10 tokens of prompt and 9223372036854775807 of output; it takes 20 together",
		},
		{
			"an id that the model does not have", func(r *Request) { r.Prompt = []int{99, 100} }, ErrInvalid,
			"engine: invalid request: token 1 of the prompt is 100; want 0 to 99",
		},
		{
			"a negative id", func(r *Request) { r.Prompt = []int{-1} }, ErrInvalid,
			"engine: invalid request: token 0 of the prompt is -1; want 0 to 99",
		},
		{
			"a temperature that is no number", func(r *Request) { r.Temperature = math.NaN() }, ErrInvalid,
			"engine: invalid request: temperature is NaN; want a number of at least 0",
		},
		{
			"an infinite temperature", func(r *Request) { r.Temperature = math.Inf(1) }, ErrInvalid,
			"engine: invalid request: temperature is +Inf; want a number of at least 0",
		},
		{
			"top_p above 1", func(r *Request) { r.TopP = 1.1 }, ErrInvalid,
			"engine: invalid request: top_p is 1.1; want above 0 and at most 1",
		},
		{
			"top_p below 0", func(r *Request) { r.TopP = -0.1 }, ErrInvalid,
			"engine: invalid request: top_p is -0.1; want above 0 and at most 1",
		},
		{"an adapter that is not there", func(r *Request) { r.Adapter = "b" }, ErrUnknownAdapter, `engine: unknown adapter "b"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := good
			row.change(&r)
			_, err := e.Submit(t.Context(), r)
			require.ErrorIs(t, err, row.is)
			assert.EqualError(t, err, row.says)
		})
	}
	_, err := read(t, submit(t, e, good))
	assert.NoError(t, err, "exactly as long as the model takes")
}
