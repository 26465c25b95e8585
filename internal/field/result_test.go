package field

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Result is what one tool said of one case in one direction: a line of the results' file.
type Result struct {
	Case      string    `json:"case"`
	Turned    bool      `json:"turned"` // from candidate to baseline
	Baseline  string    `json:"baseline"`
	Candidate string    `json:"candidate"`
	Tool      string    `json:"tool"`
	Began     time.Time `json:"began"`
	Seconds   float64   `json:"seconds"`  // from the command to the verdict, building included; not known of what failed
	Measured  float64   `json:"measured"` // of the seconds, those that serve the other direction, too: benchstat's; 0: none
	Machine   Machine   `json:"machine"`
	Load      float64   `json:"load"`  // of the minute before; -1: not known
	Error     string    `json:"error"` // why nothing was judged; empty: it was
	Said      []Said    `json:"said"`
	Causes    []Named   `json:"causes"`
}

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

// add appends r to a file, which it makes. A last line that was cut off is removed first.
func (r Result) add(file string) (err error) {
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	there, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := f.Truncate(int64(bytes.LastIndexByte(there, '\n') + 1)); err != nil {
		return err
	}
	_, err = f.Write(append(data, '\n'))
	return err
}

// readResults are those in a file, none where there is no file. A last line that was cut off is left out.
func readResults(file string) (all []Result, err error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewReader(f)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if err != nil { // the end, and what stands there was not finished
			return all, nil
		}
		var r Result
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, n, err)
		}
		all = append(all, r)
	}
}

func TestResultsAreAddedToAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new", "results.jsonl")
	none, err := readResults(file)
	require.NoError(t, err)
	assert.Empty(t, none)
	first := Result{
		Case: "a", Tool: byTailgate, Began: time.Date(2026, 11, 29, 1, 2, 3, 0, time.UTC), Seconds: 1.5,
		Said: []Said{{Benchmark: "A", Unit: "ns/op", Outcome: "regressed", Baseline: 1, Candidate: 2}}, Causes: []Named{{"A", "f"}},
	}
	second := Result{Case: "b", Turned: true, Error: "does not build"}
	require.NoError(t, first.add(file))
	require.NoError(t, second.add(file))
	got, err := readResults(file)
	require.NoError(t, err)
	assert.Equal(t, []Result{first, second}, got)

	data, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, data[:len(data)-5], 0o644)) // killed while it was written
	got, err = readResults(file)
	require.NoError(t, err)
	assert.Equal(t, []Result{first}, got)
	require.NoError(t, second.add(file))
	got, err = readResults(file)
	require.NoError(t, err)
	assert.Equal(t, []Result{first, second}, got)

	require.NoError(t, os.WriteFile(file, append([]byte("{\n"), data...), 0o644))
	_, err = readResults(file)
	assert.ErrorContains(t, err, "results.jsonl:1: ")
}
