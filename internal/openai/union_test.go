package openai_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/openai"
)

func TestAPromptHasFourForms(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want openai.Prompt
	}{
		"a string is one prompt":                     {`"say hi"`, openai.TextPrompt("say hi")},
		"an empty string is one prompt":              {`""`, openai.TextPrompt("")},
		"a list of one string is that prompt":        {`["say hi"]`, openai.TextPrompt("say hi")},
		"of several strings the first and the count": {` [ "one", "two" ]`, openai.Prompt{Text: "one", Count: 2}},
		"a list of numbers is one prompt of ids":     {`[1, 2, 3]`, tokenPrompt(1, 2, 3)},
		"a list of one list of ids is that prompt":   {`[[1,2]]`, tokenPrompt(1, 2)},
		"of several lists the first and the count":   {`[[7],[8,9],[]]`, openai.Prompt{Tokens: []int{7}, Count: 3}},
		"null is no prompt":                          {`null`, openai.Prompt{}},
		"an empty list is no prompt":                 {`[]`, openai.Prompt{Tokens: []int{}}},
	} {
		t.Run(name, func(t *testing.T) {
			r := openai.CompletionRequest{Prompt: openai.TextPrompt("of the request before")}
			require.NoError(t, json.Unmarshal([]byte(`{"prompt":`+c.body+`}`), &r))
			assert.Equal(t, c.want, r.Prompt)
		})
	}
}

func TestAValueOfTheWrongTypeNamesItsField(t *testing.T) {
	for name, c := range map[string]struct {
		field, value string
		into         any
	}{
		"a prompt that is a number":         {"prompt", `5`, &openai.CompletionRequest{}},
		"a prompt that is an object":        {"prompt", `{"text":"hi"}`, &openai.CompletionRequest{}},
		"a prompt of strings and numbers":   {"prompt", `["a", 1]`, &openai.CompletionRequest{}},
		"a prompt of numbers and strings":   {"prompt", `[1, "a"]`, &openai.CompletionRequest{}},
		"a prompt of fractions":             {"prompt", `[1.5]`, &openai.CompletionRequest{}},
		"a prompt of lists of strings":      {"prompt", `[["a"]]`, &openai.CompletionRequest{}},
		"a stop that is a bool":             {"stop", `true`, &openai.CompletionRequest{}},
		"a stop with a number in its list":  {"stop", `["a", 3]`, &openai.ChatRequest{}},
		"a message whose content is a bool": {"messages", `[{"role":"user","content":false}]`, &openai.ChatRequest{}},
		"a part that is no object":          {"messages", `[{"role":"user","content":["hi"]}]`, &openai.ChatRequest{}},
		"a limit that is a string":          {"max_tokens", `"many"`, &openai.ChatRequest{}},
		"a limit that is a fraction":        {"max_tokens", `1.5`, &openai.CompletionRequest{}},
		"a model that is a number":          {"model", `1`, &openai.CompletionRequest{}},
	} {
		t.Run(name, func(t *testing.T) {
			err := json.Unmarshal([]byte(`{"`+c.field+`":`+c.value+`}`), c.into)
			var wrong *json.UnmarshalTypeError
			require.True(t, errors.As(err, &wrong), "%v", err)
			assert.Contains(t, wrong.Field, c.field)
		})
	}
}

func TestContentIsAStringOrPartsOfText(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want openai.Content
	}{
		"a string":                         {`"hi"`, openai.Content{Text: "hi"}},
		"null says nothing":                {`null`, openai.Content{}},
		"no parts say nothing":             {`[]`, openai.Content{}},
		"parts are joined by newlines":     {`[{"type":"text","text":"a"},{"type":"text","text":"b"}]`, openai.Content{Text: "a\nb"}},
		"an image is named, not read":      {`[{"type":"text","text":"a"},{"type":"image_url"}]`, openai.Content{Other: "image_url"}},
		"a part without a type is no text": {`[{"text":"a"}]`, openai.Content{Other: "untyped"}},
		"text after an image is not enough": {
			`[{"type":"input_audio"},{"type":"text","text":"a"}]`, openai.Content{Other: "input_audio"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var m openai.Message
			require.NoError(t, json.Unmarshal([]byte(`{"role":"user","content":`+c.body+`}`), &m))
			assert.Equal(t, c.want, m.Content)
		})
	}
}

func TestAStopIsAStringOrAList(t *testing.T) {
	for body, want := range map[string]openai.Stop{
		`"\n\n"`: {"\n\n"}, `["a","b"]`: {"a", "b"}, `null`: nil, `[]`: {}, `""`: {""},
	} {
		var s openai.Stop
		require.NoError(t, json.Unmarshal([]byte(body), &s), body)
		assert.Equal(t, want, s, body)
	}
}

// What a client of this module writes, a server of this module reads as it was meant.
func TestRequestsSurviveTheWire(t *testing.T) {
	sixteen, half, seed := 16, 0.5, int64(-7)
	sampling := openai.Sampling{
		Model: "adapter-3", Stream: true, StreamOptions: &openai.StreamOptions{IncludeUsage: true},
		Temperature: &half, TopP: &half, Seed: &seed, Stop: openai.Stop{"a", "b"}, MinTokens: 2, IgnoreEOS: true, Priority: 1,
	}
	for name, want := range map[string]openai.CompletionRequest{
		"a text":       {Prompt: openai.TextPrompt("say \"hi\"\n"), MaxTokens: &sixteen, Sampling: sampling},
		"ids":          {Prompt: tokenPrompt(0, 5, 31999), Sampling: sampling},
		"next to none": {Prompt: openai.TextPrompt("")},
	} {
		t.Run(name, func(t *testing.T) {
			body, err := json.Marshal(want)
			require.NoError(t, err)
			var got openai.CompletionRequest
			require.NoError(t, json.Unmarshal(body, &got))
			assert.Equal(t, want, got)
		})
	}
	chat := openai.ChatRequest{
		Messages:            []openai.Message{{Role: "user", Content: openai.Content{Text: "hi"}}},
		MaxCompletionTokens: &sixteen, Sampling: sampling,
	}
	body, err := json.Marshal(chat)
	require.NoError(t, err)
	var got openai.ChatRequest
	require.NoError(t, json.Unmarshal(body, &got))
	assert.Equal(t, chat, got)
}

func FuzzNoRequestBodyPanics(f *testing.F) {
	for _, seed := range []string{
		`{"prompt":[[1],[]]}`, `{"prompt":[`, `{"stop":[1]}`, `{"messages":[{"content":[{}]}]}`, `[`, `{"prompt": [ ] }`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var completion openai.CompletionRequest
		if json.Unmarshal(body, &completion) == nil && completion.Prompt.Tokens != nil && completion.Prompt.Text != "" {
			t.Errorf("%q is both a text and ids", body)
		}
		var chat openai.ChatRequest
		_ = json.Unmarshal(body, &chat)
	})
}

func tokenPrompt(ids ...int) openai.Prompt { return openai.Prompt{Tokens: ids, Count: 1} }
