package openai

// Completion is the answer to a CompletionRequest, and each event of its stream.
type Completion struct {
	ID      string             `json:"id"`      // "cmpl-" and the request's id
	Object  string             `json:"object"`  // "text_completion"
	Created int64              `json:"created"` // Unix time in seconds
	Model   string             `json:"model"`   // the base model or the adapter that answered
	Choices []CompletionChoice `json:"choices"` // empty in the event that has the usage of a stream
	Usage   *Usage             `json:"usage,omitempty"`
}

// CompletionChoice is the one choice of a completion, or what an event adds to its text.
type CompletionChoice struct {
	Index        int       `json:"index"`
	Text         string    `json:"text"`
	Logprobs     *struct{} `json:"logprobs"`      // null
	FinishReason *string   `json:"finish_reason"` // "stop" or "length"; null in the events of a stream until the end
	StopReason   *string   `json:"stop_reason"`   // the text of stop that was met; null when none was
}

// ChatCompletion is the answer to a ChatRequest that does not ask for a stream.
type ChatCompletion struct {
	ID      string       `json:"id"`      // "chatcmpl-" and the request's id
	Object  string       `json:"object"`  // "chat.completion"
	Created int64        `json:"created"` // Unix time in seconds
	Model   string       `json:"model"`   // the base model or the adapter that answered
	Choices []ChatChoice `json:"choices"`
	Usage   *Usage       `json:"usage"`
}

// ChatChoice is the one choice of a chat completion.
type ChatChoice struct {
	Index        int       `json:"index"`
	Message      Message   `json:"message"`
	Logprobs     *struct{} `json:"logprobs"`      // null
	FinishReason *string   `json:"finish_reason"` // "stop" or "length"
	StopReason   *string   `json:"stop_reason"`   // the text of stop that was met; null when none was
}

// ChatChunk is each event of the stream that answers a ChatRequest. The first has the role, with empty content.
type ChatChunk struct {
	ID      string        `json:"id"`
	Object  string        `json:"object"` // "chat.completion.chunk"
	Created int64         `json:"created"`
	Model   string        `json:"model"`
	Choices []DeltaChoice `json:"choices"` // empty in the event that has the usage
	Usage   *Usage        `json:"usage,omitempty"`
}

// DeltaChoice is what an event adds to the one choice of a chat completion.
type DeltaChoice struct {
	Index        int       `json:"index"`
	Delta        Delta     `json:"delta"`
	Logprobs     *struct{} `json:"logprobs"` // null
	FinishReason *string   `json:"finish_reason"`
	StopReason   *string   `json:"stop_reason,omitempty"`
}

// Delta is what an event adds to a message.
type Delta struct {
	Role    string  `json:"role,omitempty"`
	Content *string `json:"content,omitempty"`
}

// Usage counts the tokens of a request.
type Usage struct {
	PromptTokens     int `json:"prompt_tokens"`
	TotalTokens      int `json:"total_tokens"`
	CompletionTokens int `json:"completion_tokens"`
}

// NewUsage is the usage of a request with this many tokens in its prompt and its completion.
func NewUsage(prompt, completion int) *Usage {
	return &Usage{PromptTokens: prompt, TotalTokens: prompt + completion, CompletionTokens: completion}
}

// ModelList is the answer to GET /v1/models.
type ModelList struct {
	Object string  `json:"object"` // "list"
	Data   []Model `json:"data"`   // the base model, then its adapters
}

// Model is a base model or an adapter.
type Model struct {
	ID          string  `json:"id"`
	Object      string  `json:"object"`  // "model"
	Created     int64   `json:"created"` // Unix time in seconds
	OwnedBy     string  `json:"owned_by"`
	Root        string  `json:"root"`
	Parent      *string `json:"parent"`        // the base model of an adapter; null for a base model
	MaxModelLen *int    `json:"max_model_len"` // tokens of prompt and completion together; null for an adapter
}
