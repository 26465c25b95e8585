package server_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/testbed/engine"
	"github.com/tailgate-go/tailgate/internal/testbed/server"
)

const conversation = `"messages":[{"role":"user","content":"hi"}]`

func TestWhatCannotBeServedIsRefusedByName(t *testing.T) {
	long := strings.Repeat("word ", 2048)
	ids := strings.Repeat("1,", 2048) + "1"
	r := start(t, twoAdapters, server.Config{Model: "llama"})
	for name, c := range map[string]struct {
		path, body string
		status     int
		param      string
		message    string // a part of it
	}{
		"no body":                       {completions, ``, 400, "", "JSON decode error"},
		"half a body":                   {completions, `{"prompt":"x"`, 400, "", "unexpected end of JSON input"},
		"two bodies":                    {completions, `{"prompt":"x"}{}`, 400, "", "after top-level value"},
		"a body that is no object":      {completions, `["x"]`, 400, "", "must be a JSON object, not an array"},
		"a body of null":                {completions, `null`, 400, "prompt", "must be provided"},
		"NaN, which JSON does not have": {completions, `{"prompt":"x","temperature":NaN}`, 400, "", "invalid character 'N'"},
		"a million brackets":            {completions, strings.Repeat("[", 1_000_000), 400, "", "exceeded max depth"},
		"brackets in a field":           {completions, `{"x":` + strings.Repeat("[", 1_000_000), 400, "", "exceeded max depth"},
		"an unknown model":              {completions, `{"model":"gpt","prompt":"x"}`, 404, "model", "The model `gpt` does not exist."},
		"an unknown adapter":            {chats, `{"model":"adapter-2",` + conversation + `}`, 404, "model", "`adapter-2`"},
		"a line break in the model":     {completions, `{"model":"llama\r\nX-Evil: 1","prompt":"x"}`, 404, "model", "does not exist"},
		"a model name of a megabyte": {
			completions, `{"model":"` + strings.Repeat("m", 1<<20) + `","prompt":"x"}`, 404, "model", "mmm...`",
		},
		"a model that is a number":    {completions, `{"model":1,"prompt":"x"}`, 400, "model", "must not be a number"},
		"no prompt":                   {completions, `{}`, 400, "prompt", "must be provided"},
		"an empty prompt":             {completions, `{"prompt":""}`, 400, "prompt", "not be empty"},
		"an empty list of prompts":    {completions, `{"prompt":[]}`, 400, "prompt", "not be empty"},
		"an empty list of ids":        {completions, `{"prompt":[[]]}`, 400, "prompt", "not be empty"},
		"two prompts":                 {completions, `{"prompt":["a","b"]}`, 400, "prompt", "a list of 2 prompts"},
		"two lists of ids":            {completions, `{"prompt":[[1],[2]]}`, 400, "prompt", "a list of 2 prompts"},
		"a prompt of words and ids":   {completions, `{"prompt":["a",1]}`, 400, "prompt", "prompt must not be an array"},
		"an id beyond the vocabulary": {completions, `{"prompt":[1,32000]}`, 400, "prompt", "prompt[1] is the token id 32000"},
		"an id below 0":               {completions, `{"prompt":[-1]}`, 400, "prompt", "the vocabulary has 0 to 31999"},
		"a prompt too long": {
			completions, `{"prompt":"` + long + `"}`, 400, "prompt", "maximum context length is 2048 tokens",
		},
		"ids too many": {completions, `{"prompt":[` + ids + `]}`, 400, "prompt", "your prompt has 2049 tokens"},
		"a conversation too long": {
			chats, `{"messages":[{"role":"user","content":"` + long + `"}]}`, 400, "messages", "maximum context",
		},
		"more output than fits": {
			completions, `{"prompt":"x","max_tokens":2048}`, 400, "max_tokens", "you requested 2048 output tokens",
		},
		"no output":           {completions, `{"prompt":"x","max_tokens":0}`, 400, "max_tokens", "at least 1, got 0"},
		"less than no output": {completions, `{"prompt":"x","max_tokens":-1}`, 400, "max_tokens", "at least 1, got -1"},
		"no output of a chat": {
			chats, `{"max_completion_tokens":0,` + conversation + `}`, 400, "max_completion_tokens", "at least 1",
		},
		"less than no output of a chat": {chats, `{"max_tokens":-5,` + conversation + `}`, 400, "max_tokens", "got -5"},
		"a limit beyond all numbers": {
			completions, `{"prompt":"x","max_tokens":1e30}`, 400, "max_tokens", "must not be a number 1e30",
		},
		"a limit that is text":        {completions, `{"prompt":"x","max_tokens":"9"}`, 400, "max_tokens", "must not be a string"},
		"a minimum above the maximum": {completions, `{"prompt":"x","min_tokens":17}`, 400, "min_tokens", "max_tokens=16, got 17"},
		"a minimum below 0":           {completions, `{"prompt":"x","min_tokens":-1}`, 400, "min_tokens", "got -1"},
		"a temperature below 0":       {completions, `{"prompt":"x","temperature":-0.1}`, 400, "temperature", "got -0.1"},
		"a top_p of 0":                {completions, `{"prompt":"x","top_p":0}`, 400, "top_p", "got 0"},
		"a top_p above 1":             {completions, `{"prompt":"x","top_p":1.0001}`, 400, "top_p", "(0, 1]"},
		"a seed of more than 64 bits": {completions, `{"prompt":"x","seed":9223372036854775808}`, 400, "seed", "seed must not be"},
		"an empty stop text":          {completions, `{"prompt":"x","stop":["a",""]}`, 400, "stop", "empty string"},
		"seventeen stop texts": {
			completions, `{"prompt":"x","stop":["a"` + strings.Repeat(`,"a"`, 16) + `]}`, 400, "stop", "17 texts",
		},
		"a stop text of a page": {
			completions, `{"prompt":"x","stop":"` + strings.Repeat("s", 257) + `"}`, 400, "stop", "257 bytes",
		},
		"a stop that is a number": {completions, `{"prompt":"x","stop":3}`, 400, "stop", "must not be a number"},
		"stream options and no stream": {
			completions, `{"prompt":"x","stream_options":{"include_usage":true}}`, 400, "stream_options", "stream=True",
		},
		"stream options that are wrong": {
			completions, `{"prompt":"x","stream_options":{"include_usage":"y"}}`, 400, "stream_options.include_usage", "a string",
		},
		"a stream that is text": {completions, `{"prompt":"x","stream":"yes"}`, 400, "stream", "must not be a string"},
		"two choices":           {completions, `{"prompt":"x","n":2}`, 400, "n", "n=2 is not supported"},
		"no choices":            {chats, `{"n":0,` + conversation + `}`, 400, "n", "n=0"},
		"the best of two":       {completions, `{"prompt":"x","best_of":2}`, 400, "best_of", "best_of=2"},
		"an echo":               {completions, `{"prompt":"x","echo":true}`, 400, "echo", "not supported"},
		"logprobs":              {completions, `{"prompt":"x","logprobs":0}`, 400, "logprobs", "logprobs=0 is not supported"},
		"logprobs of a chat":    {chats, `{"logprobs":true,` + conversation + `}`, 400, "logprobs", "not supported"},
		"tools": {
			chats, `{"tools":[{"type":"function"}],` + conversation + `}`, 400, "tools", "leave tools out",
		},
		"a schema": {
			chats, `{"response_format":{"type":"json_object"},` + conversation + `}`, 400, "response_format", "json_object",
		},
		"a penalty":     {completions, `{"prompt":"x","repetition_penalty":1.1}`, 400, "repetition_penalty", "1.1"},
		"a beam search": {completions, `{"prompt":"x","use_beam_search":true}`, 400, "use_beam_search", "not supported"},
		"a long value is cut": {
			completions, `{"prompt":"x","suffix":"` + strings.Repeat("é", 99) + `"}`, 400, "suffix", `é... is not supported`,
		},
		"no messages":           {chats, `{}`, 400, "messages", "at least one"},
		"a message from nobody": {chats, `{"messages":[{"content":"hi"}]}`, 400, "messages", "messages[0].role"},
		"an image": {
			chats, `{"messages":[{"role":"user","content":[{"type":"image_url"}]}]}`, 400, "messages", `"image_url"`,
		},
		"content that is a number": {
			chats, `{"messages":[{"role":"user","content":3}]}`, 400, "messages.content", "must not be a number",
		},
		"a priority beyond 32 bits":      {completions, `{"prompt":"x","priority":2147483648}`, 400, "priority", "2147483648"},
		"a model that names no one else": {completions, `{"model":"llama ","prompt":"x"}`, 404, "model", "`llama `"},
	} {
		t.Run(name, func(t *testing.T) {
			r := r.in(t)
			response := r.post(c.path, c.body)
			assert.Empty(t, response.Header.Get("X-Evil"))
			e := r.error(response)
			assert.Equal(t, c.status, e.Code, e.Message)
			assert.Contains(t, e.Message, c.message)
			assert.Less(t, len(e.Message), 500)
			assert.Equal(t, map[int]string{400: "BadRequestError", 404: "NotFoundError"}[c.status], e.Type)
			if c.param == "" {
				assert.Nil(t, e.Param)
			} else {
				require.NotNil(t, e.Param, e.Message)
				assert.Equal(t, c.param, *e.Param)
			}
		})
	}
	assert.Zero(t, r.engine.Stats().Steps, "nothing of this came to the engine")
}

