package serving

import (
	"bytes"
	"strings"
	"time"
)

// read reads what was taken down: the usage that came last, and when the last event that says anything came. ended is not nil when
// the stream ended early.
func (c *capture) read(ended error, reply *Reply) (last chunk, done time.Duration, f *Fault) {
	begin, finish := 0, ""
	var model []byte // of the latest event that says
	for i, m := range c.marks {
		data := c.data[begin:m.end]
		begin = m.end
		if m.kind == failed {
			return last, done, errorEvent(data)
		}
		e, err := readChunk(data)
		if err != nil && m.kind == half {
			break
		}
		if err != nil {
			return last, done, fault(Malformed, "event %d: %v", i+1, err)
		}
		if e.failure != nil {
			return last, done, errorEvent(e.failure)
		}
		if len(e.model) > 0 && !bytes.Equal(e.model, model) {
			model = e.model
			reply.name(model)
		}
		if e.hasText {
			c.texts = append(c.texts, m.at)
		}
		if e.hasText || e.finish != "" {
			done = m.at
		}
		if e.finish != "" && (finish == "" || !succeeds(e.finish)) {
			finish = e.finish
		}
		last.update(e)
	}
	return last, done, c.unfinished(ended, finish, done > 0)
}

// unfinished is what is wrong with a stream in which nothing told of an error.
func (c *capture) unfinished(ended error, finish string, told bool) *Fault {
	switch {
	case finish != "" && !succeeds(finish):
		return aborted(finish)
	case ended != nil:
		return nil // which says what is wrong
	case !told:
		return fault(Malformed, "a stream of %d events, none of which has text or a finish_reason", len(c.marks))
	case finish == "":
		return fault(Truncated, "the stream ended with [DONE] after %d events, none of which has a finish_reason", len(c.marks))
	}
	return nil
}

// succeeds reports whether a reply that ends for the reason is what was asked for: the OpenAI API's, those of TGI, Anthropic's, and
// repetition, with which vLLM ends what goes in circles. All others, such as abort, error and content_filter, are failures.
func succeeds(finish string) bool {
	switch finish {
	case "stop", "length", "tool_calls", "function_call", "eos_token", "stop_sequence", "eos", "end_turn", "max_tokens", "repetition":
		return true
	}
	return false
}

func aborted(finish string) *Fault {
	return fault(Aborted, "the finish_reason is %q, which is no success", printable([]byte(finish)))
}

// brokenOff is the fault of a stream that ended too early. What has no events may be an error by itself.
func (c *capture) brokenOff() *Fault {
	whole := len(c.marks)
	if whole > 0 && c.marks[whole-1].kind == half {
		whole--
	}
	if whole > 0 {
		return fault(Truncated, "the stream ended after %d events without [DONE]", whole)
	}
	if said := errorIn(c.from.kept); said != nil {
		return faultIn(said, 200)
	}
	said := printable(bytes.TrimSpace(c.from.kept))
	return fault(Truncated, "%s", strings.TrimSuffix("the stream ended after 0 events without [DONE]: "+said, ": "))
}
