// OpenAI's client is most of what the tests of this module compile: minutes under -race, and for Windows, where nothing is run.
//go:build !race && !windows

package server_test

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/testbed/engine"
	"github.com/tailgate-go/tailgate/internal/testbed/server"
)

// official is OpenAI's own client of a server.
func official(r *rig) openai.Client {
	return openai.NewClient(option.WithBaseURL(r.url+"/v1/"), option.WithAPIKey("none"),
		option.WithHTTPClient(r.client), option.WithMaxRetries(0))
}

func TestTheOfficialClientReadsACompletion(t *testing.T) {
	r := start(t, twoAdapters, server.Config{Model: "llama"})
	client := official(r)
	params := openai.CompletionNewParams{
		Model:     "adapter-0",
		Prompt:    openai.CompletionNewParamsPromptUnion{OfString: openai.String("say this is a test")},
		MaxTokens: openai.Int(6),
		Seed:      openai.Int(3),
	}
	whole, err := client.Completions.New(t.Context(), params)
	require.NoError(t, err)
	require.Len(t, whole.Choices, 1)
	assert.Equal(t, openai.CompletionChoiceFinishReasonLength, whole.Choices[0].FinishReason)
	assert.Equal(t, "adapter-0", whole.Model)
	assert.Equal(t, "text_completion", string(whole.Object))
	assert.Equal(t, int64(5), whole.Usage.PromptTokens)
	assert.Equal(t, int64(6), whole.Usage.CompletionTokens)
	assert.Equal(t, int64(11), whole.Usage.TotalTokens)

	params.StreamOptions = openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)}
	stream := client.Completions.NewStreaming(t.Context(), params)
	text, events, reason, usage := "", 0, "", int64(0)
	for stream.Next() {
		events++
		chunk := stream.Current()
		if len(chunk.Choices) == 0 {
			usage = chunk.Usage.CompletionTokens
			continue
		}
		text += chunk.Choices[0].Text
		reason = string(chunk.Choices[0].FinishReason)
	}
	require.NoError(t, stream.Err())
	assert.Equal(t, whole.Choices[0].Text, text)
	assert.Equal(t, 8, events, "six tokens, the finish and the usage")
	assert.Equal(t, "length", reason)
	assert.Equal(t, int64(6), usage)

	params.Prompt = openai.CompletionNewParamsPromptUnion{OfArrayOfTokens: []int64{1, 2, 3}}
	params.StreamOptions = openai.ChatCompletionStreamOptionsParam{}
	params.Stop = openai.CompletionNewParamsStopUnion{OfStringArray: []string{text[3:8]}}
	stopped, err := client.Completions.New(t.Context(), params)
	require.NoError(t, err)
	assert.Equal(t, int64(3), stopped.Usage.PromptTokens)
}

func TestTheOfficialClientReadsAChat(t *testing.T) {
	r := start(t, engine.Config{}, server.Config{})
	client := official(r)
	params := openai.ChatCompletionNewParams{
		Model:               "base",
		Messages:            []openai.ChatCompletionMessageParamUnion{openai.SystemMessage("be brief"), openai.UserMessage("hi")},
		MaxCompletionTokens: openai.Int(4),
		Temperature:         openai.Float(0.5),
		TopP:                openai.Float(0.9),
		N:                   openai.Int(1),
	}
	whole, err := client.Chat.Completions.New(t.Context(), params)
	require.NoError(t, err)
	require.Len(t, whole.Choices, 1)
	assert.Equal(t, "assistant", string(whole.Choices[0].Message.Role))
	assert.Equal(t, "length", whole.Choices[0].FinishReason)
	assert.Equal(t, int64(4), whole.Usage.CompletionTokens)

	params.StreamOptions = openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)}
	stream := client.Chat.Completions.NewStreaming(t.Context(), params)
	var sum openai.ChatCompletionAccumulator
	for stream.Next() {
		require.True(t, sum.AddChunk(stream.Current()), "a chunk that does not belong to the one before it")
	}
	require.NoError(t, stream.Err())
	require.Len(t, sum.Choices, 1)
	assert.Equal(t, whole.Choices[0].Message.Content, sum.Choices[0].Message.Content)
	assert.Equal(t, "assistant", string(sum.Choices[0].Message.Role))
	assert.Equal(t, "length", sum.Choices[0].FinishReason)
	assert.Equal(t, whole.Usage.TotalTokens, sum.Usage.TotalTokens)
}

func TestTheOfficialClientListsTheModels(t *testing.T) {
	r := start(t, twoAdapters, server.Config{Model: "llama"})
	client := official(r)
	pages := client.Models.ListAutoPaging(t.Context())
	var names []string
	for pages.Next() {
		names = append(names, pages.Current().ID)
		assert.Equal(t, "model", string(pages.Current().Object))
	}
	require.NoError(t, pages.Err())
	assert.Equal(t, []string{"llama", "adapter-0", "adapter-1"}, names)
}

func TestTheOfficialClientReadsErrors(t *testing.T) {
	r := start(t, engine.Config{}, server.Config{MaxBodyBytes: 1000})
	client := official(r)
	say := func(model, text string, n int64) openai.ChatCompletionNewParams {
		return openai.ChatCompletionNewParams{
			Model: openai.ChatModel(model), N: openai.Int(n), MaxTokens: openai.Int(2),
			Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(text)},
		}
	}
	for name, c := range map[string]struct {
		params      openai.ChatCompletionNewParams
		status      int
		kind, param string
	}{
		"an unknown model": {say("gpt", "hi", 1), http.StatusNotFound, "NotFoundError", "model"},
		"two choices":      {say("base", "hi", 2), http.StatusBadRequest, "BadRequestError", "n"},
		"a body that is big": {
			say("base", string(make([]byte, 1000)), 1), http.StatusRequestEntityTooLarge, "Request Entity Too Large", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client.Chat.Completions.New(t.Context(), c.params)
			var e *openai.Error
			require.True(t, errors.As(err, &e), "%v", err)
			assert.Equal(t, c.status, e.StatusCode)
			assert.Equal(t, c.kind, e.Type)
			assert.Equal(t, c.param, e.Param)
			assert.NotEmpty(t, e.Message)

			stream := client.Chat.Completions.NewStreaming(t.Context(), c.params)
			assert.False(t, stream.Next())
			require.True(t, errors.As(stream.Err(), &e))
			assert.Equal(t, c.status, e.StatusCode)
		})
	}
}

func TestTheOfficialClientReadsAnErrorInAStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, end := startPipes(t, engine.Config{Device: breaks{engine.Clock{Base: time.Second}, 5}}, server.Config{})
		defer end()
		client := official(r)
		stream := client.Completions.NewStreaming(t.Context(), openai.CompletionNewParams{
			Model: "base", MaxTokens: openai.Int(50), Prompt: openai.CompletionNewParamsPromptUnion{OfString: openai.String("x")},
		})
		events := 0
		for stream.Next() {
			events++
			assert.Len(t, stream.Current().Choices, 1)
		}
		assert.Equal(t, 4, events)
		assert.ErrorContains(t, stream.Err(), "out of memory")
		require.NoError(t, stream.Close())
	})
}
