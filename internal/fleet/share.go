package fleet

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"time"

	"github.com/tailgate-go/tailgate/internal/latency"
	"github.com/tailgate-go/tailgate/internal/part"
	"github.com/tailgate-go/tailgate/internal/replied"
	"github.com/tailgate-go/tailgate/internal/saturation"
)

const (
	sharePrefix        = "#tailgate-share "
	distributionPrefix = "#tailgate-distribution "

	version = 3
)

// Share is what one load generator says of its part of one benchmark. Durations are in nanoseconds.
type Share struct {
	Version   int      `json:"version"`
	Run       string   `json:"run"`       // at random: what ties distributions to their share
	Benchmark string   `json:"benchmark"` // without "Benchmark" and GOMAXPROCS
	Plan      []string `json:"plan"`      // all benchmarks of the process, this one among them
	Shard     int      `json:"shard"`     // from 1
	Of        int      `json:"of"`        // 1: there is but one

	// What all shards have in common.
	Scenario string    `json:"scenario"` // SHA-256 of the scenario, in hexadecimal
	Schedule string    `json:"schedule"` // SHA-256 of the whole schedule
	Seed     uint64    `json:"seed"`
	Rate     float64   `json:"rate"`     // requests per second, of all shards
	Requests int       `json:"requests"` // of all shards
	Start    time.Time `json:"start"`    // as asked; of one generator alone, when it was

	// Selection tells which prompts there are to send, in dataset.Set's 48 bits. Cold: no server's cache is to know any of them.
	Selection uint64 `json:"selection"`
	Cold      bool   `json:"cold"`
	Insecure  bool   `json:"insecure_tls"` // any certificate of the server was accepted

	Attempted int            `json:"attempted"`
	Succeeded int            `json:"succeeded"`
	Failed    int            `json:"failed"`
	Faults    map[string]int `json:"faults,omitempty"` // by label; they sum to Failed
	Replies   replied.Count  `json:"replies"`          // of those that succeeded

	MayFail  *float64         `json:"may_fail_percent,omitempty"` // of all shards' requests; nil: all may
	InTime   saturation.Count `json:"in_time"`                    // what was due, and what was answered, in the second half
	FirstEnd time.Duration    `json:"first_end_ns"`               // of a request that succeeded, from the start
	LastEnd  time.Duration    `json:"last_end_ns"`                // likewise
	LastSent time.Duration    `json:"last_sent_ns"`               // from the start
	Elapsed  time.Duration    `json:"elapsed_ns"`                 // from the start to the last end
	CPU      time.Duration    `json:"cpu_ns"`                     // that the process used for the load; 0: not known
	Clock    Clock            `json:"clock"`
	Invalid  []string         `json:"invalid,omitempty"` // why it must not be judged
	Metrics  []string         `json:"metrics"`           // the distributions that follow, ascending
}

// written is a line of a distribution.
type written struct {
	Run    string `json:"run"`
	Metric string `json:"metric"`
	latency.Encoded
}

// Arrivals is how many of the requests are the share's.
func (s Share) Arrivals() int { return s.part().Len(s.Requests) }

func (s Share) part() part.Part { return part.Part{I: s.Shard, N: s.Of} }

// TooManyFailed says that more requests failed than may, and is empty where no more did.
func (s Share) TooManyFailed() string {
	most := replied.MayFail(s.MayFail, s.Attempted)
	if s.Failed <= most {
		return ""
	}
	return fmt.Sprintf("%d of %d requests failed, where %d may (max_error_percent): %v", s.Failed, s.Attempted, most, s.Faults)
}

// CheckStages says why the distributions of so many benchmarks, each with these stages beside latencies, cannot be put together. It
// is for load generators to ask before they send anything.
func CheckStages(names []string, benchmarks int) error {
	const others = 5 // Latency, TTFT, TPOT, ITL, Lag
	if n := len(names) + others; n > mostMetrics || n*benchmarks > mostDistributions {
		return fmt.Errorf("fleet: %d metrics of each of %d rates are more than %d a rate or %d in all: "+
			"divide the adapters or the rates over several scenarios", n, benchmarks, mostMetrics, mostDistributions)
	}
	for _, name := range names {
		if !isMetric(name) {
			return fmt.Errorf("fleet: the metric %q is no name of up to %d letters: rename the adapter", short(name), mostWord)
		}
	}
	return nil
}

// String names the shard: "shard 3 of 8".
func (s Share) String() string { return fmt.Sprintf("shard %d of %d", s.Shard, s.Of) }

// Write writes the share's lines, in one Write. It fills in Version, Run and Metrics, and refuses what Merge would.
func (s Share) Write(w io.Writer, metrics map[string]*latency.Distribution) error {
	var id [8]byte
	if _, err := rand.Read(id[:]); err != nil {
		return err
	}
	s.Version, s.Run, s.Metrics = version, hex.EncodeToString(id[:]), slices.Sorted(maps.Keys(metrics))
	if err := s.validate(); err != nil {
		return fmt.Errorf("fleet: %s: %w", s.Benchmark, err)
	}
	text, err := appendLine(nil, sharePrefix, s)
	for _, name := range s.Metrics {
		encoded, failed := metrics[name].Encode()
		err = errors.Join(err, failed)
		var more error
		text, more = appendLine(text, distributionPrefix, written{s.Run, name, encoded})
		err = errors.Join(err, more)
	}
	if err != nil {
		return fmt.Errorf("fleet: %s: %w", s.Benchmark, err)
	}
	_, err = w.Write(text)
	return err
}

