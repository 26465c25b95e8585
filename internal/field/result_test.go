package field

import (
	"sync"
	"time"

	"github.com/tailgate-go/tailgate/internal/testbed/archive"
)

// Result is what one tool said of one case in one direction: a line of the results' file.
type Result struct {
	Case      string          `json:"case"`
	Turned    bool            `json:"turned"` // from candidate to baseline
	Baseline  string          `json:"baseline"`
	Candidate string          `json:"candidate"`
	Tool      string          `json:"tool"`
	Began     time.Time       `json:"began"`
	Seconds   float64         `json:"seconds"`  // from the command to the verdict, building included; not known of what failed
	Measured  float64         `json:"measured"` // of the seconds, those that serve the other direction, too: benchstat's; 0: none
	Machine   archive.Machine `json:"machine"`
	Load      float64         `json:"load"`  // of the minute before; -1: not known
	Error     string          `json:"error"` // why nothing was judged; empty: it was
	Said      []Said          `json:"said"`
	Causes    []Named         `json:"causes"`
}

// machine is asked once: the command that is measured was built of the commit that stood there at the beginning.
var machine = sync.OnceValue(func() archive.Machine { return archive.ThisMachine("../..") })

// day is that on which the result was begun, in UTC.
func (r Result) day() string { return r.Began.UTC().Format(time.DateOnly) }

const byTailgate, byBenchstat = "tailgate", "benchstat"

// Said is what a tool said of a metric.
type Said struct {
	Benchmark string  `json:"benchmark"` // without Benchmark and GOMAXPROCS
	Unit      string  `json:"unit"`
	Outcome   string  `json:"outcome"` // as in verdict.json; benchstat's significant changes are regressed or improved, others ok
	Code      string  `json:"code"`
	Baseline  float64 `json:"baseline"` // 0 where it was not measured
	Candidate float64 `json:"candidate"`
}

// Named is the function that a tool named first for a benchmark.
type Named struct {
	Benchmark string `json:"benchmark"`
	Function  string `json:"function"` // empty: none
}
