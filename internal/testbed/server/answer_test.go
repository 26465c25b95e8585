package server_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/openai"
	"github.com/tailgate-go/tailgate/internal/testbed/engine"
	"github.com/tailgate-go/tailgate/internal/testbed/server"
)

const (
	completions = "/v1/completions"
	chats       = "/v1/chat/completions"
)

var twoAdapters = engine.Config{Adapters: []string{"adapter-0", "adapter-1"}, MaxLoras: 2}

func TestACompletionHasTheTextOfItsTokens(t *testing.T) {
	r := start(t, twoAdapters, server.Config{Model: "llama"})
	before := time.Now().Unix()
	var c openai.Completion
	r.ask(completions, `{"model":"llama","prompt":"say this is a test","max_tokens":7}`, 200, &c)
	require.Len(t, c.Choices, 1)
	assert.Equal(t, 7, words(t, quick).Count(c.Choices[0].Text), "as many tokens as were asked for")
	assert.Equal(t, "length", *c.Choices[0].FinishReason)
	assert.Nil(t, c.Choices[0].StopReason)
	assert.Equal(t, &openai.Usage{PromptTokens: 5, CompletionTokens: 7, TotalTokens: 12}, c.Usage)
	assert.Equal(t, "text_completion", c.Object)
	assert.Equal(t, "llama", c.Model)
	assert.True(t, strings.HasPrefix(c.ID, "cmpl-") && len(c.ID) > 20, c.ID)
	assert.GreaterOrEqual(t, c.Created, before)
}

func TestAPromptMayBeGivenInSeveralForms(t *testing.T) {
	r := start(t, engine.Config{}, server.Config{})
	for name, c := range map[string]struct {
		prompt string
		tokens int
	}{
		"a string":              {`"one two three"`, 3},
		"a list of one string":  {`["one two three"]`, 3},
		"token ids":             {`[1, 2, 31999]`, 3},
		"a list of a list":      {`[[5]]`, 1},
		"a string of one blank": {`" "`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			var got openai.Completion
			r.ask(completions, `{"prompt":`+c.prompt+`}`, 200, &got)
			assert.Equal(t, c.tokens, got.Usage.PromptTokens)
			assert.Equal(t, 16, got.Usage.CompletionTokens, "vLLM's default")
			assert.Equal(t, "base", got.Model)
		})
	}
}

func TestAChatCompletion(t *testing.T) {
	r := start(t, twoAdapters, server.Config{})
	var c openai.ChatCompletion
	r.ask(chats, `{"model":"adapter-1","messages":[{"role":"system","content":"be brief"},
		{"role":"user","content":[{"type":"text","text":"hi"}]}],"max_completion_tokens":3,"max_tokens":9}`, 200, &c)
	require.Len(t, c.Choices, 1)
	assert.Equal(t, "assistant", c.Choices[0].Message.Role)
	assert.Equal(t, 3, words(t, quick).Count(c.Choices[0].Message.Content.Text))
	assert.Equal(t, "length", *c.Choices[0].FinishReason)
	want := words(t, quick).Count("system: be brief\nuser: hi\nassistant:")
	assert.Equal(t, openai.NewUsage(want, 3), c.Usage)
	assert.Equal(t, "chat.completion", c.Object)
	assert.Equal(t, "adapter-1", c.Model)
	assert.True(t, strings.HasPrefix(c.ID, "chatcmpl-"), c.ID)
}

func TestAChatWithoutALimitFillsTheModel(t *testing.T) {
	r := start(t, engine.Config{MaxModelLen: 40}, server.Config{})
	var c openai.ChatCompletion
	r.ask(chats, `{"messages":[{"role":"user","content":"hi"}]}`, 200, &c)
	assert.Equal(t, 40, c.Usage.TotalTokens)
	assert.Equal(t, "length", *c.Choices[0].FinishReason)
}

