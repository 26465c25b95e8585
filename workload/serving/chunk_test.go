package serving

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/openai"
)

const (
	token = `{"id":"cmpl-1","object":"text_completion","created":1760000000,"model":"m",` +
		`"choices":[{"index":0,"text":" token","logprobs":null,"finish_reason":null,"stop_reason":null}]}`
	chatToken = `{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1760000000,"model":"m",` +
		`"choices":[{"index":0,"delta":{"content":" token"},"logprobs":null,"finish_reason":null}]}`
)

var chunks = []struct {
	name, text string
	want       chunk
}{
	{"a token", token, chunk{model: []byte(`"m"`), hasText: true}},
	{"a token of a chat", chatToken, chunk{model: []byte(`"m"`), hasText: true}},
	{"a role", `{"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}`, chunk{}},
	{"a null content", `{"choices":[{"delta":{"content":null}}]}`, chunk{}},
	{"a thought", `{"choices":[{"delta":{"reasoning_content":"hm"}}]}`, chunk{hasText: true}},
	{"an empty text", `{"choices":[{"text":""}]}`, chunk{}},
	{"an end", `{"choices":[{"text":"","finish_reason":"length"}]}`, chunk{finish: "length"}},
	{"usage alone", `{"choices":[],"usage":{"prompt_tokens":11,"total_tokens":32,"completion_tokens":21}}`,
		chunk{hasUsage: true, promptTokens: 11, completionTokens: 21}},
	{"usage that is null", `{"choices":[{"text":"a"}],"usage":null}`, chunk{hasText: true}},
	{"usage with details", `{"usage":{"completion_tokens_details":{"completion_tokens":9},"completion_tokens":2,"prompt_tokens":1.5}}`,
		chunk{hasUsage: true, completionTokens: 2}},
	{
		"a whole completion",
		`{"choices":[{"index":0,"text":"a b","finish_reason":"stop"}],"usage":{"completion_tokens":2,"prompt_tokens":1}}`, chunk{
			hasText: true, finish: "stop", hasUsage: true, promptTokens: 1, completionTokens: 2,
		},
	},
	{"a whole chat", `{"choices":[{"message":{"role":"assistant","content":"a"},"finish_reason":"stop"}]}`,
		chunk{hasText: true, finish: "stop"}},
	{"the second choice", `{"choices":[{"text":""},{"text":"a","finish_reason":"stop"}]}`, chunk{}},
	{"an error", `{"error": {"message":"gone","code":503}}`, chunk{failure: []byte(`{"error": {"message":"gone","code":503}}`)}},
	{"no error", `{"error": null}`, chunk{}},
	{"tokens from a cache",
		`{"usage":{"prompt_tokens":11,"completion_tokens":1,"prompt_tokens_details":{"audio_tokens":null,"cached_tokens":8}}}`,
		chunk{hasUsage: true, promptTokens: 11, completionTokens: 1, hasCached: true, cachedTokens: 8}},
	{"tokens from a cache, of which nothing is known", `{"usage":{"prompt_tokens":11,"prompt_tokens_details":{"cached_tokens":null}}}`,
		chunk{hasUsage: true, promptTokens: 11}},
	{"tokens from llama.cpp's cache", `{"choices":[{"text":"","finish_reason":"stop"}],"timings":{"cache_n":8,"prompt_n":3}}`,
		chunk{finish: "stop", hasCached: true, cachedTokens: 8}},
	{"tokens from DeepSeek's cache", `{"usage":{"prompt_tokens":11,"completion_tokens":1,"prompt_cache_hit_tokens":0}}`,
		chunk{hasUsage: true, promptTokens: 11, completionTokens: 1, hasCached: true}},
	{"parts of a content",
		`{"choices":[{"delta":{"content":[{"type":"text","text":""},{"type":"text","text":"a"}]}}]}`, chunk{hasText: true}},
	{"parts without text", `{"choices":[{"delta":{"content":[{"type":"text","text":""},{"type":"image","url":"x"}]}}]}`, chunk{}},
	{"a refusal", `{"choices":[{"delta":{"content":null,"refusal":"no"}}]}`, chunk{hasText: true}},
	{"a part that refuses", `{"choices":[{"message":{"content":[{"type":"refusal","refusal":"no"}]}}]}`, chunk{hasText: true}},
	{"a tool's name", `{"choices":[{"delta":{"content":null,"tool_calls":[{"id":"c","function":{"name":"add","arguments":""}}]}}]}`,
		chunk{hasText: true}},
	{"a tool's arguments", `{"choices":[{"delta":{"tool_calls":[{"index":1,"function":{"arguments":"{\"a\""}}]}}]}`,
		chunk{hasText: true}},
	{"the second tool's arguments", `{"choices":[{"delta":{"tool_calls":[{"index":0},{"index":1,"function":{"arguments":"1"}}]}}]}`,
		chunk{hasText: true}},
	{"a function's name", `{"choices":[{"delta":{"function_call":{"name":"add"}}}]}`, chunk{hasText: true}},
	{"a function's arguments", `{"choices":[{"message":{"function_call":{"arguments":"{}"}},"finish_reason":"function_call"}]}`,
		chunk{hasText: true, finish: "function_call"}},
	{"calls without a word",
		`{"choices":[{"delta":{"refusal":"","tool_calls":[{"id":"c","type":"function","function":{"name":null,"arguments":""}}]}}]}`,
		chunk{}},
	{"calls of other shapes",
		`{"choices":[{"delta":{"refusal":null,"tool_calls":{"function":{"name":"a"}},"function_call":"a"}},{}]}`, chunk{}},
	{"tools that are no calls",
		`{"choices":[{"tool_calls":[{"function":{"name":"a"}}],"delta":{"tool_calls":[{"name":"a"},null,[1]]}}]}`, chunk{}},
	{"text elsewhere", `{"text":"a","x":{"choices":[{"text":"a"}]}}`, chunk{}},
	{"escapes and white space", " {\n\t\"choices\" : [ { \"text\" : \"\\u00e9\\n\\\"\" } ] }\r\n", chunk{hasText: true}},
	{"other shapes", `{"choices":{"text":"a"},"usage":[1],"error":null}`, chunk{}},
}

