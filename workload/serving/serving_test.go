package serving_test

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/tailgate-go/tailgate/internal/testbed/engine"
	"github.com/tailgate-go/tailgate/internal/testbed/gateway"
	"github.com/tailgate-go/tailgate/internal/testbed/kernel"
	"github.com/tailgate-go/tailgate/internal/testbed/stack"
	"github.com/tailgate-go/tailgate/workload/serving"
)

var logFile = flag.String("serving.log", "", "write a line for each request of BenchmarkServing to this `file`, as it ends")

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
		serving.BenchmarkOf(b, s, serving.Options{
			Start: func(b *testing.B) serving.Target { return start(b, s) },
			// Client and service share the processors: what stalls one stalls both. Lag is reported, and is part of latencies.
			MaxLagPercent: 1e6,
			Log:           log,
		})
	}
}

// start starts the embedded stack as the scenario has it.
func start(tb testing.TB, s serving.Scenario) serving.Target {
	tb.Helper()
	config := stack.Config{
		Replicas: s.Stack.Replicas, Model: s.Model, MaxLoras: s.Stack.MaxLoras,
		Engine:  engine.Config{MaxCPULoras: s.Stack.MaxCPULoras, MaxNumSeqs: s.Stack.MaxNumSeqs, MaxModelLen: s.Stack.MaxModelLen},
		Gateway: gateway.Config{Models: map[string]gateway.Criticality{}},
	}
	for _, a := range s.Adapters {
		config.Adapters = append(config.Adapters, a.Name)
		if a.Criticality != "" {
			var c gateway.Criticality
			if err := c.UnmarshalText([]byte(a.Criticality)); err != nil {
				tb.Fatal(err)
			}
			config.Gateway.Models[a.Name] = c
		}
	}
	config.Device = device(tb, s.Stack.Device)
	running, err := stack.Start(config)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := running.Close(); err != nil {
			tb.Error(err)
		}
	})
	target := serving.Target{URL: running.URL()}
	for _, r := range running.Replicas() {
		target.Metrics = append(target.Metrics, r.URL()+"/metrics")
	}
	return target
}

// device makes the devices of a scenario's stack.
func device(tb testing.TB, name string) func(int) (engine.Device, error) {
	switch name {
	case "", "h100":
		return nil
	case "small":
		return func(int) (engine.Device, error) { return engine.Small(), nil }
	case "kernel":
		return func(int) (engine.Device, error) {
			d, err := kernel.NewDecoder(kernel.Tiny(), 1)
			if err != nil {
				return nil, err
			}
			return engine.NewKernel(d, -1), nil
		}
	}
	tb.Fatalf("no device %q", name)
	return nil
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
