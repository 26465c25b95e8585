package gateway

import (
	"encoding/json"
	"net/url"
	"time"
)

// replica is one model server and what is known of it. Its fields are guarded by the gateway's mutex, but for the first four, which
// stay as they are.
type replica struct {
	address string // as configured
	base    *url.URL
	kick    chan struct{} // has room for one: look at its health now
	wake    chan struct{} // has room for one: it came up, so read its metrics now

	up     bool
	downs  int    // how often it went down: what began before says nothing about after
	reason string // why it is down
	looked bool   // its health was looked at once

	load    load
	scraped time.Time // when the reading of load began; zero before the first
	tried   bool      // to read load and models, since it came up
	fullAt  time.Time // it refused a request as too many; zero if it did not, or load was read since
	models  []card    // as its last list has them; nil before the first
	byName  map[string]*card

	// Requests get numbers: sent counts them. A reading of load has seen those up to number seen; doneUnseen of the others have been
	// answered. Mark and doneMark are the same for a reading that is under way.
	sent, seen, mark     int
	doneUnseen, doneMark int
	inFlight             int
	adapters             map[string]int // requests in flight, by adapter
}

// card is a model as a replica lists it.
type card struct {
	id      string
	adapter bool
	raw     json.RawMessage
}

func newReplica(address string, base *url.URL) *replica {
	return &replica{
		address: address, base: base, kick: make(chan struct{}, 1), wake: make(chan struct{}, 1), adapters: map[string]int{},
		reason: "its health is not known yet",
	}
}

// setModels takes a list over. Of two cards of one name the first counts.
func (r *replica) setModels(cards []card) {
	r.models, r.byName = cards, map[string]*card{}
	for i := range cards {
		if c := &cards[i]; r.byName[c.id] == nil {
			r.byName[c.id] = c
		}
	}
}

func (r *replica) fresh(now time.Time, staleAfter time.Duration) bool {
	return !r.scraped.IsZero() && now.Sub(r.scraped) <= staleAfter
}

// view is the replica as a request for a model sees it. An empty adapter means that the model is a base model.
func (r *replica) view(adapter string, now time.Time, staleAfter time.Duration) view {
	return view{
		up: r.up, fresh: r.fresh(now, staleAfter), full: !r.fullAt.IsZero(),
		waiting: r.load.waiting, recent: r.sent - r.seen - r.doneUnseen, inFlight: r.inFlight,
		kv: r.load.kv, lora: r.affinity(adapter),
	}
}

func (r *replica) affinity(adapter string) affinity {
	if adapter == "" {
		return noSlot
	}
	running, known := r.load.adapters[adapter]
	switch {
	case running:
		return active
	case known, r.adapters[adapter] > 0:
		return queued
	}
	here := len(r.load.adapters)
	for name := range r.adapters {
		if _, known := r.load.adapters[name]; !known {
			here++
		}
	}
	if here < r.load.maxLoRA {
		return hasSlot
	}
	return noSlot
}

// begin counts a request in, and returns its number.
func (r *replica) begin(adapter string) int {
	r.sent++
	r.inFlight++
	if adapter != "" {
		r.adapters[adapter]++
	}
	return r.sent
}

// end counts the request with this number out.
func (r *replica) end(number int, adapter string) {
	r.inFlight--
	if number > r.seen {
		r.doneUnseen++
	}
	if number > r.mark {
		r.doneMark++
	}
	if adapter == "" {
		return
	}
	if r.adapters[adapter]--; r.adapters[adapter] == 0 {
		delete(r.adapters, adapter)
	}
}

// beginScrape marks what a reading that begins now will see.
func (r *replica) beginScrape() { r.mark, r.doneMark = r.sent, 0 }

// endScrape takes over what the reading that began at a time said.
func (r *replica) endScrape(l load, began time.Time) {
	r.load, r.scraped = l, began
	if !began.Before(r.fullAt) {
		r.fullAt = time.Time{}
	}
	r.seen, r.doneUnseen = r.mark, r.doneMark
}
