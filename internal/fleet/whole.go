package fleet

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/internal/latency"
	"github.com/tailgate-go/tailgate/internal/replied"
	"github.com/tailgate-go/tailgate/internal/saturation"
)

// Whole is a benchmark that all its shards together ran.
type Whole struct {
	Share                                          // of the first shard, with the sums of all; Elapsed and LastSent are the longest
	Distributions map[string]*latency.Distribution // by name
	Shards        []Share                          // in order
	Config        []string                         // "goos: linux" and so on: what the outputs of all benchmarks say of their machines

	// Apart is how far apart the shards' clocks may have been at most, and Proven how far they were at least; 0 where not all were
	// measured.
	Apart, Proven time.Duration
	Measured      bool // all clocks were

	// Invalid says why it must not be judged, and which shard has the reason; empty when it may be.
	Invalid []string
}

// mostProven is how far apart clocks may be, for sure, before shards are no longer of one load: each shard's requests are moved
// by as much.
const mostProven = 100 * time.Millisecond

// check says what forbids putting the shares together.
func (g *group) check(name string) []error {
	first := g.shares[0]
	var problems []error
	problem := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("fleet: "+name+": "+format, args...))
	}
	for _, s := range g.shares[1:] {
		if what := first.differs(s.Share); what != "" {
			problem("%s (line %d) and %s (line %d) are not of one load: %s", first, first.line, s, s.line, what)
		}
	}
	if len(problems) > 0 {
		return problems // how many there should be is not known
	}
	seen := make([]*reading, first.Of)
	for _, s := range g.shares {
		if other := seen[s.Shard-1]; other != nil {
			problem("%s is there twice, in lines %d and %d: its process ran again; run all shards again", s, other.line, s.line)
		}
		seen[s.Shard-1] = s
		if len(s.left) > 0 {
			problem("%s (line %d) was cut short: its distributions %s are missing", s, s.line, strings.Join(s.left, ", "))
		}
	}
	for i, s := range seen {
		if s == nil {
			missing := first.Share
			missing.Shard = i + 1
			problem("%s is missing, and with it %d of %d requests: see what became of its process, and run all shards again",
				missing, missing.Arrivals(), missing.Requests)
		}
	}
	return problems
}

// differs says in what two shares of one benchmark differ that should not.
func (s Share) differs(o Share) string {
	for _, f := range []struct {
		name string
		same bool
		a, b any
	}{
		{"number of shards", s.Of == o.Of, s.Of, o.Of},
		{"scenario", s.Scenario == o.Scenario, s.Scenario, o.Scenario},
		{"seed", s.Seed == o.Seed, s.Seed, o.Seed},
		{"rate", s.Rate == o.Rate, s.Rate, o.Rate},
		{"number of requests", s.Requests == o.Requests, s.Requests, o.Requests},
		{"selection of prompts", s.Selection == o.Selection, s.Selection, o.Selection},
		{"cold", s.Cold == o.Cold, s.Cold, o.Cold},
		{"schedule", s.Schedule == o.Schedule, s.Schedule, o.Schedule},
		{"start", s.Start.Equal(o.Start), s.Start, o.Start},
		{"plan", slices.Equal(s.Plan, o.Plan), s.Plan, o.Plan},
	} {
		if !f.same {
			return fmt.Sprintf("their %s is %v and %v", f.name, f.a, f.b)
		}
	}
	return ""
}

// whole puts the shares together.
func (g *group) whole() Whole {
	slices.SortFunc(g.shares, func(a, b *reading) int { return a.Shard - b.Shard })
	w := Whole{Share: g.shares[0].Share, Distributions: g.metrics}
	w.Attempted, w.Succeeded, w.Failed, w.CPU, w.Faults = 0, 0, 0, 0, nil
	w.Replies, w.InTime, w.FirstEnd, w.LastEnd = replied.Count{}, saturation.Count{}, 0, 0
	w.Share.Invalid, w.Clock, w.Metrics = nil, Clock{}, slices.Sorted(maps.Keys(g.metrics))
	for _, s := range g.shares {
		w.Shards = append(w.Shards, s.Share)
		w.Attempted += s.Attempted
		w.Succeeded += s.Succeeded
		w.Failed += s.Failed
		w.Replies.Add(s.Replies)
		w.InTime.Add(s.InTime)
		w.CPU += s.CPU
		w.LastSent, w.Elapsed = max(w.LastSent, s.LastSent), max(w.Elapsed, s.Elapsed)
		if s.Succeeded > 0 {
			if w.LastEnd == 0 || s.FirstEnd < w.FirstEnd {
				w.FirstEnd = s.FirstEnd
			}
			w.LastEnd = max(w.LastEnd, s.LastEnd)
		}
		for label, n := range s.Faults {
			if w.Faults == nil {
				w.Faults = map[string]int{}
			}
			w.Faults[label] += n
		}
		for _, reason := range s.Invalid {
			w.Invalid = append(w.Invalid, fmt.Sprintf("%s: %s", s, reason))
		}
	}
	if w.Succeeded == 0 {
		w.Invalid = append(w.Invalid, fmt.Sprintf("none of %d requests succeeded: %v", w.Attempted, w.Faults))
	}
	if reason := w.TooManyFailed(); reason != "" && w.Of > 1 { // one generator alone has said so
		w.Invalid = append(w.Invalid, reason)
	}
	w.compareClocks()
	return w
}

// compareClocks says how far apart the shards began: they began at one time by clocks that differ.
func (w *Whole) compareClocks() {
	w.Measured = true
	for i, a := range w.Shards {
		w.Measured = w.Measured && a.Clock.Samples > 0
		for _, b := range w.Shards[:i] {
			between, within := (a.Clock.Offset - b.Clock.Offset).Abs(), a.Clock.Within+b.Clock.Within
			w.Apart, w.Proven = max(w.Apart, between+within), max(w.Proven, between-within)
		}
	}
	if !w.Measured {
		w.Apart, w.Proven = 0, 0
	}
	if w.Proven > mostProven {
		w.Invalid = append(w.Invalid, fmt.Sprintf("the shards' clocks are %v apart at least, where %v is the most: "+
			"synchronise the machines' clocks", w.Proven, mostProven))
	}
}
