package openai

// CompletionRequest is the body of POST /v1/completions. A nil pointer means that the client did not say: the server's default
// holds.
type CompletionRequest struct {
	Prompt Prompt `json:"prompt"`
	// MaxTokens is the most tokens to generate; vLLM's default is 16.
	MaxTokens *int `json:"max_tokens,omitempty"`
	Sampling
}

// ChatRequest is the body of POST /v1/chat/completions. A nil pointer means that the client did not say: the server's default
// holds.
type ChatRequest struct {
	Messages []Message `json:"messages"`
	// MaxTokens is the old name of MaxCompletionTokens, which wins. The default is what the model's length leaves after the prompt.
	MaxTokens           *int `json:"max_tokens,omitempty"`
	MaxCompletionTokens *int `json:"max_completion_tokens,omitempty"`
	Sampling
}

// Sampling is what both kinds of requests have: which model is to generate, how, until when, and how the client wants to hear
// of it.
type Sampling struct {
	// Model is the base model or an adapter; empty is the base model.
	Model string `json:"model,omitempty"`
	// Stream asks for server-sent events, one a token.
	Stream        bool           `json:"stream,omitempty"`
	StreamOptions *StreamOptions `json:"stream_options,omitempty"`
	// Temperature is 0 (greedy) to 2; the default is 1.
	Temperature *float64 `json:"temperature,omitempty"`
	// TopP is above 0, to 1; the default is 1.
	TopP *float64 `json:"top_p,omitempty"`
	Seed *int64   `json:"seed,omitempty"`
	Stop Stop     `json:"stop,omitempty"`
	// MinTokens and IgnoreEOS are vLLM's: tokens before which, and whether at all, an end-of-sequence token is generated.
	MinTokens int  `json:"min_tokens,omitempty"`
	IgnoreEOS bool `json:"ignore_eos,omitempty"`
	// Priority is vLLM's: lower is served earlier; the default is 0.
	Priority int `json:"priority,omitempty"`
}

// StreamOptions are options of a stream.
type StreamOptions struct {
	// IncludeUsage asks for one event more before the end, with the usage and no choices.
	IncludeUsage bool `json:"include_usage,omitempty"`
	// ContinuousUsageStats is vLLM's: every event carries the usage so far.
	ContinuousUsageStats bool `json:"continuous_usage_stats,omitempty"`
}

// Message is one turn of a conversation.
type Message struct {
	Role    string  `json:"role"`
	Content Content `json:"content"`
}
