package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// maxList is the largest list of models that is read, in bytes.
const maxList = 4 << 20

// get reads something small from a replica.
func (g *Gateway) get(ctx context.Context, r *replica, path string, read func(io.Reader) error) error {
	ctx, cancel := context.WithTimeout(ctx, g.config.HealthTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.address+path, nil)
	if err != nil {
		return err
	}
	response, err := g.transport.RoundTrip(request) // follows no redirect
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, response.Status)
	}
	if err := read(response.Body); err != nil {
		return err
	}
	_, err = io.CopyN(io.Discard, response.Body, 1) // so that the connection can be used again
	if err == io.EOF {
		err = nil
	}
	return err
}

// watch looks at a replica's health until ctx ends: at every interval, and at once when a request found something wrong.
func (g *Gateway) watch(ctx context.Context, r *replica) {
	wait := time.NewTimer(0)
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.kick:
		case <-wait.C:
		}
		g.mu.Lock()
		downs := r.downs
		g.mu.Unlock()
		err := g.get(ctx, r, "/health", drain)
		if ctx.Err() != nil {
			return
		}
		g.update(func() {
			r.looked = true
			switch {
			case err != nil:
				r.goDown(err.Error())
			case r.downs == downs: // it may have gone down since this look began; then there is another look to come
				if !r.up {
					r.up, r.reason, r.tried = true, "", false
					signal(r.wake)
				}
			}
		})
		wait.Reset(g.config.HealthInterval)
	}
}

// goDown takes a replica out, until a look at its health that begins later finds it well.
func (r *replica) goDown(reason string) {
	r.up, r.reason = false, reason
	r.downs++
}

// lookNow makes watch look at once.
func (r *replica) lookNow() { signal(r.kick) }

// signal puts something into a channel with room for one, unless something is there already.
func signal(to chan<- struct{}) {
	select {
	case to <- struct{}{}:
	default:
	}
}

// drain reads the answer to a look at /health, which may say anything at small length.
func drain(body io.Reader) error {
	_, err := io.CopyN(io.Discard, body, 4<<10)
	if err == io.EOF {
		err = nil
	}
	return err
}

// scrape reads the metrics, and now and then the models, of a replica that is up, until ctx ends.
func (g *Gateway) scrape(ctx context.Context, r *replica) {
	tick := time.NewTicker(g.config.ScrapeInterval)
	defer tick.Stop()
	var listed time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.wake:
			listed = time.Time{} // it may be another server now
		case <-tick.C:
		}
		g.mu.Lock()
		up := r.up
		g.mu.Unlock()
		if !up {
			continue
		}
		g.readMetrics(ctx, r)
		if now := time.Now(); now.Sub(listed) >= g.config.ModelsInterval {
			g.readModels(ctx, r)
			listed = now
		}
		g.update(func() { r.tried = true })
	}
}

func (g *Gateway) readMetrics(ctx context.Context, r *replica) {
	began := time.Now()
	g.mu.Lock()
	r.beginScrape()
	g.mu.Unlock()
	var l load
	err := g.get(ctx, r, metricsPath, func(body io.Reader) (err error) {
		l, err = readLoad(body)
		return err
	})
	g.meters.scraped(r, err)
	if err == nil {
		g.update(func() { r.endScrape(l, began) })
	}
}

func (g *Gateway) readModels(ctx context.Context, r *replica) {
	var cards []card
	err := g.get(ctx, r, "/v1/models", func(body io.Reader) (err error) {
		cards, err = readCards(io.LimitReader(body, maxList))
		return err
	})
	if err == nil {
		g.update(func() { r.setModels(cards) })
	}
}

// readCards reads a list of models. It is never nil if there is no error.
func readCards(from io.Reader) ([]card, error) {
	var list struct{ Data []json.RawMessage }
	if err := json.NewDecoder(from).Decode(&list); err != nil {
		return nil, fmt.Errorf("models: %w", err)
	}
	cards := []card{}
	for i, raw := range list.Data {
		var model struct {
			ID     string
			Parent *string
		}
		if err := json.Unmarshal(raw, &model); err != nil {
			return nil, fmt.Errorf("models: data[%d]: %w", i, err)
		}
		cards = append(cards, card{id: model.ID, adapter: model.Parent != nil, raw: raw})
	}
	return cards, nil
}
