package workload_test

import (
	"fmt"
	"testing"

	"github.com/tailgate-go/tailgate/internal/testbed/kernel"
	"github.com/tailgate-go/tailgate/workload"
)

// BenchmarkDecoder serves a seeded Llama-style decoder of 0.6 million weights: the phases of a generation by themselves, and whole
// requests, with and without an adapter of rank 8.
func BenchmarkDecoder(b *testing.B) {
	for _, tokens := range []int{128, 256} { // about 7 and 17 ms
		b.Run(fmt.Sprintf("phase=prefill/tokens=%d", tokens), func(b *testing.B) {
			withAndWithout(b, func(b *testing.B, g *generator) { benchmarkPrefill(b, g, tokens) })
		})
	}
	for _, batch := range []int{1, 8} { // 80 steps: about 5 and 45 ms
		b.Run(fmt.Sprintf("phase=decode/batch=%d", batch), func(b *testing.B) {
			withAndWithout(b, func(b *testing.B, g *generator) { benchmarkDecode(b, g, batch, 80) })
		})
	}
	// One step of one sequence, about 0.1 ms: no change of some percent makes it slower by 1 ms.
	b.Run("step", func(b *testing.B) {
		withAndWithout(b, func(b *testing.B, g *generator) { benchmarkDecode(b, g, 1, 1) })
	})
	b.Run("request", func(b *testing.B) { // about 5 ms
		withAndWithout(b, func(b *testing.B, g *generator) { benchmarkRequest(b, g, 64, 32) })
	})
}

// generator is a decoder and what a benchmark needs to serve requests with it.
type generator struct {
	*kernel.Decoder
	lora   *kernel.LoRA
	steps  []kernel.Step // one of each sequence
	logits [][]float32   // (sequences, vocab)
	sample *kernel.Sampler
}

func withAndWithout(b *testing.B, benchmark func(*testing.B, *generator)) {
	for _, lora := range []string{"off", "on"} {
		b.Run("lora="+lora, func(b *testing.B) {
			d, err := kernel.NewDecoder(kernel.Tiny(), 7)
			if err != nil {
				b.Fatal(err)
			}
			g := &generator{Decoder: d}
			if lora == "on" {
				if g.lora, err = d.NewLoRA(8, 16, 7); err != nil {
					b.Fatal(err)
				}
			}
			if g.sample, err = kernel.NewSampler(0, 1, 7); err != nil {
				b.Fatal(err)
			}
			benchmark(b, g)
		})
	}
}

// sequences makes n empty sequences with room for the given number of tokens, whose next step is a prompt of its own.
func (g *generator) sequences(b *testing.B, n, room, prompt int) {
	for i := range n {
		cache, err := g.NewCache(room)
		if err != nil {
			b.Fatal(err)
		}
		tokens := make([]int, prompt)
		for t := range tokens {
			tokens[t] = (31*t + 7*i + 1) % g.Config().Vocab
		}
		g.steps = append(g.steps, kernel.Step{Cache: cache, Tokens: tokens, LoRA: g.lora})
		g.logits = append(g.logits, make([]float32, g.Config().Vocab))
	}
}

// rewind forgets all but the first n tokens of every sequence.
func (g *generator) rewind(n int) error {
	for _, s := range g.steps {
		if err := s.Cache.Truncate(n); err != nil {
			return err
		}
	}
	return nil
}

// forward runs the sequences' next steps.
func (g *generator) forward() error { return g.Forward(g.steps, g.logits) }

// say makes the most probable token of each sequence its next step.
func (g *generator) say() {
	for i := range g.steps {
		g.steps[i].Tokens[0] = g.sample.Next(g.logits[i])
	}
}

// one cuts the sequences' next steps to one token each.
func (g *generator) one() {
	for i := range g.steps {
		g.steps[i].Tokens = make([]int, 1)
	}
}

func measure(b *testing.B, serve func(*workload.Request) error) {
	rec := workload.Record(b)
	rec.Warmup(10, serve)
	for b.Loop() {
		rec.Do(serve)
	}
}

// benchmarkPrefill serves prompts of the given number of tokens, each to the logits of its first output token.
func benchmarkPrefill(b *testing.B, g *generator, tokens int) {
	g.sequences(b, 1, tokens, tokens)
	measure(b, func(r *workload.Request) error {
		if err := g.rewind(0); err != nil {
			return err
		}
		err := g.forward()
		r.Stage("model")
		r.Stage(workload.ControlledDelay)
		return err
	})
}

// benchmarkDecode serves a number of decode steps of a batch of sequences, after prompts of 64 tokens.
func benchmarkDecode(b *testing.B, g *generator, batch, steps int) {
	const prompt = 64
	g.sequences(b, batch, prompt+steps, prompt)
	if err := g.forward(); err != nil {
		b.Fatal(err)
	}
	g.one()
	measure(b, func(r *workload.Request) error {
		if err := g.rewind(prompt); err != nil {
			return err
		}
		for range steps {
			if err := g.forward(); err != nil {
				return err
			}
			g.say()
		}
		r.Stage("model")
		r.Stage(workload.ControlledDelay)
		return nil
	})
}

// benchmarkRequest serves whole requests: a prompt, then output tokens one after another, marked as they come.
func benchmarkRequest(b *testing.B, g *generator, prompt, output int) {
	g.sequences(b, 1, prompt+output, prompt)
	text, said := g.steps[0].Tokens, make([]int, 1)
	measure(b, func(r *workload.Request) error {
		if err := g.rewind(0); err != nil {
			return err
		}
		for i := range output {
			g.steps[0].Tokens = said
			if i == 0 {
				g.steps[0].Tokens = text
			}
			if err := g.forward(); err != nil {
				return err
			}
			said[0] = g.sample.Next(g.logits[0])
			r.Token()
			if i == 0 {
				r.Stage("prefill")
			}
		}
		r.Stage("decode")
		r.Stage(workload.ControlledDelay)
		return nil
	})
}
