package serving_test

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/tailgate-go/tailgate/internal/testbed/standin"
	"github.com/tailgate-go/tailgate/workload/serving"
)

var (
	logFile    = flag.String("serving.log", "", "write a line for each request of BenchmarkServing to this `file`, as it ends")
	resultsDir = flag.String("serving.results", "", "leave a JSON file of results for each scenario in this `folder`")
)

// BenchmarkServing runs the shipped scenarios, on the embedded stack unless a gate names a server. The small ones are meant for any
// machine:
//
//	go test -run '^$' -bench 'Serving/case=.*-small' ./workload/serving
//
// and the regression guide's own cases in full take 300 s a rate:
//
//	go test -run '^$' -bench 'Serving/case=(single-workload|multi-lora)$' -benchtime 300s -timeout 0 ./workload/serving
func BenchmarkServing(b *testing.B) {
	files, err := filepath.Glob("../../testdata/scenarios/*.json")
	if err != nil || len(files) == 0 {
		b.Fatal("no scenarios: ", err)
	}
	log := requestLog(b)
	for _, file := range files {
		s, err := serving.OpenScenario(file)
		if err != nil {
			b.Fatal(err)
		}
		// Client and service share the processors: what stalls one stalls both. Lag is reported, and is part of latencies.
		s.MaxLagPercent = 1e6
		options := serving.Options{
			Start: func(b *testing.B) serving.Target { return start(b, s) },
			Log:   log,
		}
		if *resultsDir != "" {
			options.Results = filepath.Join(*resultsDir, s.Name+".json")
		}
		serving.BenchmarkOf(b, s, options)
	}
}

// start starts the embedded stack as the scenario has it.
func start(tb testing.TB, s serving.Scenario) serving.Target {
	tb.Helper()
	running, err := standin.Start(s, "")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := running.Close(); err != nil {
			tb.Error(err)
		}
	})
	return standin.Target(running)
}

// requestLog opens what -serving.log names.
func requestLog(tb testing.TB) io.Writer {
	if *logFile == "" {
		return nil
	}
	f, err := os.OpenFile(*logFile, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		tb.Fatal(fmt.Errorf("-serving.log: %w", err))
	}
	tb.Cleanup(func() {
		if err := f.Close(); err != nil {
			tb.Error(err)
		}
	})
	return f
}