func TestAChunkSays(t *testing.T) {
	for _, c := range chunks {
		got, err := readChunk([]byte(c.text))
		require.NoError(t, err, c.name)
		assert.Equal(t, c.want, got, c.name)
	}
}

func TestWhatIsNoChunkIsRefused(t *testing.T) {
	for _, text := range []string{
		"", "null", "[]", "{", `{"a"`, `{"a":`, `{"a":1`, `{"a":1,}`, `{"a":1}}`, `{"a":1} x`, `{a:1}`, `{"a":01}`, `{"a":1.}`,
		`{"a":.5}`, `{"a":1e}`, `{"a":-}`,
		`{"a":tru}`, `{"a":"b}`, "{\"a\":\"\n\"}", `{"a":"\x"}`, `{"a":"\u12g4"}`, `{"a":[1,]}`, `{"a":[1 2]}`, "<!doctype html>",
		`{"a":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + `}`, `{"usage":{"completion_tokens":}}`, `{"choices":[{"text":}]}`,
		`{"choices":[{"delta":{"tool_calls":[{"function":{"name":}}]}}]}`, `{"choices":[{"delta":{"function_call":{"arguments":"a}}}]}`,
		`{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":` + strings.Repeat("[", 60) + strings.Repeat("]", 60) + `}}]}}]}`,
	} {
		_, err := readChunk([]byte(text))
		assert.ErrorIs(t, err, errSyntax, text)
	}
	_, err := readChunk([]byte(`{"choices": nothing}`))
	assert.EqualError(t, err, `byte 12 of "{\"choices\": nothing}": no JSON`)
}

// depth is how deep a text that is JSON nests.
func depth(text []byte) (deepest int) {
	d, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			d++
			deepest = max(deepest, d)
		case c == '}' || c == ']':
			d--
		}
	}
	return deepest
}

// FuzzChunk holds the scanner to encoding/json: the same texts are JSON, and the same things are in them.
func FuzzChunk(f *testing.F) {
	for _, c := range chunks {
		f.Add([]byte(c.text))
	}
	f.Add([]byte(`{"a":[-0.5e+7,true,false,null,"\ud800"]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := readChunk(text)
		var object map[string]json.RawMessage
		want := json.Unmarshal(text, &object) == nil && object != nil && depth(text) <= maxNesting
		require.Equal(t, want, err == nil, "%q: %v", text, err)
		var completion openai.Completion
		if err != nil || got.failure != nil || json.Unmarshal(text, &completion) != nil {
			return
		}
		canonical, err := json.Marshal(completion)
		require.NoError(t, err)
		got, err = readChunk(canonical)
		require.NoError(t, err)
		hasText, finished := false, false
		if len(completion.Choices) > 0 {
			reason := completion.Choices[0].FinishReason
			hasText, finished = completion.Choices[0].Text != "", reason != nil && *reason != ""
		}
		require.Equal(t, hasText, got.hasText)
		require.Equal(t, finished, got.finish != "")
		require.Equal(t, completion.Usage != nil, got.hasUsage)
		if u := completion.Usage; u != nil && u.CompletionTokens >= 0 && u.CompletionTokens < 1e9 {
			require.Equal(t, u.CompletionTokens, got.completionTokens)
		}
	})
}

func BenchmarkChunk(b *testing.B) {
	for name, text := range map[string]string{"completion": token, "chat": chatToken} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := readChunk([]byte(text)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
