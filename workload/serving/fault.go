package serving

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"unicode"
)

// Kind is what went wrong with a request.
type Kind string

const (
	Connect   Kind = "connect"   // no connection was made
	Timeout   Kind = "timeout"   // the request's time was over
	Status    Kind = "status"    // the server answered with an error; Fault.Status is its code
	Malformed Kind = "malformed" // the reply is not what was asked for: a page, another form, no JSON
	Truncated Kind = "truncated" // the reply ended too early, or with an error without a status
	Aborted   Kind = "aborted"   // the finish_reason is none of success: the server gave the reply up
	Cancelled Kind = "cancelled" // the run gave the request up

	OtherModel  Kind = "other-model"  // the reply, or a part of it, is of another model than was asked for
	Empty       Kind = "empty"        // the reply has no text, where ignore_eos asks for tokens
	WrongLength Kind = "wrong-length" // by the usage the reply has not as many tokens as ignore_eos asks for
)

// Fault is why a request failed. It holds nothing that was sent, an API key least of all.
type Fault struct {
	Kind   Kind
	Status int // of the reply or, where that is 200, of the error in it; 0 when there was none
	Detail string
}

// Error names the kind, or the status, and says what was seen.
func (f *Fault) Error() string { return f.Label() + ": " + f.Detail }

// Label is what faults are counted by: the kind, with the code of a status.
func (f *Fault) Label() string {
	if f.Kind == Status {
		return fmt.Sprintf("status %d", f.Status)
	}
	return string(f.Kind)
}

// lasts reports whether the same request would fail again: the server takes it for wrong.
func (f *Fault) lasts() bool {
	switch f.Status {
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	}
	return f.Kind == OtherModel || f.Kind == Status && f.Status >= 400 && f.Status < 500
}

func fault(kind Kind, format string, args ...any) *Fault {
	return &Fault{Kind: kind, Detail: fmt.Sprintf(format, args...)}
}

// faultOf tells what an error of the connection means.
func faultOf(ctx context.Context, err error) *Fault {
	var timed net.Error
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded) || errors.Is(err, context.DeadlineExceeded):
		return fault(Timeout, "no complete reply in time")
	case ctx.Err() != nil || errors.Is(err, context.Canceled):
		return fault(Cancelled, "given up while it was under way")
	case errors.As(err, &timed) && timed.Timeout():
		return fault(Timeout, "%v", err)
	case strings.Contains(err.Error(), "readLoopPeekFailLocked: %!w(<nil>)"): // of net/http, which has no better words
		return fault(Malformed, "the server wrote before it was asked, which is not HTTP; see that the port is the API's")
	case strings.Contains(err.Error(), "malformed"), strings.Contains(err.Error(), "headers exceeded"): // of net/http
		return fault(Malformed, "%s", printable([]byte(err.Error())))
	}
	return fault(Truncated, "%v", err)
}

// dialFault tells what an error of making a connection means.
func dialFault(ctx context.Context, err error) *Fault {
	if ctx.Err() != nil {
		return faultOf(ctx, err)
	}
	return fault(Connect, "%v", err)
}

// faultIn is the fault in the text of an error that a server sent. status is that of the reply; the one in the text counts where
// that is 200, or 0 for a stream, which has begun with 200.
func faultIn(text []byte, status int) *Fault {
	f := &Fault{Kind: Status, Status: status, Detail: printable(text)}
	var said any
	if json.Unmarshal(text, &said) != nil {
		return f
	}
	words, code := complaint(said, 0)
	if words != "" {
		f.Detail = printable([]byte(words))
	}
	if code != 0 && status < http.StatusBadRequest {
		f.Status = code
	}
	return f
}

// errorEvent is the fault that an error in a stream is.
func errorEvent(text []byte) *Fault {
	f := faultIn(text, 0)
	if f.Status == 0 {
		f.Kind = Truncated
		f.Detail = strings.TrimSuffix("the stream ended with an error: "+f.Detail, ": ")
	}
	return f
}

const deepComplaint = 4 // {"error": {"message": "{...}"}} and the like

var (
	wordKeys = []string{
		"message", "msg", "detail", "error_message", "errorMessage", "error_msg", "title", "description", "reason",
	}
	codeKeys = []string{"code", "status", "status_code", "http_code", "error_code"}
)

// complaint is what an error says, and its HTTP status; 0 when it has none of 400 to 599.
func complaint(said any, depth int) (words string, code int) {
	switch said := said.(type) {
	case string:
		return said, 0
	case []any:
		if len(said) > 0 && depth < deepComplaint {
			return complaint(said[0], depth+1)
		}
	case map[string]any:
		for _, key := range codeKeys {
			code = cmp.Or(code, errorStatus(said[key]))
		}
		for _, key := range []string{"error", "errors"} {
			if words == "" && depth < deepComplaint {
				inner := 0
				words, inner = complaint(said[key], depth+1)
				code = cmp.Or(inner, code)
			}
		}
		for _, key := range wordKeys {
			if words == "" && depth < deepComplaint {
				words, _ = complaint(said[key], depth+1)
			}
		}
	}
	return words, code
}

// errorStatus is a number of 400 to 599, which may be a text; else 0.
func errorStatus(code any) int {
	text := strings.Trim(fmt.Sprint(code), " ")
	n, err := strconv.Atoi(text)
	if err != nil || n < 400 || n > 599 {
		return 0
	}
	return n
}

const mostDetail = 200 // bytes

// printable is the beginning of what a server said, fit for one line.
func printable(text []byte) string {
	cut := ""
	if len(text) > mostDetail {
		text, cut = text[:mostDetail], "..."
	}
	line := []rune(string(text))
	for i, r := range line {
		if !unicode.IsPrint(r) {
			line[i] = ' '
		}
	}
	return string(line) + cut
}

// redacted is what a server said without the API key, which some repeat in their errors: "Incorrect API key provided: sk-...".
// A part of the key at the end is what was cut from it.
func redacted(detail, key string) string {
	const shown, least = "[API key]", 4
	if len(key) < least {
		return detail
	}
	detail = strings.ReplaceAll(detail, key, shown)
	text, cut := strings.CutSuffix(detail, "...")
	for n := len(key) - 1; cut && n >= least; n-- {
		if head, found := strings.CutSuffix(text, key[:n]); found {
			return head + shown + "..."
		}
	}
	return detail
}
