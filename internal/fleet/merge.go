package fleet

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/internal/latency"
	"github.com/tailgate-go/tailgate/internal/replied"
	"github.com/tailgate-go/tailgate/internal/saturation"
	"github.com/tailgate-go/tailgate/internal/strictjson"
)

const (
	mostLine          = 2 << 20 // bytes of a line of ours
	mostShares        = 100_000
	mostDistributions = 2000 // distinct ones, of 270 kB each at most
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

// group is a benchmark while it is read.
type group struct {
	shares  []*reading
	metrics map[string]*latency.Distribution
}

// reading is a share of which not all distributions may have come.
type reading struct {
	Share
	line int
	left []string
}

type merger struct {
	groups  map[string]*group
	order   []string
	runs    map[string]*reading
	counted int // distributions
	config  config
}

// Merge reads the output of shards, one after the other, and puts each benchmark together, in order of appearance.
// Lines that are not of shares are passed over. The error says all that is wrong: which share of which benchmark is missing,
// there twice, of another load, or cut short.
func Merge(r io.Reader) ([]Whole, error) {
	m := merger{groups: map[string]*group{}, runs: map[string]*reading{}, config: config{}}
	if err := m.read(bufio.NewReaderSize(r, 64<<10)); err != nil {
		return nil, err
	}
	if len(m.order) == 0 {
		return nil, errors.New("fleet: there are no shares; give the whole output of every shard")
	}
	var problems []error
	for _, name := range m.order {
		problems = append(problems, m.groups[name].check(name)...)
	}
	problems = append(problems, m.unplanned()...)
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	wholes := make([]Whole, len(m.order))
	for i, name := range m.order {
		wholes[i] = m.groups[name].whole()
		wholes[i].Config = m.config.lines()
	}
	return wholes, nil
}

func (m *merger) read(in *bufio.Reader) error {
	for num := 1; ; num++ {
		text, err := line(in)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("fleet: line %d: %w", num, err)
		}
		if data, ok := bytes.CutPrefix(text, []byte(sharePrefix)); ok {
			err = m.share(num, data)
		} else if data, ok := bytes.CutPrefix(text, []byte(distributionPrefix)); ok {
			err = m.distribution(data)
		} else {
			m.config.add(text)
		}
		if err != nil {
			return fmt.Errorf("fleet: line %d: %w", num, err)
		}
	}
}

// line is the next line without its end. Of a line that is not ours no more than its beginning is kept.
func line(in *bufio.Reader) ([]byte, error) {
	var text []byte
	for {
		piece, err := in.ReadSlice('\n')
		if ours := len(text) == 0 || text[0] == '#'; ours {
			text = append(text, piece...)
		}
		switch {
		case len(text) > mostLine && (bytes.HasPrefix(text, []byte(sharePrefix)) || bytes.HasPrefix(text, []byte(distributionPrefix))):
			return nil, fmt.Errorf("it has more than %d bytes; no share has", mostLine)
		case len(text) > mostLine:
			text = text[:1]
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if errors.Is(err, io.EOF) && len(text) > 0 {
			err = nil
		}
		return bytes.TrimRight(text, "\r\n"), err
	}
}

func decode(what string, data []byte, v any, free ...string) error {
	at, err := strictjson.Read(what, data, free...)
	if err == nil {
		_, err = at.Decode(v)
	}
	if err != nil {
		return fmt.Errorf("%s: %w; give the whole output, as it was printed", what, err)
	}
	return nil
}

func (m *merger) share(num int, data []byte) error {
	r := &reading{line: num}
	if err := decode("share", data, &r.Share, "faults"); err != nil {
		return err
	}
	if err := r.validate(); err != nil {
		return fmt.Errorf("share: %w", err)
	}
	if m.runs[r.Run] != nil {
		return fmt.Errorf("share: %s of %s is there twice, in line %d too: give each output once", r, r.Benchmark, m.runs[r.Run].line)
	}
	if len(m.runs) >= mostShares || len(m.order) >= mostBenchmarks {
		return fmt.Errorf("share: there are more than %d shares or %d benchmarks", mostShares, mostBenchmarks)
	}
	r.left = slices.Clone(r.Share.Metrics)
	m.runs[r.Run] = r
	g := m.groups[r.Benchmark]
	if g == nil {
		g = &group{metrics: map[string]*latency.Distribution{}}
		m.groups[r.Benchmark] = g
		m.order = append(m.order, r.Benchmark)
	}
	g.shares = append(g.shares, r)
	return nil
}

func (m *merger) distribution(data []byte) error {
	var w written
	if err := decode("distribution", data, &w); err != nil {
		return err
	}
	r := m.runs[w.Run]
	if r == nil {
		return fmt.Errorf("distribution: its share, of run %q, is not above it: give the whole output", short(w.Run))
	}
	at := slices.Index(r.left, w.Metric)
	if at < 0 {
		return fmt.Errorf("distribution: %s of %s has no %q, or twice", r, r.Benchmark, short(w.Metric))
	}
	d, err := w.Decode()
	if err != nil {
		return fmt.Errorf("distribution: %s of %s: %s: %w", r, r.Benchmark, w.Metric, err)
	}
	if w.Metric == Latency && d.Len() != int64(r.Succeeded) {
		return fmt.Errorf("distribution: %s of %s: there are %d latencies, where %d requests succeeded",
			r, r.Benchmark, d.Len(), r.Succeeded)
	}
	r.left = slices.Delete(r.left, at, at+1)
	into := m.groups[r.Benchmark].metrics
	if into[w.Metric] == nil {
		if m.counted++; m.counted > mostDistributions {
			return fmt.Errorf("distribution: there are more than %d", mostDistributions)
		}
		into[w.Metric] = &latency.Distribution{}
	}
	into[w.Metric].Add(&d)
	return nil
}

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

// unplanned are benchmarks that were planned and that no shard came to.
func (m *merger) unplanned() []error {
	var problems []error
	told := map[string]bool{}
	for _, name := range m.order {
		for _, planned := range m.groups[name].shares[0].Plan {
			if m.groups[planned] == nil && !told[planned] {
				told[planned] = true
				problems = append(problems, fmt.Errorf("fleet: %s is missing: no shard came to it", planned))
			}
		}
	}
	return problems
}

// whole puts the shares together.
func (g *group) whole() Whole {
	slices.SortFunc(g.shares, func(a, b *reading) int { return a.Shard - b.Shard })
	w := Whole{Share: g.shares[0].Share, Distributions: g.metrics}
	w.Attempted, w.Succeeded, w.Failed, w.CPU, w.Faults = 0, 0, 0, 0, nil
	w.Replies, w.InTime = replied.Count{}, saturation.Count{}
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
