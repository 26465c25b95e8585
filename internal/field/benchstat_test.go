package field

import (
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/testbed/archive"
)

// runs is how people run benchmarks for benchstat.
type runs struct {
	count     int
	benchtime string
}

// benchstat measures both revisions one after the other, each in its work tree, and lets benchstat compare them in either
// direction. A plant is none of its cases: no code differs.
func (r runs) benchstat(ctx context.Context, c Case, at clone) (forward, turned Result) {
	began, busy := time.Now(), archive.Load()
	var files [2]string
	var err error
	for i, tree := range []string{at.baseline, at.candidate} {
		if files[i], err = r.measure(ctx, c, tree); err != nil {
			break
		}
	}
	measured := time.Since(began).Seconds()
	result := func(c Case, turned bool, baseline, candidate string) Result {
		out := newResult(c, turned, byBenchstat, began, busy)
		if err != nil {
			out.Error = err.Error()
			return out
		}
		now := time.Now()
		table, err := run(ctx, ".", "go", "tool", "benchstat", "-format=csv", baseline, candidate)
		if err == nil {
			out.Said, err = readBenchstat(table, runtime.GOMAXPROCS(0))
		}
		if err != nil {
			out.Error = err.Error()
		}
		out.Seconds, out.Measured = measured+time.Since(now).Seconds(), measured
		return out
	}
	return result(c, false, files[0], files[1]), result(c.turned(), true, files[1], files[0])
}

func (r runs) measure(ctx context.Context, c Case, tree string) (file string, err error) {
	command := append(slices.Clone(c.Environment), "go", "test", "-run=^$", "-bench="+c.Benchmarks, "-benchmem",
		"-count="+strconv.Itoa(r.count), "-benchtime="+r.benchtime, "-timeout=0", "-vet=off", c.Package)
	out, err := run(ctx, filepath.Join(tree, c.Dir), "env", command...)
	if err != nil {
		return "", err
	}
	return tree + ".txt", os.WriteFile(tree+".txt", []byte(out), 0o644)
}

// units are the names that benchstat has for units.
var units = map[string]string{"sec/op": "ns/op", "B/op": "B/op", "allocs/op": "allocs/op"}

// readBenchstat reads the tables of benchstat -format=csv.
func readBenchstat(table string, procs int) (all []Said, err error) {
	unit := ""
	for line := range strings.Lines(table) {
		fields, err := csv.NewReader(strings.NewReader(line)).Read()
		if err != nil {
			continue // an empty line
		}
		switch {
		case len(fields) > 1 && fields[0] == "" && (fields[1] == "" || len(fields) < 7 || fields[2] != "CI"):
			continue // the names of files
		case len(fields) == 7 && fields[0] == "" && fields[2] == "CI":
			unit = units[fields[1]] // none of other metrics
			continue
		case len(fields) != 7 || unit == "" || fields[0] == "geomean":
			continue // as what was measured on one side alone
		}
		said := Said{Benchmark: withoutProcs(fields[0], procs), Unit: unit, Outcome: "ok"}
		for at, to := range map[int]*float64{1: &said.Baseline, 3: &said.Candidate} {
			if *to, err = strconv.ParseFloat(fields[at], 64); err != nil {
				return nil, fmt.Errorf("benchstat: %s: %w", strings.TrimSpace(line), err)
			}
			if unit == "ns/op" {
				*to *= 1e9
			}
		}
		if fields[5] != "~" { // significant, or all runs of each side are equal
			switch {
			case said.Candidate > said.Baseline:
				said.Outcome = "regressed"
			case said.Candidate < said.Baseline:
				said.Outcome = "improved"
			}
		}
		all = append(all, said)
	}
	return all, nil
}

// withoutProcs is a benchmark's name without GOMAXPROCS, which is there if it is not 1.
func withoutProcs(name string, procs int) string {
	if procs == 1 {
		return name
	}
	return strings.TrimSuffix(name, "-"+strconv.Itoa(procs))
}

func TestWhatBenchstatSaysIsRead(t *testing.T) {
	data, err := os.ReadFile("testdata/benchstat.csv")
	require.NoError(t, err)
	got, err := readBenchstat(string(data), 2)
	require.NoError(t, err)
	for i := range got {
		got[i].Baseline, got[i].Candidate = math.Round(got[i].Baseline), math.Round(got[i].Candidate)
	}
	assert.Equal(t, []Said{
		{Benchmark: "Faster/size=2", Unit: "ns/op", Outcome: "improved", Baseline: 2000, Candidate: 996},
		{Benchmark: "Same", Unit: "ns/op", Outcome: "ok", Baseline: 1012, Candidate: 1014},
		{Benchmark: "Slower", Unit: "ns/op", Outcome: "regressed", Baseline: 998, Candidate: 1101},
		{Benchmark: "Faster/size=2", Unit: "B/op", Outcome: "ok", Baseline: 16, Candidate: 16},
		{Benchmark: "Same", Unit: "B/op", Outcome: "ok", Baseline: 0, Candidate: 0},
		{Benchmark: "Slower", Unit: "B/op", Outcome: "regressed", Baseline: 0, Candidate: 48},
		{Benchmark: "Faster/size=2", Unit: "allocs/op", Outcome: "ok", Baseline: 1, Candidate: 1},
		{Benchmark: "Same", Unit: "allocs/op", Outcome: "ok", Baseline: 0, Candidate: 0},
		{Benchmark: "Slower", Unit: "allocs/op", Outcome: "regressed", Baseline: 0, Candidate: 1},
	}, got)
}
