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
	tried []*replica

	client   *http.ResponseController
	patience time.Duration
	until    time.Time // the deadline of writes to the client; zero if none is set
}

// expect gives the client its time to take what comes next. The deadline moves once a tenth of the time has gone by: moving it for
// each token would cost more than it says. The http.Server takes it back when the request ends.
func (t *trip) expect() error {
	now := time.Now()
	if t.until.Sub(now) > t.patience-t.patience/10 {
		return nil
	}
	t.until = now.Add(t.patience)
	return supported(t.client.SetWriteDeadline(t.until))
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
	to      *replica
	number  int // of the request, there
	adapter string
	trip    *trip
}

// next picks one of the replicas that the request has not been sent to, and counts it in.
func (g *Gateway) next(t *trip) (hop, error) {
	now := time.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	adapter, serving, err := g.find(t.model)
	if err != nil {
		return hop{}, err
	}
	g.views = g.views[:0]
	for i, r := range g.replicas {
		v := r.view(adapter, now, g.config.StaleAfter)
		v.up = v.up && !t.was(r) && (!serving || g.serves[i])
		g.views = append(g.views, v)
	}
	i, err := g.config.pick(g.views, t.class, adapter != "", g.chance, &g.scratch)
	if err != nil {
		return hop{}, err
	}
	r := g.replicas[i]
	t.tried = append(t.tried, r)
	return hop{to: r, number: r.begin(adapter), adapter: adapter, trip: t}, nil
}

// find looks a model up in the replicas' lists and puts into g.serves which of them may have it: those that list it, and those
// whose list is not known yet. Adapter is the model if it is one, else empty. Serving is whether any may have it: if none does,
// but the model is configured, it may have been loaded since the lists were read, and any replica may be asked. The mutex is held.
func (g *Gateway) find(model string) (adapter string, serving bool, err error) {
	g.serves = g.serves[:0]
	known, up := false, false
	for _, r := range g.replicas {
		c := r.byName[model]
		if c != nil && c.adapter {
			adapter = model
		}
		serves := c != nil || r.models == nil
		g.serves = append(g.serves, serves)
		serving = serving || serves
		known = known || c != nil || serves && r.up
		up = up || r.up
	}
	_, configured := g.config.Models[model]
	switch {
	case known || configured:
		return adapter, serving, nil
	case !up:
		return "", false, errNoReplica
	}
	return "", false, errUnknownModel
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

// address makes the request that goes to a replica. The first one is out itself; of a second one parts of the transport may still
// hold the first.
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

// judge notes what the result of sending says of a replica, and tells whether the replica refused the request without having begun
// it.
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
	h.to.end(h.number, h.adapter)
	if h.to.inFlight == 0 && g.waiters > 0 {
		g.tell()
	}
}
