package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tailgate-go/tailgate/internal/openai"
	"github.com/tailgate-go/tailgate/internal/testbed/engine"
	"github.com/tailgate-go/tailgate/internal/testbed/tokens"
)

// Config is what a server is made of. Only Engine must be set.
type Config struct {
	// Engine does the work. The server takes it over: it is drained and closed with the server.
	Engine *engine.Engine
	// Model is the name of the base model; empty: "base". No blanks or commas, and no adapter of the engine.
	Model string
	// MaxBodyBytes is the longest body of a request; 0: 4 MiB.
	MaxBodyBytes int64
	// Patience is how long a client may take to take what there is for it; 0: 30 s.
	Patience time.Duration
	// HeaderTimeout and BodyTimeout are how long a client may take to send the header, and the whole of a request; 0: 10 s and 60 s.
	HeaderTimeout, BodyTimeout time.Duration
	// AnyInterface allows an address that other machines can reach. There is no authentication.
	AnyInterface bool
}

// Server answers for one engine. Make one with New.
type Server struct {
	config  Config
	engine  *engine.Engine
	words   tokens.Vocabulary
	eos     int
	maxLen  int
	models  []openai.Model
	metrics *metrics

	http     http.Server
	url      string
	draining atomic.Bool

	mu      sync.Mutex // between a request that comes and Close
	closed  bool
	serving sync.WaitGroup // the goroutine of Start, and the requests
}

// New makes a server that does not listen yet: mount Handler, or call Start.
func New(c Config) (*Server, error) {
	if c.Engine == nil {
		return nil, errors.New("server: Config.Engine is nil; set it to the engine that is to answer")
	}
	if c.Model == "" {
		c.Model = "base"
	}
	if c.MaxBodyBytes == 0 {
		c.MaxBodyBytes = 4 << 20
	}
	for _, f := range []struct {
		name  string
		value *time.Duration
		usual time.Duration
	}{
		{"Patience", &c.Patience, 30 * time.Second},
		{"HeaderTimeout", &c.HeaderTimeout, 10 * time.Second},
		{"BodyTimeout", &c.BodyTimeout, time.Minute},
	} {
		if *f.value == 0 {
			*f.value = f.usual
		}
		if *f.value < 0 {
			return nil, fmt.Errorf("server: %s is %v; want more than 0, or 0 for %v", f.name, *f.value, f.usual)
		}
	}
	if c.MaxBodyBytes < 0 {
		return nil, fmt.Errorf("server: MaxBodyBytes is %d; want more than 0, or 0 for 4 MiB", c.MaxBodyBytes)
	}
	of := c.Engine.Config()
	serves := of.Device.Model()
	words, err := tokens.New(serves.Vocab)
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	s := &Server{config: c, engine: c.Engine, words: words, eos: serves.EOS, maxLen: of.MaxModelLen}
	if s.models, err = models(c.Model, of.Adapters, of.MaxModelLen, time.Now().Unix()); err != nil {
		return nil, err
	}
	s.metrics = newMetrics(c.Engine, c.Model, of.MaxModelLen)
	s.http = http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: c.HeaderTimeout,
		ReadTimeout:       c.BodyTimeout,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	return s, nil
}

// Handler answers all paths.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for path, methods := range map[string]map[string]http.Handler{
		"/v1/completions":      {http.MethodPost: http.HandlerFunc(s.completions)},
		"/v1/chat/completions": {http.MethodPost: http.HandlerFunc(s.chatCompletions)},
		"/v1/models":           {http.MethodGet: http.HandlerFunc(s.listModels)},
		"/health":              {http.MethodGet: http.HandlerFunc(s.health)},
		"/metrics":             {http.MethodGet: s.metrics.handler()},
	} {
		mux.Handle(path, allow(methods))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		e := openai.NewError(http.StatusNotFound, "", "Not Found")
		e.Type = http.StatusText(http.StatusNotFound)
		respondError(w, e)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.begin() {
			panic(http.ErrAbortHandler)
		}
		defer s.serving.Done()
		// The deadline of the request before this one on the connection may still be set. A writer without deadlines is a test's.
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(s.config.Patience))
		mux.ServeHTTP(w, r)
	})
}