// What a stream adds up to is what the same request without a stream answers.
func TestAStreamHasOneEventAToken(t *testing.T) {
	r := start(t, engine.Config{}, server.Config{})
	for name, usage := range map[string]bool{"without usage": false, "with usage": true} {
		t.Run(name, func(t *testing.T) {
			var whole openai.Completion
			r.ask(completions, `{"prompt":"a b c","max_tokens":5,"seed":42}`, 200, &whole)
			events := r.events(completions, fmt.Sprintf(
				`{"prompt":"a b c","max_tokens":5,"seed":42,"stream":true,"stream_options":{"include_usage":%v}}`, usage))
			assert.Equal(t, "[DONE]", events[len(events)-1])
			events = events[:len(events)-1]
			if usage {
				var last openai.Completion
				require.NoError(t, json.Unmarshal([]byte(events[len(events)-1]), &last))
				assert.Empty(t, last.Choices)
				assert.Contains(t, events[len(events)-1], `"choices":[]`)
				assert.Equal(t, whole.Usage, last.Usage)
				events = events[:len(events)-1]
			}
			require.Len(t, events, 6)
			text := ""
			for i, event := range events {
				var chunk openai.Completion
				require.NoError(t, json.Unmarshal([]byte(event), &chunk))
				require.Len(t, chunk.Choices, 1)
				assert.Nil(t, chunk.Usage)
				text += chunk.Choices[0].Text
				if i < 5 {
					assert.Nil(t, chunk.Choices[0].FinishReason)
					assert.Equal(t, 1, words(t, quick).Count(chunk.Choices[0].Text))
				} else {
					assert.Equal(t, "length", *chunk.Choices[0].FinishReason)
					assert.Empty(t, chunk.Choices[0].Text)
				}
			}
			assert.Equal(t, whole.Choices[0].Text, text)
		})
	}
}

func TestAChatStreamBeginsWithTheRole(t *testing.T) {
	r := start(t, engine.Config{}, server.Config{})
	events := r.events(chats, `{"messages":[{"role":"user","content":"hi"}],"max_tokens":2,"stream":true,
		"stream_options":{"include_usage":true,"continuous_usage_stats":true}}`)
	require.Len(t, events, 6, "role, two tokens, finish, usage, end")
	var chunks [5]openai.ChatChunk
	for i := range chunks {
		require.NoError(t, json.Unmarshal([]byte(events[i]), &chunks[i]))
		assert.Equal(t, chunks[0].ID, chunks[i].ID)
		assert.Equal(t, "chat.completion.chunk", chunks[i].Object)
	}
	assert.Equal(t, "assistant", chunks[0].Choices[0].Delta.Role)
	assert.Empty(t, *chunks[0].Choices[0].Delta.Content)
	assert.NotEmpty(t, *chunks[1].Choices[0].Delta.Content)
	assert.Empty(t, chunks[1].Choices[0].Delta.Role)
	assert.NotEmpty(t, *chunks[2].Choices[0].Delta.Content)
	assert.Equal(t, "length", *chunks[3].Choices[0].FinishReason)
	assert.Empty(t, chunks[4].Choices)
	for i, tokens := range []int{0, 1, 2, 2, 2} {
		assert.Equal(t, tokens, chunks[i].Usage.CompletionTokens, "usage so far, in event %d", i)
	}
	assert.Equal(t, "[DONE]", events[5])
}

func TestGenerationStopsBeforeAStopText(t *testing.T) {
	r := start(t, engine.Config{}, server.Config{})
	var whole openai.Completion
	r.ask(completions, `{"prompt":"x","max_tokens":12,"seed":1}`, 200, &whole)
	text := whole.Choices[0].Text
	for name, c := range map[string]struct {
		from, to, minTokens int // the stop text is text[from:to]
		tokens              int // of 5 bytes
	}{
		"within a token":        {11, 13, 0, 3},
		"a whole token":         {15, 20, 0, 4},
		"over two tokens":       {13, 17, 0, 4},
		"over four tokens":      {12, 31, 0, 7},
		"at the very beginning": {0, 3, 0, 1},
		"the very end":          {57, 60, 0, 12},
		"after enough tokens":   {22, 28, 4, 6},
	} {
		t.Run(name, func(t *testing.T) {
			stop := text[c.from:c.to]
			require.Equal(t, c.from, strings.Index(text, stop), "the text has the stop text earlier")
			for _, form := range []string{`%q`, `["absent", %q]`} {
				body := fmt.Sprintf(`{"prompt":"x","max_tokens":12,"seed":1,"min_tokens":%d,"stop":`+form, c.minTokens, stop)
				var got openai.Completion
				r.ask(completions, body+"}", 200, &got)
				assert.Equal(t, text[:c.from], got.Choices[0].Text)
				assert.Equal(t, "stop", *got.Choices[0].FinishReason)
				assert.Equal(t, stop, *got.Choices[0].StopReason)
				assert.Equal(t, c.tokens, got.Usage.CompletionTokens)

				streamed, events := "", r.events(completions, body+`,"stream":true}`)
				require.Len(t, events, c.tokens+2, "one a token, the finish, the end")
				for _, event := range events[:len(events)-1] {
					var chunk openai.Completion
					require.NoError(t, json.Unmarshal([]byte(event), &chunk))
					streamed += chunk.Choices[0].Text
				}
				assert.Equal(t, text[:c.from], streamed)
			}
		})
	}
	t.Run("a stop text before min_tokens does not count", func(t *testing.T) {
		var got openai.Completion
		r.ask(completions, fmt.Sprintf(`{"prompt":"x","max_tokens":12,"seed":1,"min_tokens":3,"stop":%q}`, text[7:9]), 200, &got)
		assert.Equal(t, text, got.Choices[0].Text)
		assert.Equal(t, "length", *got.Choices[0].FinishReason)
	})
	r.idle()
}

