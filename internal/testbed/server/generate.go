package server

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/tailgate-go/tailgate/internal/openai"
	"github.com/tailgate-go/tailgate/internal/testbed/engine"
)

func (s *Server) completions(w http.ResponseWriter, r *http.Request) {
	var b completionBody
	if err := readBody(w, r, s.config.MaxBodyBytes, &b); err != nil {
		respondError(w, err)
		return
	}
	j, err := s.completionJob(&b)
	if err != nil {
		respondError(w, err)
		return
	}
	s.generate(w, r, j)
}

func (s *Server) chatCompletions(w http.ResponseWriter, r *http.Request) {
	var b chatBody
	if err := readBody(w, r, s.config.MaxBodyBytes, &b); err != nil {
		respondError(w, err)
		return
	}
	j, err := s.chatJob(&b)
	if err != nil {
		respondError(w, err)
		return
	}
	s.generate(w, r, j)
}

// generate has the engine do a job and answers with what comes out. The request ends with the client's connection.
func (s *Server) generate(w http.ResponseWriter, r *http.Request, j job) {
	stream, err := s.engine.Submit(r.Context(), s.request(j))
	if err != nil {
		if r.Context().Err() != nil {
			panic(http.ErrAbortHandler) // nobody is there to be told
		}
		respondError(w, engineError(err))
		return
	}
	defer stream.Cancel() // it has ended, unless this ends early
	model := j.sampling.Model
	if model == "" {
		model = s.config.Model
	}
	a := &answer{
		w: w, ctx: r.Context(), stream: stream, patience: s.config.Patience,
		reply: newReply(j.chat, requestID(r), model, time.Now().Unix(), len(j.prompt)),
		output: output{
			words: s.words, eos: s.eos, minTokens: j.sampling.MinTokens, stopper: stopper{stops: j.sampling.Stop}, metrics: s.metrics,
		},
	}
	defer func() { s.metrics.observe(a.times(), a.reason(), len(j.prompt), a.output.tokens, j.maxTokens) }()
	if o := j.sampling.StreamOptions; o != nil {
		a.includeUsage, a.reply.running = o.IncludeUsage, o.ContinuousUsageStats
	}
	if j.sampling.Stream {
		err = a.events()
	} else {
		err = a.whole()
	}
	if err != nil {
		// Not even an error can be said. What the client has must not look like an answer, so the connection goes.
		stream.Cancel()
		panic(http.ErrAbortHandler)
	}
}

// request is what the engine is to do for a job.
func (s *Server) request(j job) engine.Request {
	r := engine.Request{
		Prompt: j.prompt, MaxTokens: j.maxTokens, MinTokens: j.sampling.MinTokens, IgnoreEOS: j.sampling.IgnoreEOS,
		Temperature: 1, TopP: 1, Priority: j.sampling.Priority,
	}
	if j.sampling.Model != s.config.Model {
		r.Adapter = j.sampling.Model
	}
	if j.sampling.Temperature != nil {
		r.Temperature = *j.sampling.Temperature
	}
	if j.sampling.TopP != nil {
		r.TopP = *j.sampling.TopP
	}
	if j.sampling.Seed != nil {
		r.Seed = uint64(*j.sampling.Seed)
	}
	return r
}

// requestID is what the client calls the request, or a name of our own.
func requestID(r *http.Request) string {
	const most = 128
	if id := r.Header.Get("X-Request-Id"); id != "" && len(id) <= most {
		return id
	}
	return rand.Text()
}

// engineError is how a client is told of an error of the engine.
func engineError(err error) *openai.Error {
	switch {
	case errors.Is(err, engine.ErrQueueFull):
		return openai.NewError(http.StatusTooManyRequests, "", "The server is overloaded: "+err.Error())
	case errors.Is(err, engine.ErrClosed):
		return openai.NewError(http.StatusServiceUnavailable, "", "The server is shutting down: "+err.Error())
	case errors.Is(err, engine.ErrUnknownAdapter):
		return openai.NewError(http.StatusNotFound, "model", err.Error())
	case errors.Is(err, engine.ErrTooLong), errors.Is(err, engine.ErrInvalid):
		return openai.NewError(http.StatusBadRequest, "", err.Error())
	}
	return openai.NewError(http.StatusInternalServerError, "", err.Error())
}

// answer is one request on its way to its client.
type answer struct {
	w            http.ResponseWriter
	ctx          context.Context // of the client's connection
	stream       *engine.Stream
	patience     time.Duration
	reply        *reply
	output       output
	includeUsage bool
	failed       error // what ended it instead of its last token: the engine's error, or the client's going
}

// events answers with a stream. The error means that the client could not be told all.
func (a *answer) events() error {
	events := openai.NewEvents(a.w, a.patience)
	var text []byte
	for {
		tokens, err := a.stream.Next(a.ctx)
		if err != nil && !errors.Is(err, io.EOF) {
			return a.fail(err, events)
		}
		for _, t := range tokens {
			if a.output.tokens == 0 && a.reply.chat {
				events.Add(a.reply.role())
			}
			text = a.output.take(text[:0], t)
			events.Add(a.reply.text(text, a.output.tokens))
			if a.output.met != "" {
				break
			}
		}
		if err != nil || a.output.met != "" {
			break
		}
		if a.stream.Finish() != "" {
			continue // the rest is there: it goes out together
		}
		if err := events.Flush(); err != nil {
			a.failed = err
			return err
		}
	}
	a.stream.Cancel()
	why, stop := a.why()
	events.Add(a.reply.finish(a.output.stopper.rest(text[:0]), a.output.tokens, why, stop))
	if a.includeUsage {
		events.Add(a.reply.usage(a.output.tokens))
	}
	events.AddDone()
	return events.Flush()
}

// whole answers with one body.
func (a *answer) whole() error {
	var text []byte
	for a.output.met == "" {
		tokens, err := a.stream.Next(a.ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return a.fail(err, nil)
		}
		for _, t := range tokens {
			if text = a.output.take(text, t); a.output.met != "" {
				break
			}
		}
	}
	a.stream.Cancel()
	text = a.output.stopper.rest(text)
	why, stop := a.why()
	a.extend()
	respond(a.w, a.reply.whole(string(text), a.output.tokens, why, stop))
	return nil
}

// fail tells the client that the engine ended the request, while events, if any, may have begun. The error means that it could
// not be told.
func (a *answer) fail(err error, events *openai.Events) error {
	a.failed = err
	if gone := context.Cause(a.ctx); gone != nil {
		return gone
	}
	e := engineError(err)
	if events == nil || !events.Begun() {
		a.extend()
		return openai.WriteError(a.w, e)
	}
	events.Add(e.Body())
	return events.Flush()
}

// extend gives the client time to take a body. A writer without deadlines is a test's.
func (a *answer) extend() {
	_ = http.NewResponseController(a.w).SetWriteDeadline(time.Now().Add(a.patience))
}

// why is the finish reason of a request that was answered, and the stop text that was met.
func (a *answer) why() (string, *string) {
	if a.output.met != "" {
		return string(engine.FinishStop), &a.output.met
	}
	return string(a.stream.Finish()), nil
}

// reason is why the request was over, as the metrics say it.
func (a *answer) reason() string {
	switch {
	case errors.Is(a.failed, engine.ErrDevice):
		return "error"
	case a.failed != nil:
		return string(engine.FinishAbort)
	}
	why, _ := a.why()
	return why
}

// times are the instants of the request, which was done with the token that ended it.
func (a *answer) times() engine.Times {
	t := a.stream.Times()
	if a.output.met != "" {
		t.Done = a.output.last
	}
	return t
}
