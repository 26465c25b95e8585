package gateway

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"time"
)

// trip is one request on its way through the gateway.
type trip struct {
	model string
	class Criticality
	body  *body
	// adapter is the model if that is an adapter, else empty.
	adapter string
	tried   []*replica

	client   *http.ResponseController
	patience time.Duration
	until    time.Time // the deadline of writes to the client; zero if none is set
}

// expect gives the client its time to take what comes next. The deadline moves once a tenth of the time has gone by: moving it for each
// token would cost more than it says.
func (t *trip) expect() error {
	now := time.Now()
	if t.until.Sub(now) > t.patience-t.patience/10 {
		return nil
	}
	t.until = now.Add(t.patience)
	return supported(t.client.SetWriteDeadline(t.until))
}

// done takes the deadline back, so that the next request on the connection starts without.
func (t *trip) done() error {
	if t.until.IsZero() {
		return nil
	}
	return supported(t.client.SetWriteDeadline(time.Time{}))
}

// supported forgives a ResponseWriter that has no deadlines, such as a recorder.
func supported(err error) error {
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}

type tripKey struct{}

var errSwitched = errors.New("the replica switched protocols, which it was not asked for")

func tripOf(ctx context.Context) *trip { return ctx.Value(tripKey{}).(*trip) }

// rewrite leaves the address to RoundTrip.
func (g *Gateway) rewrite(p *httputil.ProxyRequest) {
	p.SetXForwarded()
	h := p.Out.Header
	delete(h, "Upgrade") // there is nothing to change to
	delete(h, "Connection")
	delete(h, "Expect") // met: the body is here
	p.Out.Host = ""
}

// hop is a replica that a request is sent to.
type hop struct {
	to     *replica
	number int // of the request, there
	trip   *trip
}

// next picks one of the replicas that the request has not been sent to, and counts it in.
func (g *Gateway) next(t *trip) (hop, error) {
	now := time.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(t.tried) == 0 {
		if err := g.classify(t); err != nil {
			return hop{}, err
		}
	}
	serving := false
	for _, r := range g.replicas {
		serving = serving || r.serves(t.model)
	}
	g.views = g.views[:0]
	for _, r := range g.replicas {
		v := r.view(t.adapter, now, g.config.StaleAfter)
		// A model that is configured but in no list may have been loaded since they were read.
		v.up = v.up && !t.was(r) && (!serving || r.serves(t.model))
		g.views = append(g.views, v)
	}
	i, err := g.config.pick(g.views, t.class, t.adapter != "", g.chance, &g.scratch)
	if err != nil {
		return hop{}, err
	}
	r := g.replicas[i]
	t.tried = append(t.tried, r)
	return hop{to: r, number: r.begin(t.adapter), trip: t}, nil
}

// classify finds out what the model is. The mutex is held.
func (g *Gateway) classify(t *trip) error {
	class, configured := g.config.Models[t.model]
	t.class = class
	listed := false
	for _, r := range g.replicas {
		if c := r.lists(t.model); c != nil {
			listed = true
			if c.adapter {
				t.adapter = t.model
			}
		}
	}
	if !configured && !listed {
		for _, r := range g.replicas {
			if r.up && r.models == nil {
				return nil // it may be one of those that are not known yet
			}
		}
		if !g.anyUp() {
			return errNoReplica
		}
		return errUnknownModel
	}
	return nil
}

func (g *Gateway) anyUp() bool {
	for _, r := range g.replicas {
		if r.up {
			return true
		}
	}
	return false
}

func (t *trip) was(r *replica) bool {
	for _, tried := range t.tried {
		if tried == r {
			return true
		}
	}
	return false
}

// RoundTrip sends a request to the replica that is best for it, and to others if that one refuses it. It is for the gateway's
// ReverseProxy alone.
func (g *Gateway) RoundTrip(out *http.Request) (*http.Response, error) {
	t := tripOf(out.Context())
	h, err := g.next(t)
	if err != nil {
		return nil, err
	}
	for again := g.config.Retries; ; again-- {
		response, err := g.transport.RoundTrip(h.address(out, len(t.tried) > 1))
		refused := g.judge(out.Context(), h, response, err)
		if refused && (again > 0 || t.class == Critical) {
			if other, nobody := g.next(t); nobody == nil {
				if response != nil {
					response.Body.Close()
				}
				g.end(h)
				g.meters.retried(h.to)
				h = other
				continue
			}
		}
		if err != nil {
			g.end(h)
			if refused {
				return nil, errNoReplica // that listens
			}
			return nil, err
		}
		if response.StatusCode == http.StatusSwitchingProtocols {
			response.Body.Close()
			g.end(h)
			return nil, errSwitched
		}
		if response.StatusCode == http.StatusTooManyRequests && response.Header.Get("Retry-After") == "" {
			response.Header.Set("Retry-After", "1")
		}
		response.Body = g.newAnswer(out.Context(), h, response)
		return response, nil
	}
}

// address makes the request that goes to a replica. The first one is out itself; of a second one parts of the transport may still hold
// the first.
func (h hop) address(out *http.Request, again bool) *http.Request {
	if again {
		out = out.WithContext(out.Context())
		u := *out.URL
		out.URL = &u
	}
	out.URL.Scheme, out.URL.Host = h.to.base.Scheme, h.to.base.Host
	b := h.trip.body
	out.Body = b.open()
	out.GetBody = func() (io.ReadCloser, error) { return b.open(), nil }
	out.ContentLength = int64(len(b.data))
	return out
}

// judge notes what the result of sending says of a replica, and tells whether the replica refused the request without having begun it.
func (g *Gateway) judge(ctx context.Context, h hop, response *http.Response, err error) (refused bool) {
	switch {
	case ctx.Err() != nil: // the client is gone
		return false
	case err != nil && unsent(err), err == nil && response.StatusCode == http.StatusServiceUnavailable:
		reason := "503: it drains"
		if err != nil {
			reason = err.Error()
		}
		g.update(func() { h.to.goDown(reason) })
		h.to.lookNow()
		return true
	case err != nil: // it may have begun
		h.to.lookNow()
		return false
	case response.StatusCode == http.StatusTooManyRequests:
		g.update(func() { h.to.fullAt = time.Now() })
		return true
	}
	return false
}

// unsent tells whether an error of the transport means that the request never got to a server: there was no connection.
func unsent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// end counts a request out of a replica.
func (g *Gateway) end(h hop) {
	g.mu.Lock()
	defer g.mu.Unlock()
	h.to.end(h.number, h.trip.adapter)
	if h.to.inFlight == 0 && g.waiters > 0 {
		g.tell()
	}
}
