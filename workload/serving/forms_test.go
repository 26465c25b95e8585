package serving

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// form is a reply as servers send it: what a client must make of it.
type form struct {
	name  string
	body  string
	label string // of the fault; empty: the request is good
	says  string // in the fault; empty where there is none
	texts int    // events with text
}

// ended is a whole stream after one text: its finish_reason and its end.
func ended(finish string) string { return textOf("a") + finishOf(finish) + doneLine }

func finishOf(finish string) string {
	return event(fmt.Sprintf(`{"choices":[{"index":0,"text":"","finish_reason":%q}]}`, finish))
}

// failing is a stream that fails after one text, as servers tell of it, and is ended as if nothing were.
func failing(data string) string { return textOf("a") + data + doneLine }

// chatOf is an event of a chat with this delta.
func chatOf(delta string) string {
	return event(`{"id":"1","object":"chat.completion.chunk","choices":[{"index":0,"delta":` + delta + `,"finish_reason":null}]}`)
}

// toolNamed is the delta with which a call of a tool begins.
const toolNamed = `{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"c","type":"function",` +
	`"function":{"name":"add","arguments":""}}]}`

const chatEnd = `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}` + "\n\n" + doneLine

// streams are forms of streams. Whatever tells of a failure makes the request one that failed, whatever came before and after.
var streams = []form{
	// Ends well.
	{"a completion", ended("length"), "", "", 1},
	{"an end with the last text", event(`{"choices":[{"text":"a","finish_reason":"stop"}]}`) + doneLine, "", "", 1},
	{"an end at a tool's call", ended("tool_calls"), "", "", 1},
	{"an end at a function's call", ended("function_call"), "", "", 1},
	{"TGI's end of sequence", ended("eos_token"), "", "", 1},
	{"TGI's stop sequence", ended("stop_sequence"), "", "", 1},
	{"Anthropic's end of turn", ended("end_turn"), "", "", 1},
	{"usage after the end", textOf("a") + finish + usageOf(1, 1) + doneLine, "", "", 1},
	{"usage before the end", textOf("a") + usageOf(1, 1) + finish + doneLine, "", "", 1},
	{"an empty finish_reason until the end", event(`{"choices":[{"text":"a","finish_reason":""}]}`) + finish + doneLine, "", "", 1},
	{"nothing generated", finish + doneLine, "", "", 0},
	{"no blank line after the end", textOf("a") + finish + "data: [DONE]\n", "", "", 1},
	{"no line end after the end", textOf("a") + finish + "data: [DONE]", "", "", 1},
	{"no blank before the end", textOf("a") + finish + "data:[DONE]\n\n", "", "", 1},
	{"blanks around the end", textOf("a") + finish + "data:  [DONE] \n\n", "", "", 1},
	{"CRLF", strings.ReplaceAll(ended("stop"), "\n", "\r\n"), "", "", 1},
	{"CR", strings.ReplaceAll(ended("stop"), "\n", "\r"), "", "", 1},
	{"a byte order mark", "\ufeff" + ended("stop"), "", "", 1},
	{"comments", ": ping\n\n" + textOf("a") + ":\n: OPENROUTER PROCESSING\n\n" + finish + doneLine, "", "", 1},
	{"pings", "event: ping\ndata: {\"type\":\"ping\"}\n\n" + ended("stop"), "", "", 1},
	{"pings that are no JSON", textOf("a") + "event: ping\ndata: now\n\n" + finish + doneLine, "", "", 1},
	{"data that is empty", "data:\n\n" + textOf("a") + "data: \n\n" + finish + doneLine, "", "", 1},
	{"ids, times and types", "retry: 10\n\nid: 1\nevent: message\n" + textOf("a") + "id: 2\n" + finish + doneLine, "", "", 1},
	{"a chat", chatOf(`{"role":"assistant","content":""}`) + chatOf(`{"content":"a"}`) + chatEnd, "", "", 1},
	{"thoughts", chatOf(`{"reasoning_content":"a"}`) + chatOf(`{"reasoning":"a"}`) + chatOf(`{"content":"a"}`) + chatEnd, "", "", 3},
	{"parts", chatOf(`{"content":[{"type":"text","text":"a"}]}`) + chatOf(`{"content":[]}`) + chatEnd, "", "", 1},
	{"parts with thoughts", chatOf(`{"content":[{"type":"thinking","thinking":[{"type":"text","text":"a"}]}]}`) + chatEnd, "", "", 1},
	{"a call of a tool", chatOf(toolNamed) + chatOf(`{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\": 1}"}}]}`) +
		finishOf("tool_calls") + doneLine, "", "", 2},
	{"a call of a function", chatOf(`{"role":"assistant","content":null,"function_call":{"name":"add","arguments":""}}`) +
		chatOf(`{"function_call":{"arguments":"{}"}}`) + finishOf("function_call") + doneLine, "", "", 2},
	{"a refusal", chatOf(`{"role":"assistant","content":""}`) + chatOf(`{"refusal":"I will not"}`) + chatEnd, "", "", 1},
	{"calls and refusals that are none", chatOf(`{"content":"a","refusal":null,"tool_calls":null,"function_call":null}`) +
		chatOf(`{"refusal":"","tool_calls":[],"function_call":{}}`) + chatOf(`{"tool_calls":[{"index":0,"id":"c","type":"function"}]}`) +
		chatOf(`{"tool_calls":[{"index":0,"function":{"name":null,"arguments":""}}]}`) + chatEnd, "", "", 1},
	{"a text that looks like an error", textOf(`{"error":{"message":"no"}}`) + finish + doneLine, "", "", 1},
	{"a text that looks like an end", textOf("data: [DONE]") + finish + doneLine, "", "", 1},
	{"errors that are none", event(`{"error":null,"choices":[{"text":"a","error":{}}]}`) +
		event(`{"error":"","errors":[],"choices":[]}`) +
		event(`{"error":false,"error_code":0,"detail":null,"message":"","choices":[]}`) + finish + doneLine, "", "", 1},
	{"a code of success", event(`{"code":200,"message":"ok","choices":[{"text":"a"}]}`) + finish + doneLine, "", "", 1},
	{"a message beside text", event(`{"message":"hello","code":0,"choices":[{"text":"a"}]}`) + finish + doneLine, "", "", 1},
	{"progress without choices", event(`{"status":"processing","object":"chat.completion.chunk"}`) + ended("stop"), "", "", 1},

	// Tells of an error.
	{"an event of type error", failing("event: error\ndata: {\"message\":\"replica died\",\"code\":503}\n\n"),
		"status 503", "replica died", 1},
	{"an event of type error, without a code", failing("event: error\ndata: {\"message\":\"replica died\"}\n\n"),
		"truncated", "replica died", 1},
	{"an event of type error that is no JSON", failing("event: error\ndata: overloaded\n\n"), "truncated", "overloaded", 1},
	{"an event of type error without data", failing("event: error\n\n"), "truncated", "the stream ended with an error", 1},
	{"an event of type error that says nothing of one", failing("event: error\ndata: {}\n\n"), "truncated", "ended with an error", 1},
	{"a type after the data", failing("data: {\"message\":\"replica died\"}\nevent: error\n\n"), "truncated", "replica died", 1},
	{"an error line of llama.cpp", failing("error: {\"code\":500,\"message\":\"slot lost\",\"type\":\"server_error\"}\n\n"),
		"status 500", "slot lost", 1},
	{"an error object", failing(event(`{"error":{"message":"replica died","code":500}}`)), "status 500", "replica died", 1},
	{"an error object whose code is a text", failing(event(`{"error":{"message":"busy","code":"429"}}`)), "status 429", "busy", 1},
	{"an error object whose code is a word", failing(event(`{"error":{"message":"busy","code":"rate_limit_exceeded"}}`)),
		"truncated", "busy", 1},
	{"an error object with a status", failing(event(`{"error":{"message":"busy","status":429}}`)), "status 429", "busy", 1},
	{"an error and a code beside it", failing(event(`{"error":"busy","status_code":429}`)), "status 429", "busy", 1},
	{"an error that is a text", failing(event(`{"error":"out of memory"}`)), "truncated", "out of memory", 1},
	{"an error of TGI", failing(event(`{"error":"Model is overloaded","error_type":"overloaded"}`)),
		"truncated", "Model is overloaded", 1},
	{"an error within an error", failing(event(`{"error":{"error":{"message":"inner","code":502}}}`)), "status 502", "inner", 1},
	{"errors", failing(event(`{"errors":[{"message":"first"},{"message":"second"}]}`)), "truncated", "first", 1},
	{"an error code and its words", failing(event(`{"error_code":336003,"error_msg":"too long"}`)), "truncated", "too long", 1},
	{"object error, of vLLM",
		failing(event(`{"object":"error","message":"engine is dead","type":"InternalServerError","param":null,"code":500}`)),
		"status 500", "engine is dead", 1},
	{"object error without a code", failing(event(`{"object":"error","message":"engine is dead","code":null}`)),
		"truncated", "engine is dead", 1},
	{"type error", failing(event(`{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`)),
		"truncated", "Overloaded", 1},
	{"a message and a code", failing(event(`{"message":"worker lost","code":502}`)), "status 502", "worker lost", 1},
	{"a message alone", failing(event(`{"message":"upstream timed out"}`)), "truncated", "upstream timed out", 1},
	{"a code and a msg", failing(event(`{"code":503,"msg":"no worker"}`)), "status 503", "no worker", 1},
	{"a code alone", failing(event(`{"code":500}`)), "status 500", "code", 1},
	{"a detail", failing(event(`{"detail":"Internal Server Error"}`)), "truncated", "Internal Server Error", 1},
	{"a detail of FastAPI", failing(event(`{"detail":[{"loc":["body"],"msg":"field required","type":"missing"}]}`)),
		"truncated", "field required", 1},
	{"a problem of RFC 9457", failing(event(`{"type":"about:blank","title":"Too Many Requests","status":429}`)),
		"status 429", "Too Many Requests", 1},
	{"an error in the choice", event(`{"choices":[{"text":"a"}]}`) +
		event(`{"choices":[{"index":0,"delta":{},"finish_reason":"error","error":{"code":502,"message":"provider lost"}}]}`) + doneLine,
		"status 502", "provider lost", 1},
	{"an error beside choices", failing(event(`{"error":{"message":"late"},"choices":[{"text":"","finish_reason":"stop"}]}`)),
		"truncated", "late", 1},
	{"object error beside choices", failing(event(`{"object":"error","message":"late","choices":[]}`)), "truncated", "late", 1},
	{"an error at once", event(`{"error":{"message":"no room","code":429}}`) + doneLine, "status 429", "no room", 0},
	{"an error after the end of the text", textOf("a") + finish + event(`{"error":{"message":"late","code":500}}`) + doneLine,
		"status 500", "late", 1},
	{"an error without a blank line, and no more", textOf("a") + `data: {"error":{"message":"died","code":500}}`,
		"status 500", "died", 1},
	{"an error, and no more", textOf("a") + event(`{"error":{"message":"died"}}`), "truncated", "died", 1},

	// Ends for a reason that is no success.
	{"abort", ended("abort"), "aborted", `"abort"`, 1},
	{"error", ended("error"), "aborted", `"error"`, 1},
	{"content_filter", ended("content_filter"), "aborted", `"content_filter"`, 1},
	{"cancelled", ended("cancelled"), "aborted", `"cancelled"`, 1},
	{"a reason that nobody knows", ended("brown-out"), "aborted", `"brown-out"`, 1},
	{"abort after stop", textOf("a") + finish + finishOf("abort") + doneLine, "aborted", `"abort"`, 1},
	{"abort before stop", textOf("a") + finishOf("abort") + finish + doneLine, "aborted", `"abort"`, 1},
	{"abort, and no end", textOf("a") + finishOf("abort"), "aborted", `"abort"`, 1},

	// Ends too early, or is none.
	{"an end without a finish_reason", textOf("a") + doneLine,
		"truncated", "[DONE] after 1 events, none of which has a finish_reason", 1},
	{"an end without a finish_reason, and usage", textOf("a") + usageOf(1, 1) + doneLine,
		"truncated", "none of which has a finish_reason", 1},
	{"a finish_reason that is null to the end", textOf("a") + textOf("b") + doneLine,
		"truncated", "none of which has a finish_reason", 2},
	{"no end", textOf("a") + finish, "truncated", "the stream ended after 2 events without [DONE]", 1},
	{"no end, after an event cut off", textOf("a") + `data: {"choi`, "truncated", "the stream ended after 1 events without [DONE]", 1},
	{"no event", "", "truncated", "the stream ended after 0 events without [DONE]", 0},
	{"an end and nothing before", doneLine, "malformed", "none of which has text or a finish_reason", 0},
	{"a role and an end", roleOnly + doneLine, "malformed", "none of which has text or a finish_reason", 0},
	{"an error in plain JSON", `{"error":{"message":"no such model","code":404}}`, "status 404", "no such model", 0},
	{"an error in plain JSON, without a code", `{"object":"error","message":"no such model"}`, "status 200", "no such model", 0},
	{"an error in plain text", "Internal Server Error", "truncated", "[DONE]: Internal Server Error", 0},
	{"one event, for want of blank lines", strings.ReplaceAll(ended("stop"), "\n\n", "\n"), "truncated", "without [DONE]", 0},
	{"two events in one, for want of a blank line", strings.Replace(ended("stop"), "\n\n", "\n", 1), "malformed", "no JSON", 0},
	{"data that is no JSON", textOf("a") + event("oops") + finish + doneLine, "malformed", `event 2: byte 0 of "oops"`, 1},
	{"data that is null", textOf("a") + event("null") + finish + doneLine, "malformed", `event 2: byte 0 of "null"`, 1},
}

