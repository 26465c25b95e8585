package server

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/tailgate-go/tailgate/internal/openai"
)

// reply is who answers, and in which shape: it makes the bodies and the events of one request.
type reply struct {
	chat    bool
	id      string
	created int64 // Unix time in seconds
	model   string
	prompt  int  // tokens
	running bool // every event carries the usage so far

	// An event that adds a text is head, the text in JSON, tail: all but the text is the same in every event of a stream.
	head, tail []byte
	event      []byte
}

// newReply names a reply. The id is without its prefix.
func newReply(chat bool, id, model string, created int64, promptTokens int) *reply {
	r := &reply{chat: chat, id: "cmpl-" + id, created: created, model: model, prompt: promptTokens}
	if chat {
		r.id = "chatcmpl-" + id
	}
	return r
}

// text is the event that adds text to the choice. It is good until the next event.
func (r *reply) text(text []byte, tokens int) []byte {
	if r.head == nil {
		r.split()
	}
	r.event = append(r.event[:0], r.head...)
	r.event = appendJSON(r.event, text)
	r.event = append(r.event, r.tail...)
	if r.running {
		r.event = r.event[:len(r.event)-1]
		r.event = append(r.event, `,"usage":{"prompt_tokens":`...)
		r.event = strconv.AppendInt(r.event, int64(r.prompt), 10)
		r.event = append(r.event, `,"total_tokens":`...)
		r.event = strconv.AppendInt(r.event, int64(r.prompt+tokens), 10)
		r.event = append(r.event, `,"completion_tokens":`...)
		r.event = strconv.AppendInt(r.event, int64(tokens), 10)
		r.event = append(r.event, "}}"...)
	}
	return r.event
}

// split makes head and tail from the event that adds an empty text.
func (r *reply) split() {
	empty := ""
	event := r.chunk(openai.Delta{Content: &empty}, nil, nil, nil)
	key := `"text":"`
	if r.chat {
		key = `"content":"`
	}
	at := bytes.LastIndex(event, []byte(key)) + len(key) // a quote within a name is escaped: no name looks like this
	r.head, r.tail = event[:at:at], event[at:]
}

// role is the first event of a chat.
func (r *reply) role() []byte {
	empty := ""
	return r.chunk(openai.Delta{Role: "assistant", Content: &empty}, nil, nil, r.usageSoFar(0))
}

// finish is the event that ends the choice: why, and the text it still adds.
func (r *reply) finish(text []byte, tokens int, why string, stop *string) []byte {
	rest := string(text)
	return r.chunk(openai.Delta{Content: &rest}, &why, stop, r.usageSoFar(tokens))
}

// usage is the event without choices that a client may ask for.
func (r *reply) usage(tokens int) []byte { return r.marshal(nil, openai.NewUsage(r.prompt, tokens)) }

func (r *reply) usageSoFar(tokens int) *openai.Usage {
	if !r.running {
		return nil
	}
	return openai.NewUsage(r.prompt, tokens)
}

// chunk is an event with one choice.
func (r *reply) chunk(delta openai.Delta, why, stop *string, usage *openai.Usage) []byte {
	if !r.chat {
		return r.marshal(openai.CompletionChoice{Text: *delta.Content, FinishReason: why, StopReason: stop}, usage)
	}
	return r.marshal(openai.DeltaChoice{Delta: delta, FinishReason: why, StopReason: stop}, usage)
}

// marshal is an event with this choice, or none.
func (r *reply) marshal(choice any, usage *openai.Usage) []byte {
	if r.chat {
		c := openai.ChatChunk{
			ID: r.id, Object: "chat.completion.chunk", Created: r.created, Model: r.model, Choices: []openai.DeltaChoice{}, Usage: usage,
		}
		if choice != nil {
			c.Choices = append(c.Choices, choice.(openai.DeltaChoice))
		}
		return toJSON(c)
	}
	c := openai.Completion{
		ID: r.id, Object: "text_completion", Created: r.created, Model: r.model, Choices: []openai.CompletionChoice{}, Usage: usage,
	}
	if choice != nil {
		c.Choices = append(c.Choices, choice.(openai.CompletionChoice))
	}
	return toJSON(c)
}

// whole is the body that answers a request without a stream.
func (r *reply) whole(text string, tokens int, why string, stop *string) []byte {
	if r.chat {
		return toJSON(openai.ChatCompletion{
			ID: r.id, Object: "chat.completion", Created: r.created, Model: r.model, Usage: openai.NewUsage(r.prompt, tokens),
			Choices: []openai.ChatChoice{{
				Message:      openai.Message{Role: "assistant", Content: openai.Content{Text: text}},
				FinishReason: &why, StopReason: stop,
			}},
		})
	}
	return r.marshal(openai.CompletionChoice{Text: text, FinishReason: &why, StopReason: stop}, openai.NewUsage(r.prompt, tokens))
}

// toJSON is the JSON of a wire type, which has nothing in it that JSON could not say.
func toJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("server: " + err.Error())
	}
	return b
}

// appendJSON appends text as it stands between the quotes of a JSON string.
func appendJSON(dst, text []byte) []byte {
	for _, b := range text {
		if b < ' ' || b >= 0x7f || b == '"' || b == '\\' || b == '<' || b == '>' || b == '&' {
			quoted := toJSON(string(text))
			return append(dst, quoted[1:len(quoted)-1]...)
		}
	}
	return append(dst, text...)
}