// Clients send defaults and fields of their own.
func TestWhatAsksForNothingIsLetPass(t *testing.T) {
	r := start(t, engine.Config{}, server.Config{})
	for _, field := range []string{
		`"n":1`, `"n":null`, `"best_of":1`, `"use_beam_search":false`, `"echo":false`, `"logprobs":null`,
		`"logprobs":false`, `"top_p":1.0`,
		`"temperature":0.0`, `"temperature":5`, `"repetition_penalty":1.0`, `"presence_penalty":0`,
		`"frequency_penalty":0.0`, `"top_k":-1`,
		`"min_p":0`, `"stop":[]`, `"stop":null`, `"tools":[]`, `"tool_choice":"none"`,
		`"response_format": { "type" : "text" }`, `"user":"me"`,
		`"logit_bias":{}`, `"suffix":null`, `"request_id":"7"`, `"no_such_field":{"a":[1]}`, `"stream":false`, `"stream":null`,
		`"min_tokens":16`, `"stream_options":null`, `"max_tokens":null`, `"model":""`, `"priority":-1`,
	} {
		var any struct{}
		r.ask(completions, fmt.Sprintf(`{"prompt":"x",%s}`, field), 200, &any)
	}
}

func TestPathsAndMethodsThatAreNotThere(t *testing.T) {
	r := start(t, engine.Config{}, server.Config{})
	for name, c := range map[string]struct {
		method, path, kind, body string
		status                   int
		allow                    string
	}{
		"no such path":                {"GET", "/v2/models", "", "", 404, ""},
		"a path below one":            {"POST", completions + "/x", "application/json", "{}", 404, ""},
		"the root":                    {"GET", "/", "", "", 404, ""},
		"a GET of what is posted":     {"GET", completions, "", "", 405, "POST"},
		"a POST of what is read":      {"POST", "/health", "application/json", "{}", 405, "GET"},
		"a DELETE":                    {"DELETE", "/v1/models", "", "", 405, "GET"},
		"a form":                      {"POST", completions, "application/x-www-form-urlencoded", "prompt=x", 400, ""},
		"a body of no type":           {"POST", completions, "", `{"prompt":"x"}`, 400, ""},
		"a type that cannot be read":  {"POST", chats, "application/json; charset", `{}`, 400, ""},
		"JSON, and it says how it is": {"POST", completions, "Application/JSON; charset=utf-8", `{"prompt":"x"}`, 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := r.in(t)
			request, err := http.NewRequest(c.method, r.url+c.path, strings.NewReader(c.body))
			require.NoError(t, err)
			if c.kind != "" {
				request.Header.Set("Content-Type", c.kind)
			}
			response, err := r.client.Do(request)
			require.NoError(t, err)
			assert.Equal(t, c.status, response.StatusCode)
			assert.Equal(t, c.allow, response.Header.Get("Allow"))
			if c.status >= 400 {
				r.error(response)
			} else {
				r.read(response)
			}
		})
	}
}