// bodies are forms of replies that are no streams.
var bodies = []form{
	{"a completion", `{"choices":[{"text":"a","finish_reason":"length"}]}`, "", "", 1},
	{"a chat of parts", `{"choices":[{"message":{"content":[{"type":"text","text":"a"}]},"finish_reason":"stop"}]}`, "", "", 1},
	{"a chat that calls a tool", `{"choices":[{"message":` + toolNamed + `,"finish_reason":"tool_calls"}]}`, "", "", 1},
	{"a chat that refuses", `{"choices":[{"message":{"content":null,"refusal":"no"},"finish_reason":"stop"}]}`, "", "", 1},
	{"an error object", `{"error":{"message":"sorry"}}`, "status 200", "sorry", 0},
	{"an error object with a code", `{"error":{"message":"sorry","code":503}}`, "status 503", "sorry", 0},
	{"object error", `{"object":"error","message":"sorry","code":400}`, "status 400", "sorry", 0},
	{"a detail", `{"detail":"sorry"}`, "status 200", "sorry", 0},
	{"a message", `{"message":"sorry"}`, "status 200", "sorry", 0},
	{"abort", `{"choices":[{"text":"a","finish_reason":"abort"}]}`, "aborted", `"abort"`, 0},
	{"no finish_reason", `{"choices":[{"text":"a","finish_reason":null}]}`, "truncated", "the reply has no finish_reason", 0},
	{"another kind", `{"object":"list","data":[]}`, "malformed", "neither text nor a finish_reason", 0},
}