// begin counts a request that comes; false when the server is closed.
func (s *Server) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.serving.Add(1)
	}
	return !s.closed
}

// allow answers 405 to other methods. HEAD goes where GET goes.
func allow(methods map[string]http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		if h, ok := methods[method]; ok {
			h.ServeHTTP(w, r)
			return
		}
		for name := range methods {
			w.Header().Add("Allow", name)
		}
		respondError(w, openai.NewError(http.StatusMethodNotAllowed, "", http.StatusText(http.StatusMethodNotAllowed)))
	})
}

// Start listens on address, such as "127.0.0.1:0", and serves until Shutdown or Close. Call it once.
func (s *Server) Start(address string) error {
	at, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return fmt.Errorf("server: %w", err)
	}
	if !at.IP.IsLoopback() && !s.config.AnyInterface {
		return fmt.Errorf("server: %s can be reached from other machines; listen on 127.0.0.1, or set AnyInterface", address)
	}
	listener, err := net.ListenTCP("tcp", at)
	if err != nil {
		return fmt.Errorf("server: %w", err)
	}
	s.url = "http://" + listener.Addr().String()
	s.serve(listener)
	return nil
}

func (s *Server) serve(listener net.Listener) {
	s.serving.Go(func() { _ = s.http.Serve(listener) }) // it returns when the server is closed, and says just that
}

// URL is where the server listens, without a slash at the end: "http://127.0.0.1:41999". It is empty before Start.
func (s *Server) URL() string { return s.url }

// Shutdown takes no more requests and lets those that run finish. When ctx ends first, the rest of them end with an error that
// their clients are told. Then it closes the server, as Close does. Health checks fail from the beginning on.
func (s *Server) Shutdown(ctx context.Context) error {
	s.draining.Store(true)
	err := s.engine.Drain(ctx)
	// What the engine has given out is still on its way to the clients.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.config.Patience)
	defer cancel()
	err = errors.Join(err, s.http.Shutdown(last))
	return errors.Join(err, s.Close())
}

// Close ends the server at once: requests that run are cut off. All of them have ended, and the engine is closed, when it returns.
// It may be called more than once.
func (s *Server) Close() error {
	s.draining.Store(true)
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	err := errors.Join(s.http.Close(), s.engine.Close())
	s.serving.Wait()
	return err
}

func (s *Server) health(w http.ResponseWriter, _ *http.Request) {
	if s.draining.Load() {
		respondError(w, openai.NewError(http.StatusServiceUnavailable, "", "The server is shutting down."))
	} else if err := s.engine.Stats().Err; err != nil {
		respondError(w, openai.NewError(http.StatusServiceUnavailable, "", "The engine is dead: "+err.Error()))
	}
}

// respondError answers with an error. That the client is gone changes nothing.
func respondError(w http.ResponseWriter, e *openai.Error) { _ = openai.WriteError(w, e) }

// models lists the base model and its adapters.
func models(base string, adapters []string, maxLen int, created int64) ([]openai.Model, error) {
	all := []openai.Model{{ID: base, Object: "model", Created: created, OwnedBy: "tailgate", Root: base, MaxModelLen: &maxLen}}
	for _, name := range adapters {
		if name == base {
			return nil, fmt.Errorf("server: adapter %q has the name of the base model; give one of them another", name)
		}
		all = append(all, openai.Model{ID: name, Object: "model", Created: created, OwnedBy: "tailgate", Root: name, Parent: &base})
	}
	for _, m := range all {
		if strings.ContainsFunc(m.ID, func(r rune) bool { return r <= ' ' || r == ',' || r == 0x7f }) {
			return nil, fmt.Errorf("server: model %q has a blank, a comma or a control character in its name; give it another", m.ID)
		}
	}
	return all, nil
}

// serves tells whether a model of this name is there.
func (s *Server) serves(name string) bool {
	for i := range s.models {
		if s.models[i].ID == name {
			return true
		}
	}
	return false
}

func (s *Server) listModels(w http.ResponseWriter, _ *http.Request) {
	respond(w, toJSON(openai.ModelList{Object: "list", Data: s.models}))
}

// respond answers 200 with a JSON body. That the client is gone changes nothing.
func respond(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
}
