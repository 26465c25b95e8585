package openai

import (
	"net/http"
	"time"
)

// Done is the data of the event that ends a stream in which nothing went wrong.
const Done = "[DONE]"

// Events writes a stream of server-sent events. Its zero value is not usable: make one with NewEvents. One goroutine at a time.
//
// An event reaches the client when Flush returns, so that several that are ready at the same time cost one system call.
type Events struct {
	w       http.ResponseWriter
	control *http.ResponseController
	patient time.Duration
	until   time.Time // the write deadline that is set
	begun   bool
	pending []byte
}

// NewEvents makes a writer of events to w. A client that takes nothing for as long as patience makes Flush fail; 0 means endless
// patience.
func NewEvents(w http.ResponseWriter, patience time.Duration) *Events {
	return &Events{w: w, control: http.NewResponseController(w), patient: patience}
}

// Add appends an event with this data, which has no newline in it.
func (e *Events) Add(data []byte) {
	e.pending = append(e.pending, "data: "...)
	e.pending = append(e.pending, data...)
	e.pending = append(e.pending, "\n\n"...)
}

// AddDone appends the event that ends the stream.
func (e *Events) AddDone() { e.pending = append(e.pending, "data: "+Done+"\n\n"...) }

// Begun tells whether anything has gone to the client, its status at least: an error can no longer be a response of its own.
func (e *Events) Begun() bool { return e.begun }

// Flush sends what was added. The first time it sends the status, 200, and the header before. The error means that the client
// is gone, or out of time: the stream is over.
func (e *Events) Flush() error {
	if !e.begun {
		e.begun = true
		h := e.w.Header()
		h.Set("Content-Type", "text/event-stream; charset=utf-8")
		h.Set("Cache-Control", "no-cache")
		h.Set("X-Accel-Buffering", "no") // a proxy between must not wait for more
		e.w.WriteHeader(http.StatusOK)
	}
	if err := e.extend(); err != nil {
		return err
	}
	_, err := e.w.Write(e.pending)
	e.pending = e.pending[:0]
	if err != nil {
		return err
	}
	return e.control.Flush()
}

// extend moves the deadline once a tenth of the patience has gone by: setting it costs a microsecond, and there is one flush
// a token.
func (e *Events) extend() error {
	if e.patient <= 0 {
		return nil
	}
	now := time.Now()
	if e.until.Sub(now) > e.patient-e.patient/10 {
		return nil
	}
	e.until = now.Add(e.patient)
	return e.control.SetWriteDeadline(e.until)
}
