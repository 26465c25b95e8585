package server

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tailgate-go/tailgate/internal/openai"
)

func TestTheEventsOfACompletion(t *testing.T) {
	r := newReply(false, "7", "base", 1700000000, 3)
	stop := "END"
	assert.JSONEq(t, `{"id":"cmpl-7","object":"text_completion","created":1700000000,"model":"base",
		"choices":[{"index":0,"text":" aaab","logprobs":null,"finish_reason":null,"stop_reason":null}]}`,
		string(r.text([]byte(" aaab"), 1)))
	assert.JSONEq(t, `{"id":"cmpl-7","object":"text_completion","created":1700000000,"model":"base",
		"choices":[{"index":0,"text":"","logprobs":null,"finish_reason":"length","stop_reason":null}]}`,
		string(r.finish(nil, 2, "length", nil)))
	assert.JSONEq(t, `{"id":"cmpl-7","object":"text_completion","created":1700000000,"model":"base",
		"choices":[{"index":0,"text":"x","logprobs":null,"finish_reason":"stop","stop_reason":"END"}]}`,
		string(r.finish([]byte("x"), 2, "stop", &stop)))
	assert.JSONEq(t, `{"id":"cmpl-7","object":"text_completion","created":1700000000,"model":"base","choices":[],
		"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}`, string(r.usage(2)))
}

func TestTheEventsOfAChat(t *testing.T) {
	r := newReply(true, "7", "adapter-0", 1700000000, 3)
	assert.JSONEq(t, `{"id":"chatcmpl-7","object":"chat.completion.chunk","created":1700000000,"model":"adapter-0",
		"choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}`, string(r.role()))
	assert.JSONEq(t, `{"id":"chatcmpl-7","object":"chat.completion.chunk","created":1700000000,"model":"adapter-0",
		"choices":[{"index":0,"delta":{"content":" aaab"},"logprobs":null,"finish_reason":null}]}`, string(r.text([]byte(" aaab"), 1)))
	assert.JSONEq(t, `{"id":"chatcmpl-7","object":"chat.completion.chunk","created":1700000000,"model":"adapter-0","choices":[],
		"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}`, string(r.usage(2)))
}

// The events that are put together by hand are what encoding/json would have written.
func TestATextEventIsTheJSONOfItsType(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		chat, running := rapid.Bool().Draw(t, "chat"), rapid.Bool().Draw(t, "running")
		model := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{`"text":"`, `\"content\":"`})).Draw(t, "model")
		r := newReply(chat, rapid.String().Draw(t, "id"), model, 1, 5)
		r.running = running
		for range 2 {
			text, n := rapid.String().Draw(t, "text"), rapid.IntRange(0, 1000).Draw(t, "tokens")
			want := r.chunk(openai.Delta{Content: &text}, nil, nil, r.usageSoFar(n))
			require.Equal(t, string(want), string(r.text([]byte(text), n)))
		}
	})
}

func TestATextEventAllocatesNothing(t *testing.T) {
	r := newReply(true, "7", "base", 1, 3)
	piece := []byte(" aaab")
	r.text(piece, 1)
	assert.Zero(t, testing.AllocsPerRun(100, func() { r.text(piece, 1) }))
}

func TestEventsHaveNoNewlines(t *testing.T) {
	r := newReply(false, "a\nb", "c\r\nd", 1, 3)
	for _, event := range [][]byte{r.text([]byte("e\nf"), 1), r.finish([]byte("\r\n"), 1, "stop", nil), r.usage(1)} {
		assert.False(t, strings.ContainsAny(string(event), "\r\n"), "%s", event)
		assert.True(t, json.Valid(event))
	}
}
