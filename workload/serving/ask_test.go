package serving

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAReplyIsOfTheModelThatWasAskedFor(t *testing.T) {
	for _, c := range []struct {
		name, asked, replied string // replied in JSON
		want                 bool
	}{
		{"the same", "m", `"m"`, true},
		{"another", "adapter-1", `"adapter-0"`, false},
		{"the base model in the place of an adapter", "adapter-1", `"m"`, false},
		{"one whose name goes on", "m", `"m-mini"`, false},
		{"a dated version", "m", `"m-2026-11-29"`, true},
		{"more than a date", "m", `"m-2026-11-29-mini"`, false},
		{"none said", "m", `null`, true},
		{"an empty name", "m", `""`, true},
		{"no name", "m", `7`, true},
		{"with what JSON escapes", `a"b`, `"a\"b"`, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, stream := range []bool{true, false} {
				kind, body := jsonKind, `{"model":`+c.replied+`,"choices":[{"text":"a","finish_reason":"stop"}]}`
				if stream {
					kind, body = sseKind, "data: "+`{"model":`+c.replied+`,"choices":[{"text":"a"}]}`+"\n\n"+finish+doneLine
				}
				client := loopback(t, replies(200, kind, body))
				request := Request{Model: c.asked, Prompt: "a", MaxTokens: 1, Stream: stream}
				_, err := client.Ask(t.Context(), request, time.Time{})
				if c.want {
					require.NoError(t, err)
					continue
				}
				var f *Fault
				require.ErrorAs(t, err, &f)
				assert.Equal(t, OtherModel, f.Kind)
				assert.True(t, f.lasts())
				client.anyModel = true
				_, err = client.Ask(t.Context(), request, time.Time{})
				assert.NoError(t, err)
			}
		})
	}
}

// Whatever event says that it is of another model, the reply is not of the one that was asked for.
func TestNoPartOfAReplyIsOfAnotherModel(t *testing.T) {
	of := func(model string) string { return event(`{"model":"` + model + `","choices":[{"text":"a"}]}`) }
	for _, c := range []struct {
		name, events string
		want         bool
	}{
		{"all of it", of("m") + of("m"), true},
		{"a dated version, and then not", of("m-2026-11-29") + of("m"), true},
		{"a part that does not say", of("m") + textOf("a") + of(""), true},
		{"the last", of("m") + of("m") + of("m-mini"), false},
		{"the middle", of("m") + of("other") + of("m"), false},
		{"after one that does not say", textOf("a") + of("m") + of("other"), false},
		{"after dated versions", of("m-2026-11-29") + of("m-2026-11-30") + of("other"), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := loopback(t, replies(200, sseKind, c.events+finish+doneLine))
			_, err := client.Ask(t.Context(), Request{Model: "m", Prompt: "a", MaxTokens: 1, Stream: true}, time.Time{})
			if c.want {
				require.NoError(t, err)
				return
			}
			var f *Fault
			require.ErrorAs(t, err, &f)
			assert.Equal(t, OtherModel, f.Kind)
		})
	}
}

// Where ignore_eos is set the right number of tokens is known: a server that counts more or fewer lies, or has cut the reply short.
func TestIgnoreEOSHasAsManyTokensAsWereAskedFor(t *testing.T) {
	short := func(r Request) Request { r.IgnoreEOS = false; return r }
	stopping := func(r Request) Request {
		r.Extra = map[string]json.RawMessage{"stop": json.RawMessage(`"x"`)}
		return r
	}
	as := func(r Request) Request { return r }
	for _, c := range []struct {
		name        string
		texts, says int // says: tokens by the usage; -1: there is none
		max         int
		with        func(Request) Request
		want        Kind
	}{
		{"as many", 2, 4, 4, as, ""},
		{"ten times as many", 2, 40, 4, as, WrongLength},
		{"one more", 2, 5, 4, as, WrongLength},
		{"one fewer", 2, 3, 4, as, WrongLength},
		{"no usage", 2, -1, 4, as, ""},
		{"a usage of zeros, which is none", 2, 0, 4, as, ""},
		{"no text", 0, 4, 4, as, Empty},
		{"no text and no usage", 0, -1, 4, as, Empty},
		{"a token without a text", 0, 1, 1, as, ""},
		{"none of one token", 0, 0, 1, as, WrongLength},
		{"fewer, where a reply may end", 2, 3, 4, short, ""},
		{"no text, where a reply may end", 0, 0, 4, short, ""},
		{"fewer, where a text ends it", 2, 3, 4, stopping, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, stream := range []bool{true, false} {
				usage := fmt.Sprintf(`{"prompt_tokens":1,"completion_tokens":%d}`, c.says)
				if c.says < 0 {
					usage = "null"
				}
				text := strings.Repeat("a", c.texts)
				kind, body := jsonKind, `{"choices":[{"text":"`+text+`","finish_reason":"length"}],"usage":`+usage+`}`
				if stream {
					kind, body = sseKind, strings.Repeat(textOf("a"), c.texts)+finish+event(`{"choices":[],"usage":`+usage+`}`)+doneLine
				}
				request := c.with(Request{Model: "m", Prompt: "a", MaxTokens: c.max, Stream: stream, IgnoreEOS: true})
				_, err := loopback(t, replies(200, kind, body)).Ask(t.Context(), request, time.Time{})
				if c.want == "" {
					require.NoError(t, err)
					continue
				}
				var f *Fault
				require.ErrorAs(t, err, &f)
				assert.Equal(t, c.want, f.Kind)
				assert.False(t, f.lasts())
			}
		})
	}
}
