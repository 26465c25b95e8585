package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/tailgate-go/tailgate/internal/openai"
)

// unsupported are fields of the API that this server knows and cannot honour: a client that relies on one of them is told so.
// A value that asks for nothing special is let pass, because clients send defaults.
type unsupported struct {
	N                 json.RawMessage `json:"n"`
	BestOf            json.RawMessage `json:"best_of"`
	Echo              json.RawMessage `json:"echo"`
	Suffix            json.RawMessage `json:"suffix"`
	Logprobs          json.RawMessage `json:"logprobs"`
	TopLogprobs       json.RawMessage `json:"top_logprobs"`
	PromptLogprobs    json.RawMessage `json:"prompt_logprobs"`
	LogitBias         json.RawMessage `json:"logit_bias"`
	PresencePenalty   json.RawMessage `json:"presence_penalty"`
	FrequencyPenalty  json.RawMessage `json:"frequency_penalty"`
	RepetitionPenalty json.RawMessage `json:"repetition_penalty"`
	LengthPenalty     json.RawMessage `json:"length_penalty"`
	TopK              json.RawMessage `json:"top_k"`
	MinP              json.RawMessage `json:"min_p"`
	UseBeamSearch     json.RawMessage `json:"use_beam_search"`
	StopTokenIDs      json.RawMessage `json:"stop_token_ids"`
	IncludeStop       json.RawMessage `json:"include_stop_str_in_output"`
	BadWords          json.RawMessage `json:"bad_words"`
	AllowedTokenIDs   json.RawMessage `json:"allowed_token_ids"`
	TruncatePrompt    json.RawMessage `json:"truncate_prompt_tokens"`
	PromptEmbeds      json.RawMessage `json:"prompt_embeds"`
	ResponseFormat    json.RawMessage `json:"response_format"`
	StructuredOutputs json.RawMessage `json:"structured_outputs"`
	Tools             json.RawMessage `json:"tools"`
	ToolChoice        json.RawMessage `json:"tool_choice"`
	Functions         json.RawMessage `json:"functions"`
	FunctionCall      json.RawMessage `json:"function_call"`
	Modalities        json.RawMessage `json:"modalities"`
	Audio             json.RawMessage `json:"audio"`
}

// check refuses the first field that asks for something.
func (u *unsupported) check() *openai.Error {
	for _, f := range []struct {
		name    string
		value   json.RawMessage
		neutral []string // null is always
	}{
		{"n", u.N, []string{"1"}},
		{"best_of", u.BestOf, []string{"1"}},
		{"echo", u.Echo, []string{"false"}},
		{"suffix", u.Suffix, []string{`""`}},
		{"logprobs", u.Logprobs, []string{"false"}},
		{"top_logprobs", u.TopLogprobs, []string{"0"}},
		{"prompt_logprobs", u.PromptLogprobs, nil},
		{"logit_bias", u.LogitBias, []string{"{}"}},
		{"presence_penalty", u.PresencePenalty, []string{"0"}},
		{"frequency_penalty", u.FrequencyPenalty, []string{"0"}},
		{"repetition_penalty", u.RepetitionPenalty, []string{"1"}},
		{"length_penalty", u.LengthPenalty, []string{"1"}},
		{"top_k", u.TopK, []string{"0", "-1"}},
		{"min_p", u.MinP, []string{"0"}},
		{"use_beam_search", u.UseBeamSearch, []string{"false"}},
		{"stop_token_ids", u.StopTokenIDs, []string{"[]"}},
		{"include_stop_str_in_output", u.IncludeStop, []string{"false"}},
		{"bad_words", u.BadWords, []string{"[]"}},
		{"allowed_token_ids", u.AllowedTokenIDs, nil},
		{"truncate_prompt_tokens", u.TruncatePrompt, nil},
		{"prompt_embeds", u.PromptEmbeds, []string{"[]"}},
		{"response_format", u.ResponseFormat, []string{`{"type":"text"}`}},
		{"structured_outputs", u.StructuredOutputs, nil},
		{"tools", u.Tools, []string{"[]"}},
		{"tool_choice", u.ToolChoice, []string{`"none"`, `"auto"`}},
		{"functions", u.Functions, []string{"[]"}},
		{"function_call", u.FunctionCall, []string{`"none"`, `"auto"`}},
		{"modalities", u.Modalities, []string{`["text"]`}},
		{"audio", u.Audio, nil},
	} {
		if len(f.value) > 0 && !isNeutral(f.value, f.neutral) {
			return openai.NewError(http.StatusBadRequest, f.name,
				fmt.Sprintf("%s=%s is not supported by this server; leave %s out.", f.name, clip(string(f.value)), f.name))
		}
	}
	return nil
}

// isNeutral compares as JSON does: 1.0 is 1, and blanks do not matter.
func isNeutral(value json.RawMessage, neutral []string) bool {
	var compact bytes.Buffer
	if json.Compact(&compact, value) != nil {
		return false
	}
	text := compact.String()
	if text == "null" || slices.Contains(neutral, text) {
		return true
	}
	var number, other float64
	if json.Unmarshal(value, &number) != nil {
		return false
	}
	return slices.ContainsFunc(neutral, func(n string) bool { return json.Unmarshal([]byte(n), &other) == nil && number == other })
}