func (f form) check(t *testing.T, kind string, stream bool) {
	t.Helper()
	answer := replies(http.StatusOK, kind, f.body)
	f.checkBy(t, loopback(t, answer), stream)
	target, _ := secure(t, true, answer) // HTTP/2
	f.checkBy(t, clientOf(t, target), stream)
}

func (f form) checkBy(t *testing.T, client *Client, stream bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	got, err := client.Do(ctx, []byte(`{}`), stream, time.Time{})
	if f.label == "" {
		require.NoError(t, err)
		assert.Equal(t, f.texts, got.Texts)
		assert.Zero(t, client.endings.late())
		return
	}
	var fault *Fault
	require.ErrorAs(t, err, &fault)
	assert.Equal(t, f.label, fault.Label(), err)
	assert.ErrorContains(t, err, f.says)
	assert.NotContains(t, err.Error(), "\n")
	if stream {
		assert.Equal(t, f.texts, got.Texts, "what was measured before")
	}
}

func TestAStreamIsGoodIfItEndedWell(t *testing.T) {
	assert.GreaterOrEqual(t, len(streams), 60)
	for _, f := range streams {
		t.Run(f.name, func(t *testing.T) { f.check(t, sseKind, true) })
	}
}

func TestAReplyIsGoodIfItEndedWell(t *testing.T) {
	for _, f := range bodies {
		t.Run(f.name, func(t *testing.T) { f.check(t, jsonKind, false) })
	}
}