func TestABodyHasALimit(t *testing.T) {
	const limit = 1000
	r := start(t, engine.Config{}, server.Config{MaxBodyBytes: limit})
	body := func(length int) string {
		const frame = `{"prompt":"x","user":""}`
		return strings.Replace(frame, `""`, `"`+strings.Repeat("u", length-len(frame))+`"`, 1)
	}
	for name, c := range map[string]struct {
		length int
		status int
	}{
		"exactly the limit is allowed": {limit, 200},
		"one byte more is not":         {limit + 1, 413},
		"nor is a megabyte":            {1 << 20, 413},
	} {
		t.Run(name, func(t *testing.T) {
			r := r.in(t)
			for _, length := range []int64{int64(c.length), -1} { // -1: chunks, whose sum only the end tells
				request := r.request(completions, "")
				request.Body, request.ContentLength = io.NopCloser(strings.NewReader(body(c.length))), length
				response, err := r.client.Do(request)
				require.NoError(t, err)
				require.Equal(t, c.status, response.StatusCode)
				if c.status == 413 {
					e := r.error(response)
					assert.Equal(t, "Request Entity Too Large", e.Type)
					assert.Contains(t, e.Message, "1000 bytes")
				} else {
					r.read(response)
				}
			}
		})
	}
}

func TestAServerIsRefusedThatCannotBe(t *testing.T) {
	e, err := engine.New(engine.Config{Device: quick, Adapters: []string{"a", "b c", "d\r\n"}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	for name, c := range map[string]struct {
		config server.Config
		want   string
	}{
		"without an engine":                {server.Config{}, "Engine is nil"},
		"with an adapter like the base":    {server.Config{Engine: e, Model: "a"}, "the name of the base model"},
		"with blanks in an adapter's name": {server.Config{Engine: e}, `model "b c" has a blank`},
		"with a comma in the base's name":  {server.Config{Engine: e, Model: "x,y"}, `model "x,y" has`},
		"with patience below 0":            {server.Config{Engine: e, Patience: -1}, "Patience is -1ns"},
		"with bodies below 0":              {server.Config{Engine: e, MaxBodyBytes: -1}, "MaxBodyBytes is -1"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := server.New(c.config)
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestAServerIsNotForOtherMachines(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0"} {
		r := build(t, engine.Config{}, server.Config{})
		assert.ErrorContains(t, r.server.Start(address), "set AnyInterface", address)
		require.NoError(t, r.server.Close())
	}
	r := build(t, engine.Config{}, server.Config{AnyInterface: true})
	require.NoError(t, r.server.Start(":0"))
	require.NoError(t, r.server.Close())

	r = build(t, engine.Config{}, server.Config{})
	assert.ErrorContains(t, r.server.Start("127.0.0.1:none"), "server: ")
	require.NoError(t, r.server.Close())
}
