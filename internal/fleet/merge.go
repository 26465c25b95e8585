package fleet

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/tailgate-go/tailgate/internal/latency"
	"github.com/tailgate-go/tailgate/internal/strictjson"
)

const (
	mostLine          = 2 << 20 // bytes of a line of ours
	mostShares        = 100_000
	mostDistributions = 2000 // distinct ones, of 270 kB each at most
)

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
