package server

import (
	"fmt"
	"math"
	"net/http"
	"strings"

	"github.com/tailgate-go/tailgate/internal/openai"
)

// Limits of what a request may ask for.
const (
	maxStops      = 16  // stop texts
	maxStopBytes  = 256 // in each
	completionMax = 16  // tokens that a completion generates unless it says otherwise: vLLM's default
)

// completionBody and chatBody are the bodies of the two kinds of requests.
type completionBody struct {
	openai.CompletionRequest
	unsupported
}

type chatBody struct {
	openai.ChatRequest
	unsupported
}

// job is a request that has been read and understood.
type job struct {
	chat      bool
	prompt    []int
	maxTokens int
	sampling  openai.Sampling
}

// refuse is an error that the client can mend, in the named field.
func refuse(field, format string, args ...any) *openai.Error {
	return openai.NewError(http.StatusBadRequest, field, fmt.Sprintf(format, args...))
}

// completionJob checks a completion request.
func (s *Server) completionJob(b *completionBody) (job, *openai.Error) {
	j := job{sampling: b.Sampling}
	if err := s.check(&b.Sampling, &b.unsupported); err != nil {
		return job{}, err
	}
	switch p := b.Prompt; {
	case p.Count > 1:
		return job{}, refuse("prompt", "prompt is a list of %d prompts; send one prompt a request.", p.Count)
	case len(p.Tokens) > 0:
		for i, id := range p.Tokens {
			if id < 0 || id >= s.words.Size() {
				return job{}, refuse("prompt", "prompt[%d] is the token id %d, where the vocabulary has 0 to %d.", i, id, s.words.Size()-1)
			}
		}
		j.prompt = p.Tokens
	case p.Text == "":
		return job{}, refuse("prompt", "prompt must be provided and not be empty.")
	}
	most := completionMax
	if b.MaxTokens != nil {
		most = *b.MaxTokens
	}
	err := s.fit(&j, "prompt", b.Prompt.Text, "max_tokens", &most)
	return j, err
}

// chatJob checks a chat request. The prompt is the conversation as lines of "role: text", then "assistant:".
func (s *Server) chatJob(b *chatBody) (job, *openai.Error) {
	j := job{chat: true, sampling: b.Sampling}
	if err := s.check(&b.Sampling, &b.unsupported); err != nil {
		return job{}, err
	}
	if len(b.Messages) == 0 {
		return job{}, refuse("messages", "messages must have at least one message.")
	}
	var text strings.Builder
	for i, m := range b.Messages {
		if m.Role == "" {
			return job{}, refuse("messages", "messages[%d].role must be provided.", i)
		}
		if m.Content.Other != "" {
			return job{}, refuse("messages", "messages[%d].content has a part of type %q; this server reads text only.",
				i, clip(m.Content.Other))
		}
		text.WriteString(m.Role + ": " + m.Content.Text + "\n")
	}
	text.WriteString("assistant:")
	field, most := "max_tokens", b.MaxTokens
	if b.MaxCompletionTokens != nil {
		field, most = "max_completion_tokens", b.MaxCompletionTokens
	}
	err := s.fit(&j, "messages", text.String(), field, most)
	return j, err
}

// check refuses what both kinds of requests may ask for in vain.
func (s *Server) check(r *openai.Sampling, u *unsupported) *openai.Error {
	if r.Model != "" && !s.serves(r.Model) {
		return openai.NewError(http.StatusNotFound, "model", fmt.Sprintf("The model `%s` does not exist.", clip(r.Model)))
	}
	if err := u.check(); err != nil {
		return err
	}
	switch {
	case r.StreamOptions != nil && !r.Stream:
		return refuse("stream_options", "Stream options can only be defined when `stream=True`.")
	case r.Temperature != nil && *r.Temperature < 0:
		return refuse("temperature", "temperature must be non-negative, got %v.", *r.Temperature)
	case r.TopP != nil && (*r.TopP <= 0 || *r.TopP > 1):
		return refuse("top_p", "top_p must be in (0, 1], got %v.", *r.TopP)
	case r.MinTokens < 0:
		return refuse("min_tokens", "min_tokens must be greater than or equal to 0, got %d.", r.MinTokens)
	case len(r.Stop) > maxStops:
		return refuse("stop", "stop has %d texts, where %d are the most.", len(r.Stop), maxStops)
	case r.Priority < math.MinInt32 || r.Priority > math.MaxInt32:
		return refuse("priority", "priority must be between %d and %d, got %d.", math.MinInt32, math.MaxInt32, r.Priority)
	}
	for _, stop := range r.Stop {
		if stop == "" {
			return refuse("stop", "stop cannot contain an empty string.")
		}
		if len(stop) > maxStopBytes {
			return refuse("stop", "stop has a text of %d bytes, where %d are the most.", len(stop), maxStopBytes)
		}
	}
	return nil
}

// fit makes the ids of the prompt, which stands in one field, and sees to it that prompt and completion fit into the model.
// The most tokens of the completion stand in another field; nil is whatever the prompt leaves.
func (s *Server) fit(j *job, promptField, text, mostField string, most *int) *openai.Error {
	length := len(j.prompt)
	if length == 0 {
		length = s.words.Count(text)
	}
	left := s.maxLen - length
	if left < 1 {
		return refuse(promptField,
			"This model's maximum context length is %d tokens. However, your prompt has %d tokens, and one is to follow.",
			s.maxLen, length)
	}
	j.maxTokens = left
	if most != nil {
		j.maxTokens = *most
	}
	switch {
	case j.maxTokens < 1:
		return refuse(mostField, "%s must be at least 1, got %d.", mostField, j.maxTokens)
	case j.maxTokens > left:
		return refuse(mostField,
			"This model's maximum context length is %d tokens. However, you requested %d output tokens and your prompt has %d.",
			s.maxLen, j.maxTokens, length)
	case j.sampling.MinTokens > j.maxTokens:
		return refuse("min_tokens", "min_tokens must be less than or equal to %s=%d, got %d.", mostField,
			j.maxTokens, j.sampling.MinTokens)
	}
	if len(j.prompt) == 0 {
		j.prompt = s.words.Encode(text)
	}
	return nil
}

// clip is enough of what the client sent to recognise it.
func clip(text string) string {
	const most = 100 // bytes
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "..."
	}
	return text
}