func TestAnEndOfSequenceHasNoText(t *testing.T) {
	ends := engine.Clock{Base: 10 * time.Microsecond, EndChance: 0.2}
	r := start(t, engine.Config{Device: ends}, server.Config{})
	var stopped openai.Completion
	seed := 0
	for ; stopped.Usage == nil || *stopped.Choices[0].FinishReason != "stop" || stopped.Usage.CompletionTokens < 3; seed++ {
		r.ask(completions, fmt.Sprintf(`{"prompt":"x","max_tokens":40,"seed":%d}`, seed), 200, &stopped)
	}
	seed--
	n := stopped.Usage.CompletionTokens
	assert.Equal(t, n-1, words(t, ends).Count(stopped.Choices[0].Text), "the end is a token, and no text")
	assert.Nil(t, stopped.Choices[0].StopReason)

	var ignored openai.Completion
	r.ask(completions, fmt.Sprintf(`{"prompt":"x","max_tokens":40,"seed":%d,"ignore_eos":true}`, seed), 200, &ignored)
	assert.Equal(t, 40, ignored.Usage.CompletionTokens)
	assert.True(t, strings.HasPrefix(ignored.Choices[0].Text, stopped.Choices[0].Text))

	var longer openai.Completion
	r.ask(completions, fmt.Sprintf(`{"prompt":"x","max_tokens":40,"seed":%d,"min_tokens":%d}`, seed, n+1), 200, &longer)
	assert.Greater(t, longer.Usage.CompletionTokens, n)
}

func TestTheSameSeedGivesTheSameTokens(t *testing.T) {
	r := start(t, engine.Config{}, server.Config{})
	texts := map[string]int{}
	for _, seed := range []string{``, `,"seed":0`, `,"seed":null`, `,"seed":7`, `,"seed":7`, `,"seed":-9223372036854775808`} {
		var c openai.Completion
		r.ask(completions, `{"prompt":"x"`+seed+`}`, 200, &c)
		texts[c.Choices[0].Text]++
	}
	assert.Len(t, texts, 3, "no seed is seed 0")
}

func TestModelsAreTheBaseAndItsAdapters(t *testing.T) {
	r := start(t, twoAdapters, server.Config{Model: "llama"})
	status, body := r.get("/v1/models")
	assert.Equal(t, 200, status)
	var list openai.ModelList
	require.NoError(t, json.Unmarshal([]byte(body), &list))
	require.Len(t, list.Data, 3)
	assert.Equal(t, "llama", list.Data[0].ID)
	assert.Nil(t, list.Data[0].Parent)
	assert.Equal(t, 2048, *list.Data[0].MaxModelLen)
	assert.Equal(t, "adapter-1", list.Data[2].ID)
	assert.Equal(t, "llama", *list.Data[2].Parent)
}

func TestARequestIsNamedByItsClient(t *testing.T) {
	r := start(t, engine.Config{}, server.Config{})
	for id, kept := range map[string]bool{
		"trace-17": true, strings.Repeat("x", 128): true, strings.Repeat("x", 129): false, `"quoted"\`: true,
	} {
		request := r.request(completions, `{"prompt":"x","max_tokens":1}`)
		request.Header.Set("X-Request-Id", id)
		request.Header.Set("Idempotency-Key", "k")
		response, err := r.client.Do(request)
		require.NoError(t, err)
		var c openai.Completion
		require.NoError(t, json.Unmarshal(r.read(response), &c))
		assert.Equal(t, kept, c.ID == "cmpl-"+id, c.ID)
	}
}
