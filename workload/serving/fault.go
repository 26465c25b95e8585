package serving

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
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
	Truncated Kind = "truncated" // the reply ended too early
	Cancelled Kind = "cancelled" // the run gave the request up
)

// Fault is why a request failed. It holds nothing that was sent, an API key least of all.
type Fault struct {
	Kind   Kind
	Status int // of the reply or, in a stream, of its error event; 0 when there was none
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
	case errors.Is(err, os.ErrDeadlineExceeded): // a moment before the context's
		return fault(Timeout, "no complete reply in time")
	case errors.As(err, &timed) && timed.Timeout():
		return fault(Timeout, "%v", err)
	case strings.Contains(err.Error(), "malformed"): // of net/http, which has no type for it
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

// faultIn is the fault that an error object tells of, by the OpenAI API's form: {"message": ..., "code": ...}. status is what it is
// where the object has no code of its own, which may also be a word.
func faultIn(object []byte, status int) *Fault {
	var body struct {
		Message any `json:"message"`
		Code    any `json:"code"`
	}
	f := &Fault{Kind: Status, Status: status, Detail: printable(object)}
	if json.Unmarshal(object, &body) != nil {
		return f
	}
	if message, ok := body.Message.(string); ok && message != "" {
		f.Detail = printable([]byte(message))
	}
	if code, ok := body.Code.(float64); ok && code >= 400 && code <= 599 && status == 0 {
		f.Status = int(code)
	}
	return f
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
