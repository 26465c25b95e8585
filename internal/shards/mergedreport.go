package shards

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/output"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

// describe says in doc what was merged.
func (m *Merged) describe(doc *report.Document) {
	first := m.shards[0]
	doc.Baseline, doc.Candidate = sideOf(first.found.Baseline), sideOf(first.found.Candidate)
	if first.found.Anchor != nil {
		anchor := sideOf(*first.found.Anchor)
		doc.Anchor = &anchor
	}
	doc.Accepts = first.found.Accepts
	doc.Planted, doc.Expected = first.found.Planted, policy.Outcome(first.found.Expected)
	began, ended := first.verdict.Began, time.Time{}
	facts := distinct{}
	for _, s := range m.shards {
		for _, f := range s.verdict.Environment {
			facts.add(f.Name, f.Value)
		}
		if s.verdict.Began.Before(began) {
			began = s.verdict.Began
		}
		if end := s.verdict.Began.Add(s.verdict.Took); end.After(ended) {
			ended = end
		}
		doc.Notes = append(doc.Notes, s.verdict.Shard.String())
		for _, note := range s.verdict.Notes {
			doc.Notes = append(doc.Notes, fmt.Sprintf("shard %d: %s", s.found.Shard, note))
		}
		for _, c := range s.verdict.Causes {
			if c.Command != "" {
				c.Command, c.Elsewhere = "", s.found.String()
			}
			doc.Causes = append(doc.Causes, c)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		doc.Environment = append(doc.Environment, report.Fact{Name: name, Value: facts.joined(name)})
	}
	doc.Notes = append(doc.Notes, fmt.Sprintf("merged from %d shards, which measured from %s to %s; "+
		"the latencies of single requests are on their own pages",
		len(m.shards), began.UTC().Format(time.DateTime), ended.UTC().Format(time.DateTime)))
}

// Save writes the rounds of all shards in the report's order.
func (m *Merged) Save(out *output.Folder) error {
	results, err := out.Begin(m.shards[0].found.Anchor != nil)
	if err != nil {
		return err
	}
	for side := range m.shards[0].sets {
		if err := results.Save(side, m.rounds(side), func() benchdata.Header { return m.header(side) }); err != nil {
			_ = results.Finish() // the first error says more
			return err
		}
	}
	return results.Finish()
}

// rounds are those of all benchmarks of a side.
func (m *Merged) rounds(side int) *benchdata.Set {
	set := &benchdata.Set{}
	for i, b := range m.shards[0].found.Benchmarks {
		s := m.shards[b.Shard-1]
		if rounds := s.rounds(side, s.found.Benchmarks[i]); len(rounds.Runs) > 0 {
			set.Benchmarks = append(set.Benchmarks, rounds)
		}
	}
	return set
}

// header is what the results of all shards say of themselves. Keys whose values differ become provenance, so that benchstat still
// compares the sides.
func (m *Merged) header(side int) benchdata.Header {
	h := benchdata.Header{
		Config: map[string]string{}, Provenance: benchdata.Provenance{"shards": {strconv.Itoa(len(m.shards))}}, Better: map[string]int{},
	}
	config, provenance := distinct{}, distinct{}
	for _, s := range m.shards {
		for key, value := range s.sets[side].Config {
			config.add(key, value)
		}
		for key := range s.sets[side].Provenance {
			provenance.add(key, s.sets[side].Provenance.Said(key))
		}
		maps.Copy(h.Better, s.sets[side].Better)
	}
	for key := range provenance {
		h.Provenance[key] = []string{provenance.joined(key)}
	}
	for key, values := range config {
		if len(values) == 1 {
			h.Config[key] = values[0]
		} else {
			h.Provenance[key] = []string{config.joined(key)}
		}
	}
	return h
}

// distinct are the values that shards have for a name, each once.
type distinct map[string][]string

func (d distinct) add(name, value string) {
	if !slices.Contains(d[name], value) {
		d[name] = append(d[name], value)
	}
}

func (d distinct) joined(name string) string { return strings.Join(d[name], " | ") }
