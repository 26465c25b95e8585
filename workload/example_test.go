package workload_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/tailgate-go/tailgate/workload"
)

// A benchmark of a small service. It stands in a _test.go file and is run with go test -bench.
func ExampleRecord() {
	BenchmarkGreeting := func(b *testing.B) {
		rec := workload.Record(b)
		for b.Loop() {
			rec.Do(func(r *workload.Request) error {
				name := fmt.Sprint("caller ", b.N%7)
				r.Stage("preprocess")
				_, err := json.Marshal(map[string]string{"greeting": "hello " + name})
				return err
			})
		}
	}
	result := testing.Benchmark(BenchmarkGreeting)
	for _, unit := range []string{"p50-ns", "p95-ns", "p99-ns", "p95-preprocess-ns", "req/s"} {
		fmt.Println(unit, result.Extra[unit] > 0)
	}
	// Output:
	// p50-ns true
	// p95-ns true
	// p99-ns true
	// p95-preprocess-ns true
	// req/s true
}

// Three requests at once, until twelve have been served.
func ExampleLoad_Run() {
	load := workload.Load{Requests: 12, Concurrency: 3}
	result, err := load.Run(context.Background(), func(_ context.Context, i int, _ time.Time) error {
		if i == 5 {
			return errors.New("out of paper")
		}
		return nil
	})
	fmt.Println(err, result.Attempted, result.Succeeded, result.Requests[5].Err)
	// Output: <nil> 12 11 out of paper
}
