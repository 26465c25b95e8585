package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"time"

	"github.com/tailgate-go/tailgate/internal/openai"
)

// Server is an http.Server for the gateway, with limits on how long a client may take to send a header. The caller serves
// a listener with it and shuts it down, before Close.
func (g *Gateway) Server() *http.Server {
	return &http.Server{
		Handler:           g,
		ReadHeaderTimeout: g.config.HeaderTimeout,
		MaxHeaderBytes:    64 << 10,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
}

// ServeHTTP is that of an http.Handler.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method, serve := http.MethodGet, g.serveModels
	switch r.URL.Path {
	case "/v1/completions", "/v1/chat/completions":
		method, serve = http.MethodPost, g.serveInference
	case "/v1/models":
	case "/health":
		serve = g.serveHealth
	case "/metrics":
		serve = g.meters.page.ServeHTTP
	default:
		g.refuse(w, openai.NewError(http.StatusNotFound, "", "no such path"), "path")
		return
	}
	if r.Method != method && !(r.Method == http.MethodHead && method == http.MethodGet) {
		w.Header().Set("Allow", method)
		g.refuse(w, openai.NewError(http.StatusMethodNotAllowed, "", "use "+method), "method")
		return
	}
	serve(w, r)
}

func (g *Gateway) serveInference(w http.ResponseWriter, r *http.Request) {
	client := http.NewResponseController(w)
	body, err := readBody(client, r, &g.bodies, g.config.MaxBodyBytes, g.config.BodyTimeout)
	if err != nil {
		g.refuseBody(w, err)
		return
	}
	defer body.release()
	model, err := modelOf(body.data)
	if err != nil {
		g.refuse(w, openai.NewError(http.StatusBadRequest, "model", err.Error()), "malformed")
		return
	}
	t := &trip{model: model, class: g.config.Models[model], body: body, client: client, patience: g.config.ReadTimeout}
	g.proxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), tripKey{}, t)))
}

func (g *Gateway) refuseBody(w http.ResponseWriter, err error) {
	w.Header().Set("Connection", "close") // the rest of the body is not wanted
	switch {
	case errors.Is(err, errTooLarge):
		text := fmt.Sprintf("the body is larger than %d bytes", g.config.MaxBodyBytes)
		g.refuse(w, openai.NewError(http.StatusRequestEntityTooLarge, "", text), "too_large")
	case errors.Is(err, errTooSlow):
		text := fmt.Sprintf("the body did not come within %v", g.config.BodyTimeout)
		g.refuse(w, openai.NewError(http.StatusRequestTimeout, "", text), "too_slow")
	default:
		g.refuse(w, openai.NewError(http.StatusBadRequest, "", "the body could not be read: "+err.Error()), "malformed")
	}
}

// answerError answers a request that no replica has answered.
func (g *Gateway) answerError(w http.ResponseWriter, r *http.Request, err error) {
	t := tripOf(r.Context())
	switch {
	case r.Context().Err() != nil: // nobody listens
		g.meters.refused("client_gone")
	case errors.Is(err, errUnknownModel):
		text := fmt.Sprintf("The model %q does not exist.", t.model)
		g.refuse(w, openai.NewError(http.StatusNotFound, "model", text), "unknown_model")
	case errors.Is(err, errSaturated):
		w.Header().Set("Retry-After", "1")
		text := fmt.Sprintf("every replica is busy, and the model is %v; try again later", t.class)
		g.refuse(w, openai.NewError(http.StatusTooManyRequests, "", text), "saturated_"+t.class.String())
	case errors.Is(err, errNoReplica):
		w.Header().Set("Retry-After", "1")
		g.refuse(w, openai.NewError(http.StatusServiceUnavailable, "", "no replica is up; try again later"), "no_replica")
	default:
		g.refuse(w, openai.NewError(http.StatusBadGateway, "", "the replica broke off before it answered; try again"), "broke_off")
	}
}

// refuse answers with an error of the gateway's own.
func (g *Gateway) refuse(w http.ResponseWriter, e *openai.Error, reason string) {
	g.meters.refused(reason)
	if err := openai.WriteError(w, e); err != nil {
		g.meters.refused("client_gone")
	}
}

// serveModels lists the models of all replicas, each once, as the first replica that lists it does.
func (g *Gateway) serveModels(w http.ResponseWriter, _ *http.Request) {
	list := struct {
		Object string            `json:"object"`
		Data   []json.RawMessage `json:"data"`
	}{Object: "list", Data: []json.RawMessage{}}
	seen := map[string]bool{}
	g.mu.Lock()
	for _, r := range g.replicas {
		for _, c := range r.models {
			if !seen[c.id] {
				seen[c.id] = true
				list.Data = append(list.Data, c.raw)
			}
		}
	}
	g.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(list); err != nil {
		g.meters.refused("client_gone")
	}
}

// serveHealth answers 200 while a replica is up.
func (g *Gateway) serveHealth(w http.ResponseWriter, _ *http.Request) {
	g.mu.Lock()
	up := g.anyUp()
	g.mu.Unlock()
	if !up {
		g.refuse(w, openai.NewError(http.StatusServiceUnavailable, "", "no replica is up"), "health")
		return
	}
	w.WriteHeader(http.StatusOK)
}
