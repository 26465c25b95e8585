package duet

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// PlainEnv names the environment variable that invites a process to take plain turns: the version of the protocol, the descriptors
// to read from and to write to, and the name of the benchmark that is to take them. A Recorder does not heed it.
const PlainEnv = "TAILGATE_PLAIN"

// PlainSeat is a process's place in a duet of plain benchmarks. Package testing holds it, in test binaries that a gate builds: so
// this file, and those that it needs, import nothing that package testing could not. It is for one goroutine.
type PlainSeat struct {
	Benchmark string // that takes the turns, such as BenchmarkChat/size=small

	from   io.Reader
	to     io.Writer
	in     inbox
	out    []byte
	over   error // why there are no more turns; nil while there are
	number int64 // of the turn; 0 before the first
	warmUp bool  // this turn
	totals Totals

	epoch     time.Time
	began     time.Duration // this turn, since epoch
	cpu, idle time.Duration // when this turn began, and from the end of the turn before until then
	ended     time.Duration // CPU time at the end of the turn before
	switches  int64
}

// JoinPlain is the process's seat for plain turns: nil if no gate asked for any. An error says why there can be none. The variable
// is removed, so that what the process starts is not invited too: call it when package testing is initialized.
func JoinPlain() (*PlainSeat, error) {
	value := os.Getenv(PlainEnv)
	if value == "" {
		return nil, nil
	}
	words := strings.SplitN(value, " ", 4)
	if len(words) != 4 || words[3] == "" {
		return nil, fmt.Errorf("environment variable %s=%q: not a version, two descriptors and a benchmark", PlainEnv, value)
	}
	from, to, err := accept(words[:3])
	if err != nil {
		return nil, fmt.Errorf("environment variable %s=%q: %w", PlainEnv, value, err)
	}
	return &PlainSeat{Benchmark: words[3], from: from, to: to, epoch: time.Now()}, os.Unsetenv(PlainEnv)
}

// Sit takes the seat, once everything that comes before the first turn is done. anew says that each turn calls the benchmark's
// function.
func (s *PlainSeat) Sit(procs int, anew bool) error {
	can := capabilities | TakesPlainTurns
	if anew {
		can |= BeginsAnew
	}
	s.out = appendHello(s.out, Hello{PID: os.Getpid(), Procs: procs, Can: can, Benchmark: s.Benchmark})
	s.ended, _ = usage()
	return s.send()
}

// Next says what the turn before has measured, and waits for the next one: so many iterations. r is nil before the first turn. Of r
// the seat knows the number, the wall time, the CPU times and the switches by itself. The error is ErrEnd, ErrGateGone, or what
// went wrong: there are no more turns then, now and ever.
func (s *PlainSeat) Next(r *PlainResult) (iterations int, err error) {
	if s.over == nil && r != nil {
		s.over = s.measured(r)
	}
	if s.over != nil {
		return 0, s.over
	}
	kind, body, err := s.in.next(s.from)
	switch {
	case errors.Is(err, io.EOF):
		s.over = ErrGateGone
	case err != nil:
		s.over = fmt.Errorf("duet: from the gate: %w", err)
	case kind == kindPlainTurn:
		iterations, s.over = s.granted(body)
	case kind == kindEnd:
		s.out = appendTotals(s.out, s.totals)
		_ = s.send() // the end is the end
		s.over = ErrEnd
	default:
		s.over = fmt.Errorf("duet: from the gate: a frame of kind %q where a plain turn was to come", kind)
	}
	return iterations, s.over
}

func (s *PlainSeat) granted(body []byte) (int, error) {
	number, t, err := decodePlainTurn(body)
	if err != nil {
		return 0, fmt.Errorf("duet: from the gate: %w", err)
	}
	s.number, s.warmUp = number, t.WarmUp
	s.cpu, s.switches = usage()
	s.idle = s.cpu - s.ended
	s.began = time.Since(s.epoch)
	return t.Iterations, nil
}

func (s *PlainSeat) measured(r *PlainResult) error {
	cpu, switches := usage()
	r.Number = s.number
	r.Wall = time.Since(s.epoch) - s.began
	r.Timed = min(max(0, r.Timed), r.Wall) // the benchmark may have reset its timer
	r.CPU, r.Idle, r.Switches = cpu-s.cpu, s.idle, switches-s.switches
	s.out = appendPlainResult(s.out, r)
	if len(r.Metrics) > maxMetrics || tooLong(s.out) {
		s.Fail(fmt.Sprintf("%s reports %d metrics in %d bytes, where %d in %d are the most",
			s.Benchmark, len(r.Metrics), len(s.out), maxMetrics, most[kindPlainResult]))
		return s.over
	}
	if s.warmUp {
		s.totals = Totals{}
	} else {
		s.totals.Requests += r.Iterations
		s.totals.Allocations += r.Allocations
		s.totals.Bytes += r.Bytes
	}
	s.ended, _ = usage()
	return s.send()
}

// Fail says why there will be no more results. Only the first word counts.
func (s *PlainSeat) Fail(text string) {
	if s.over == nil {
		s.over = errPlainFailed
		_, _ = s.to.Write(appendFailure(s.out, text)) // a gate that is gone need not know
	}
}

// errPlainFailed means that this side has failed, and has said so.
var errPlainFailed = errors.New("the benchmark has failed in its turns")

func (s *PlainSeat) send() error {
	if _, err := s.to.Write(s.out); err != nil {
		return fmt.Errorf("%w: %w", ErrGateGone, err)
	}
	return nil
}