// A reply of another type than was asked for is a fault in any case; where it says what went wrong, that is told.
func TestAnErrorInAReplyOfAnotherTypeIsTold(t *testing.T) {
	for _, c := range []struct {
		kind   string
		stream bool
		form   form
	}{
		{jsonKind, true, form{"an error for a stream", `{"error":{"message":"busy","code":429}}`, "status 429", "busy", 0}},
		{"application/problem+json", true, form{"a problem", `{"title":"Too Many Requests","status":429}`, "status 429", "Too Many", 0}},
		{"text/plain", true, form{"an error in plain text", `{"detail":"busy"}`, "status 200", "busy", 0}},
		{sseKind, false, form{"an event for a body", event(`{"error":{"message":"busy"}}`) + doneLine, "status 200", "busy", 0}},
		{sseKind, false, form{"an error line", "error: {\"message\":\"busy\",\"code\":503}\n\n", "status 503", "busy", 0}},
		{jsonKind, true, form{"a completion", `{"choices":[{"text":"a"}]}`, "malformed", "text/event-stream was asked for", 0}},
		{sseKind, false, form{"a stream", ended("stop"), "malformed", "application/json was asked for", 0}},
	} {
		t.Run(c.form.name, func(t *testing.T) { c.form.check(t, c.kind, c.stream) })
	}
}

