package serving

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/internal/ratename"
	"github.com/tailgate-go/tailgate/workload"
)

// DefaultInFlight is how many requests are under way where they are sent as fast as it goes, and the scenario has no bound.
const DefaultInFlight = 512

// point is one of the loads that a scenario offers, one after the other: at a rate (an open loop), or with so many requests under
// way (a closed one).
type point struct {
	rate    float64 // requests per second; 0 in a closed loop
	clients int     // of a closed loop, each with one request under way; 0 in an open one
	max     bool    // clients is only the bound on what is sent as fast as it goes
}

// points are all loads of the scenario but its sweep, in order.
func (s Scenario) points() (all []point) {
	for _, rate := range s.Rates {
		all = append(all, point{rate: rate})
	}
	for _, clients := range s.Concurrency {
		all = append(all, point{clients: clients})
	}
	if s.MaxRate {
		all = append(all, point{clients: cmp.Or(s.MaxInFlight, DefaultInFlight), max: true})
	}
	return all
}

// isClosed reports whether a request is sent when another has its reply, and not when it is due.
func (p point) isClosed() bool { return p.clients > 0 }

// name is the point's part of a benchmark's name: rate=20, concurrency=8 or rate=max.
func (p point) name() string {
	switch {
	case p.max:
		return "rate=max"
	case p.isClosed():
		return "concurrency=" + strconv.Itoa(p.clients)
	}
	return ratename.Of(p.rate)
}

// loadOf is the load at a point.
func (s Scenario) loadOf(p point) workload.Load {
	if p.isClosed() {
		return workload.Load{Requests: s.Prompts, Concurrency: p.clients, Timeout: s.timeout()}
	}
	return s.Load(p.rate)
}

// takes is how long so many requests take to be sent at a point, at least, after the warm-up.
func (s Scenario) takes(n int, p point) time.Duration {
	return time.Duration(s.WarmUp.Duration) + p.sends(n)
}

// sends is how long so many requests take to be sent. A closed loop takes as long as replies do.
func (p point) sends(n int) time.Duration {
	if p.isClosed() {
		return 0
	}
	return time.Duration(float64(n) / p.rate * float64(time.Second))
}

// Takes is how long one run of all that the scenario measures is to take: its warm-up, its rates with the idle time between them,
// and its sweep, as if no rate held. Closed loops add nothing: only the server knows.
func (s Scenario) Takes() time.Duration {
	takes, idle := time.Duration(s.WarmUp.Duration), time.Duration(s.Idle)
	for i, p := range s.points() {
		if i > 0 {
			takes += idle
		}
		takes += p.sends(s.loadOf(p).Requests)
	}
	if !s.Sweep.isZero() {
		_, _ = find(s.Sweep.grid(), func(rate float64) (bool, error) { // which never fails
			takes += idle + point{rate: rate}.sends(max(s.Prompts, s.triedWith(rate)))
			return false, nil
		})
	}
	return takes
}

// checkPoints checks that there is one kind of load, beside a sweep, which looks for a rate.
func (s Scenario) checkPoints() (path string, err error) {
	var kinds []string
	for _, k := range []struct {
		name string
		is   bool
	}{{"rates", len(s.Rates) > 0}, {"concurrency", len(s.Concurrency) > 0}, {"max_rate", s.MaxRate}, {"sweep", !s.Sweep.isZero()}} {
		if k.is {
			kinds = append(kinds, k.name)
		}
	}
	switch {
	case len(kinds) == 0:
		return "rates", errors.New("rates: there are none; write requests per second, such as [300, 310], " +
			"or concurrency, max_rate or a sweep")
	case len(kinds) > 1 && !slices.Equal(kinds, []string{"rates", "sweep"}):
		return kinds[0], fmt.Errorf("%s: write one of them; rates and a sweep may stand together", strings.Join(kinds, " and "))
	}
	return "", nil
}

// checkClosed checks a load in which requests are not sent at a rate.
func (s Scenario) checkClosed() (path string, err error) {
	kind := "concurrency"
	switch {
	case s.MaxRate:
		kind = "max_rate"
	case len(s.Concurrency) == 0:
		return "", nil
	case s.MaxInFlight > 0:
		return "max_in_flight", errors.New("max_in_flight: concurrency is how many requests are under way; leave one of them out")
	}
	switch {
	case s.Prompts == 0:
		return "duration", fmt.Errorf(`duration: with %s only the server decides how many requests it has; write "prompts": 1000`, kind)
	case s.Arrivals.Burstiness != 0:
		return "arrivals.burstiness", fmt.Errorf("arrivals: burstiness shapes the arrivals at a rate; with %s leave it out", kind)
	case s.MaxLagPercent != 0:
		return "max_lag_percent", fmt.Errorf("max_lag_percent: with %s no request has a time that it could miss; leave it out", kind)
	}
	for i, clients := range s.Concurrency {
		path := fmt.Sprintf("concurrency[%d]", i)
		switch {
		case clients < 1 || clients > mostClients:
			return path, fmt.Errorf("%s is %d; write how many requests are under way, 1 to %d", path, clients, mostClients)
		case slices.Contains(s.Concurrency[:i], clients):
			return path, fmt.Errorf("%s: %d stands twice; leave one out", path, clients)
		case s.Prompts < clients:
			return path, fmt.Errorf("%s: of %d prompts %d are never under way; write more prompts", path, s.Prompts, clients)
		}
	}
	for _, p := range s.points() {
		if err := s.loadOf(p).Validate(); err != nil {
			return kind, fmt.Errorf("%s: %w", kind, err)
		}
	}
	return "", nil
}
