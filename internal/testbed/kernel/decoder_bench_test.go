package kernel

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkDecoder shows what one call of Forward costs.
func BenchmarkDecoder(b *testing.B) {
	for _, size := range []struct {
		name   string
		config DecoderConfig
	}{{"tiny", Tiny()}, {"small", Small()}} {
		d := newDecoderOf(b, size.config)
		lora, err := d.NewLoRA(8, 16, 1)
		require.NoError(b, err)
		for _, adapter := range []struct {
			name string
			lora *LoRA
		}{{"off", nil}, {"on", lora}} {
			name := func(what string, n int) string {
				return fmt.Sprintf("size=%s/%s=%d/lora=%s", size.name, what, n, adapter.name)
			}
			for _, tokens := range []int{16, 128, 512} {
				b.Run(name("prefill", tokens), func(b *testing.B) { benchmarkForward(b, d, adapter.lora, 1, 0, tokens) })
			}
			for _, batch := range []int{1, 8, 32} {
				b.Run(name("decode", batch), func(b *testing.B) { benchmarkForward(b, d, adapter.lora, batch, 128, 1) })
			}
		}
	}
}

// benchmarkForward gives each of a batch of sequences, which are past tokens long, a number of tokens.
func benchmarkForward(b *testing.B, d *Decoder, lora *LoRA, batch, past, tokens int) {
	var steps []Step
	var logits [][]float32
	for i := range batch {
		s := Step{Cache: newCache(b, d, past+tokens), LoRA: lora}
		for t := range past + tokens {
			s.Tokens = append(s.Tokens, (i+7*t)%d.config.Vocab)
		}
		if past > 0 {
			require.NoError(b, d.Forward([]Step{{s.Cache, s.Tokens[:past], lora}}, [][]float32{nil}))
			s.Tokens = s.Tokens[past:]
		}
		steps = append(steps, s)
		logits = append(logits, make([]float32, d.config.Vocab))
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, s := range steps {
			if err := s.Cache.Truncate(past); err != nil {
				b.Fatal(err)
			}
		}
		if err := d.Forward(steps, logits); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N*batch*tokens), "ns/tok")
}
