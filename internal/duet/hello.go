package duet

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"unicode/utf8"
)

// magic and the version stand first in a hello of any version.
const magic = "tailgate duet\n"

const maxName = 1 << 10 // bytes of a benchmark's name, or of a stage's

// Hello is what a process says of itself when it takes its seat.
type Hello struct {
	PID       int
	Procs     int // GOMAXPROCS: 1 where more was expected shows a process that inherited a held CPU
	Can       Capabilities
	Benchmark string // such as BenchmarkChat/size=small, without GOMAXPROCS
}

// Capabilities are what a process can do beyond what every process of this version can. Bits that are not known here mean nothing.
type Capabilities uint64

// CanCount means that results have CPU times and involuntary context switches.
const CanCount Capabilities = 1 << 0

// DrivesItself means that the benchmark decides when its requests are served, and serves none in turn.
const DrivesItself Capabilities = 1 << 1

// TakesPlainTurns means that package testing itself has the seat, and that turns are to be plain ones.
const TakesPlainTurns Capabilities = 1 << 2

// BeginsAnew means that each plain turn calls the benchmark's function, which counts to b.N, from its beginning.
const BeginsAnew Capabilities = 1 << 3

// VersionError means that the two sides speak different versions of the protocol.
type VersionError struct{ Gate, Process uint64 }

func (e *VersionError) Error() string {
	return fmt.Sprintf("the gate speaks version %d of the duet and the benchmark's tailgate version %d: "+
		"build both with the same release of tailgate", e.Gate, e.Process)
}

func appendHello(b []byte, h Hello) []byte {
	b = appendVersion(begin(b, kindHello), version)
	b = appendInt(b, h.PID)
	b = appendInt(b, h.Procs)
	b = appendInt(b, h.Can)
	return finish(appendText(b, h.Benchmark))
}

func appendVersion(b []byte, v uint64) []byte { return appendInt(append(b, magic...), v) }

func decodeHello(body []byte) (Hello, error) {
	rest, ok := bytes.CutPrefix(body, []byte(magic))
	if !ok {
		return Hello{}, errors.New("hello: this is no benchmark process of tailgate's")
	}
	f := fields{rest: rest}
	if v := f.word("version"); f.err == nil && v != version {
		return Hello{}, &VersionError{Gate: version, Process: v}
	}
	h := Hello{
		PID:   int(f.number("process id", math.MaxInt32)),
		Procs: int(f.number("GOMAXPROCS", math.MaxInt32)),
		Can:   Capabilities(f.word("capabilities")),
	}
	name := f.text("benchmark", maxName)
	if !utf8.Valid(name) || len(name) == 0 {
		f.fail("benchmark", fmt.Errorf("%q is no name", name))
	}
	h.Benchmark = string(name)
	if err := f.end(); err != nil {
		return Hello{}, fmt.Errorf("hello: %w", err)
	}
	return h, nil
}
