package duet

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// MaxIterations is the most that one plain turn may be of: as many as package testing runs at one time.
const MaxIterations = 1_000_000_000

// PlainTurn is what a gate grants a plain benchmark: one without a Recorder.
type PlainTurn struct {
	Iterations int           // 1 to MaxIterations
	WarmUp     bool          // leaves no trace in the Totals
	Within     time.Duration // a process that takes longer has stalled; 0 means DefaultWithin
}

// PlainResult is what a process measured in one plain turn.
type PlainResult struct {
	Number     int64         // of the turn: 1, 2, ...
	Iterations int64         // that the turn had: b.N, or as many as b.Loop let pass
	Wall       time.Duration // of the turn, in the process: with the set-up of a b.N function
	Timed      time.Duration // as much of Wall as the benchmark's timer ran
	CPU        time.Duration // of all the process's threads, user and system, during Wall
	Idle       time.Duration // CPU time burnt since the turn before, while the process was to wait
	Switches   int64         // involuntary context switches of the process during Wall
	GCs        int64         // garbage collections completed during Wall
	// Allocations are heap objects, and Bytes their size, while the timer ran: exact.
	Allocations, Bytes int64
	Processed          int64    // bytes that an iteration processes, as b.SetBytes says; 0: not said
	Metrics            []Metric // of b.ReportMetric, in no order; those of a b.Loop function come with its result line only

	// Took is the gate's own measure, as in Result.
	Took time.Duration
}

// Metric is a value that a benchmark reported of itself.
type Metric struct {
	Unit  string  // without white space
	Value float64 // any: a benchmark may divide by 0
}

// What the result line of a b.Loop function has besides, for the gate: its function may say so after its loop, when its turns are
// over.
const (
	SaidBytes = "tailgate-bytes" // that an iteration processes, as b.SetBytes says
	// SaidOwn stands before each of TestingUnits that the function reports itself, with any value.
	SaidOwn = "tailgate-own-"
)

// TestingUnits are those that package testing reports, in the place of which a benchmark may report its own.
var TestingUnits = [...]string{"ns/op", "MB/s", "B/op", "allocs/op"}

const maxMetrics = 256 // of one result

func appendPlainTurn(b []byte, number int64, t PlainTurn) []byte {
	b = appendInt(begin(b, kindPlainTurn), number)
	b = appendInt(b, t.Iterations)
	flags := 0
	if t.WarmUp {
		flags = plainWarmUp
	}
	return finish(appendInt(b, flags))
}

const plainWarmUp = 1 // flag

func decodePlainTurn(body []byte) (number int64, t PlainTurn, err error) {
	f := fields{rest: body}
	number = f.number("number", math.MaxInt64)
	t.Iterations = int(f.number("iterations", MaxIterations))
	if t.Iterations == 0 {
		f.fail("iterations", errors.New("none"))
	}
	t.WarmUp = f.number("flags", plainWarmUp) == plainWarmUp
	if err := f.end(); err != nil {
		return 0, PlainTurn{}, fmt.Errorf("plain turn: %w", err)
	}
	return number, t, nil
}

func appendPlainResult(b []byte, r *PlainResult) []byte {
	b = begin(b, kindPlainResult)
	for _, v := range [...]int64{
		r.Number, r.Iterations, int64(r.Wall), int64(r.Timed), int64(r.CPU), int64(r.Idle), r.Switches, r.GCs,
		r.Allocations, r.Bytes, r.Processed,
	} {
		b = appendInt(b, v)
	}
	b = appendInt(b, len(r.Metrics))
	for _, m := range r.Metrics {
		b = appendInt(appendText(b, m.Unit), math.Float64bits(m.Value))
	}
	return finish(b)
}

func decodePlainResult(body []byte) (*PlainResult, error) {
	f := fields{rest: body}
	duration := func(what string) time.Duration { return time.Duration(f.number(what, math.MaxInt64)) }
	r := &PlainResult{
		Number:      f.number("number", math.MaxInt64),
		Iterations:  f.number("iterations", math.MaxInt64),
		Wall:        duration("wall time"),
		Timed:       duration("timed"),
		CPU:         duration("CPU time"),
		Idle:        duration("idle CPU time"),
		Switches:    f.number("involuntary switches", math.MaxInt64),
		GCs:         f.number("garbage collections", math.MaxInt64),
		Allocations: f.number("allocations", math.MaxInt64),
		Bytes:       f.number("bytes", math.MaxInt64),
		Processed:   f.number("bytes processed", math.MaxInt64),
	}
	seen := map[string]bool{}
	for range f.number("metrics", maxMetrics) {
		m := Metric{string(f.text("metric", maxName)), math.Float64frombits(f.word("value of a metric"))}
		switch {
		case f.err != nil:
		case m.Unit == "" || !utf8.ValidString(m.Unit) || strings.ContainsFunc(m.Unit, unicode.IsSpace):
			f.fail("metric", fmt.Errorf("%q is no unit", m.Unit))
		case seen[m.Unit]:
			f.fail("metric", fmt.Errorf("%q comes twice", m.Unit))
		}
		seen[m.Unit] = true
		r.Metrics = append(r.Metrics, m)
	}
	if err := f.end(); err != nil {
		return nil, err
	}
	return r, nil
}