// The words of an error with a status are taken from whatever form it has.
func TestAnErrorWithAStatusSaysWhatItsBodySays(t *testing.T) {
	for body, says := range map[string]string{
		`{"error":{"message":"queue is full","code":500}}`:       "status 429: queue is full",
		`{"error":"queue is full"}`:                              "status 429: queue is full",
		`{"object":"error","message":"queue is full"}`:           "status 429: queue is full",
		`{"detail":"queue is full"}`:                             "status 429: queue is full",
		`{"detail":[{"loc":["body"],"msg":"field required"}]}`:   "status 429: field required",
		`{"message":"queue is full"}`:                            "status 429: queue is full",
		`{"errors":["queue is full"]}`:                           "status 429: queue is full",
		`{"title":"Too Many Requests","detail":"queue is full"}`: "status 429: queue is full",
		`[{"error":{"message":"queue is full"}}]`:                "status 429: queue is full",
		"queue is full":        "status 429: queue is full",
		`{"retry_after":"12"}`: `status 429: {"retry_after":"12"}`,
		strings.Repeat(`{"error":`, 9) + "1" + strings.Repeat("}", 9): "status 429: {",
	} {
		_, err := loopback(t, replies(429, jsonKind, body)).Do(t.Context(), []byte(`{}`), true, time.Time{})
		assert.ErrorContains(t, err, says, body)
	}
}
