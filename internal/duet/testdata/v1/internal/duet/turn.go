package duet

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// MaxRequests is the most that one turn may be of. It is below the number at which a Recorder stops to keep every latency as it is.
const MaxRequests = 1 << 16

// DefaultWithin is how long a turn may take unless it says otherwise.
const DefaultWithin = time.Minute

// Turn is what a gate grants a process.
type Turn struct {
	Requests int           // to serve, 1 to MaxRequests
	WarmUp   bool          // leaves no trace in the Totals
	Within   time.Duration // a process that takes longer has stalled; 0 means DefaultWithin
}

// About is a turn of about as much work, going by what r took: of one request where requests take longer.
func (r *Result) About(work time.Duration) Turn {
	per := max(r.Wall/time.Duration(max(len(r.Latencies), 1)), 1)
	return Turn{Requests: int(min(max((work+per/2)/per, 1), MaxRequests))}
}

const flagWarmUp = 1

func appendTurn(b []byte, number int64, t Turn) []byte {
	b = appendInt(begin(b, kindTurn), number)
	b = appendInt(b, t.Requests)
	flags := 0
	if t.WarmUp {
		flags |= flagWarmUp
	}
	return finish(appendInt(b, flags))
}

func decodeTurn(body []byte) (number int64, t Turn, err error) {
	f := fields{rest: body}
	number = f.number("number", math.MaxInt64)
	t.Requests = int(f.number("requests", MaxRequests))
	if t.Requests == 0 {
		f.fail("requests", errors.New("none"))
	}
	t.WarmUp = f.number("flags", flagWarmUp) == flagWarmUp
	if err := f.end(); err != nil {
		return 0, Turn{}, fmt.Errorf("turn: %w", err)
	}
	return number, t, nil
}