func appendLine(to []byte, prefix string, v any) ([]byte, error) {
	text, err := json.Marshal(v)
	return append(append(append(to, prefix...), text...), '\n'), err
}

const (
	mostRequests   = 20_000_000
	mostBenchmarks = 200
	mostMetrics    = 1000
	mostReasons    = 100
	mostWord       = 300 // characters of a name
	mostReason     = 2000
	longest        = 100 * 24 * time.Hour
)

var (
	benchmarkForm = regexp.MustCompile(`^[A-Z][!-~]*$`)
	metricForm    = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]*$`)
	sumForm       = regexp.MustCompile(`^[0-9a-f]{64}$`)
	runForm       = regexp.MustCompile(`^[0-9a-f]{16}$`)
)

// validate returns what cannot be.
func (s Share) validate() error {
	switch {
	case s.Version != version:
		return fmt.Errorf("its version is %d, where this is %d: merge with the version that measured", s.Version, version)
	case !runForm.MatchString(s.Run):
		return fmt.Errorf("run is %q, which is no such name", short(s.Run))
	case !isName(s.Benchmark):
		return fmt.Errorf("benchmark is %q, which is no name of one", short(s.Benchmark))
	case len(s.Plan) > mostBenchmarks || slices.ContainsFunc(s.Plan, func(name string) bool { return !isName(name) }) ||
		!slices.Contains(s.Plan, s.Benchmark):
		return fmt.Errorf("plan is no list of up to %d benchmarks with this one among them", mostBenchmarks)
	case s.part().Check() != nil:
		return s.part().Check()
	case !sumForm.MatchString(s.Scenario) || !sumForm.MatchString(s.Schedule):
		return errors.New("scenario or schedule is no SHA-256 in hexadecimal")
	case !(s.Rate > 0 && s.Rate <= 1e7):
		return fmt.Errorf("rate is %v; requests per second are above 0, up to 1e7", s.Rate)
	case s.Requests < s.Of || s.Requests > mostRequests:
		return fmt.Errorf("requests is %d; there are at least as many as shards, and at most %d", s.Requests, mostRequests)
	case s.Start.IsZero():
		return errors.New("start is missing")
	case s.Selection == 0 || s.Selection >= 1<<48:
		return fmt.Errorf("selection is %d, which has not 48 bits of a hash", s.Selection)
	}
	return s.validateCounts()
}

func (s Share) validateCounts() error {
	faults := 0
	for label, n := range s.Faults {
		if n < 1 || n > s.Failed || label == "" || len(label) > mostWord {
			return fmt.Errorf("faults has %d of %q", n, short(label))
		}
		faults += n
	}
	switch {
	case s.Attempted < 0 || s.Attempted > s.Arrivals():
		return fmt.Errorf("%d requests were attempted, where %s has %d", s.Attempted, s, s.Arrivals())
	case s.Succeeded < 0 || s.Failed < 0 || s.Succeeded+s.Failed != s.Attempted || faults != s.Failed:
		return fmt.Errorf("%d requests succeeded and %d failed, %d with a reason, of %d attempted",
			s.Succeeded, s.Failed, faults, s.Attempted)
	case s.MayFail != nil && !(*s.MayFail >= 0 && *s.MayFail <= 100):
		return fmt.Errorf("may_fail_percent is %v, and not 0 to 100", *s.MayFail)
	case !s.Replies.IsOf(s.Succeeded, s.Attempted):
		return fmt.Errorf("replies is %+v, which %d replies are not", s.Replies, s.Succeeded)
	case s.InTime.Due < 0 || s.InTime.Due > s.Arrivals() || s.InTime.Answered < 0 || s.InTime.Answered > s.Succeeded:
		return fmt.Errorf("in_time is %+v of %d requests, %d of which succeeded", s.InTime, s.Arrivals(), s.Succeeded)
	case s.LastSent < 0 || s.LastSent > longest || s.Elapsed < 0 || s.Elapsed > longest || s.CPU < 0 || s.CPU > 1000*longest:
		return fmt.Errorf("the last was sent after %v and ended after %v, for %v of CPU time, which no run has",
			s.LastSent, s.Elapsed, s.CPU)
	case s.FirstEnd < 0 || s.LastEnd < s.FirstEnd || s.LastEnd > s.Elapsed:
		return fmt.Errorf("the first request ended after %v, the last after %v, and all was over after %v",
			s.FirstEnd, s.LastEnd, s.Elapsed)
	case len(s.Invalid) > mostReasons ||
		slices.ContainsFunc(s.Invalid, func(reason string) bool { return reason == "" || len(reason) > mostReason }):
		return fmt.Errorf("invalid is no list of up to %d reasons", mostReasons)
	case len(s.Metrics) > mostMetrics || !slices.IsSorted(s.Metrics) || len(slices.Compact(slices.Clone(s.Metrics))) != len(s.Metrics):
		return fmt.Errorf("metrics is no list of up to %d distributions, ascending", mostMetrics)
	case slices.ContainsFunc(s.Metrics, func(name string) bool { return !isMetric(name) }):
		return fmt.Errorf("metrics has a name that is none, in %q", s.Metrics)
	}
	return s.Clock.validate()
}

func isMetric(name string) bool { return metricForm.MatchString(name) && len(name) <= mostWord }

func isName(name string) bool { return len(name) <= mostWord && benchmarkForm.MatchString(name) }

// short is as much of what was found as fits a message.
func short(text string) string {
	if len(text) > 60 {
		return text[:60] + "..."
	}
	return text
}
