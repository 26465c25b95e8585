package workload_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/tailgate-go/tailgate/internal/testbed/kernel"
	"github.com/tailgate-go/tailgate/workload"
)

// BenchmarkMLP serves the original synthetic model: 1024 -> 2048 -> 2048 -> 1000, batch 16, seed 7.
func BenchmarkMLP(b *testing.B) { benchmarkMLP(b, kernel.MLPConfig{}) }

// BenchmarkMLPSmall serves requests of about 5 ms on one goroutine: gonum multiplies on several where a product has more
// than three blocks of 64 x 64, and these have at most three.
func BenchmarkMLPSmall(b *testing.B) {
	benchmarkMLP(b, kernel.MLPConfig{
		Input:   1024,
		Hidden:  slices.Repeat([]int{192}, 18),
		Classes: 100,
		Batch:   64,
	})
}

// BenchmarkMLPTiny serves requests of about 0.3 ms: no change of some percent makes them slower by 1 ms.
func BenchmarkMLPTiny(b *testing.B) {
	benchmarkMLP(b, kernel.MLPConfig{Input: 256, Hidden: slices.Repeat([]int{192}, 5), Classes: 100})
}

func benchmarkMLP(b *testing.B, c kernel.MLPConfig) {
	m, err := kernel.NewMLP(c)
	if err != nil {
		b.Fatal(err)
	}
	features := m.Sample()
	serve := func(r *workload.Request) error {
		x := m.Preprocess(features)
		r.Stage("preprocess")

		logits := m.Forward(x)
		r.Stage("model")

		r.Stage(workload.ControlledDelay)

		var top [][]kernel.Prediction // (batch, 5)
		for row := range slices.Chunk(logits, m.Config().Classes) {
			kernel.Softmax(row)
			top = append(top, kernel.TopK(row, 5))
		}
		r.Stage("postprocess")

		_, err := json.Marshal(map[string]any{"predictions": top})
		r.Stage("serialization")
		return err
	}

	rec := workload.Record(b)
	rec.Warmup(30, serve)
	for b.Loop() {
		rec.Do(serve)
	}
}
