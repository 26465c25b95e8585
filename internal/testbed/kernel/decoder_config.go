package kernel

import (
	"fmt"
	"math"
)

// DecoderConfig is the shape of a [Decoder]. A field that is zero has the value of [Tiny], so the zero value is Tiny.
type DecoderConfig struct {
	Dim       int     // width of the residual stream; a multiple of 2*Heads
	Layers    int     // transformer blocks
	Heads     int     // query heads; each has Dim/Heads numbers
	KVHeads   int     // key and value heads; divides Heads, and Heads/KVHeads query heads share one
	FFN       int     // width of the feed-forward block
	Vocab     int     // token ids are 0 to Vocab-1
	MaxSeqLen int     // most tokens of one sequence, prompt and output together
	RopeTheta float64 // base of the rotary wavelengths
	NormEps   float64 // added to the mean square before its root is taken
}

// Tiny is a decoder of 0.6 million weights, for requests of a few milliseconds.
func Tiny() DecoderConfig {
	return DecoderConfig{
		Dim: 128, Layers: 2, Heads: 4, KVHeads: 2, FFN: 352, Vocab: 1024,
		MaxSeqLen: 2048, RopeTheta: 10000, NormEps: 1e-5,
	}
}

// Small is a decoder of 3.9 million weights, for requests of tens of milliseconds.
func Small() DecoderConfig {
	return DecoderConfig{
		Dim: 256, Layers: 4, Heads: 8, KVHeads: 4, FFN: 688, Vocab: 2048,
		MaxSeqLen: 2048, RopeTheta: 10000, NormEps: 1e-5,
	}
}

// maxBytes is the most that the weights of one decoder, or the keys and values of one sequence, may take: 64 GiB. What
// is larger is a typing error or an attack; Go ends the process when memory runs out, so it is refused beforehand.
const maxBytes = 64 << 30

// withDefaults returns c with its defaults filled in, or what is wrong with it.
func (c DecoderConfig) withDefaults() (DecoderConfig, error) {
	tiny := Tiny()
	for _, f := range []struct {
		name  string
		value *int
		tiny  int
	}{
		{"Dim", &c.Dim, tiny.Dim}, {"Layers", &c.Layers, tiny.Layers}, {"Heads", &c.Heads, tiny.Heads},
		{"KVHeads", &c.KVHeads, tiny.KVHeads}, {"FFN", &c.FFN, tiny.FFN}, {"Vocab", &c.Vocab, tiny.Vocab},
		{"MaxSeqLen", &c.MaxSeqLen, tiny.MaxSeqLen},
	} {
		if *f.value == 0 {
			*f.value = f.tiny
		}
		if *f.value < 0 || *f.value > math.MaxInt32 {
			return c, fmt.Errorf("DecoderConfig.%s is %d; want 1 to %d, or 0 for the default", f.name, *f.value, math.MaxInt32)
		}
	}
	for _, f := range []struct {
		name  string
		value *float64
		tiny  float64
	}{{"RopeTheta", &c.RopeTheta, tiny.RopeTheta}, {"NormEps", &c.NormEps, tiny.NormEps}} {
		if *f.value == 0 {
			*f.value = f.tiny
		}
		if !(*f.value > 0) || math.IsInf(*f.value, 0) {
			return c, fmt.Errorf("DecoderConfig.%s is %v; want a finite number above 0, or 0 for the default", f.name, *f.value)
		}
	}
	return c, c.check()
}

// check returns what is wrong between the fields of c, each of which is in its own range.
func (c DecoderConfig) check() error {
	if c.Dim%(2*c.Heads) != 0 {
		return fmt.Errorf("DecoderConfig.Dim is %d with %d heads; want a multiple of %d, as RoPE turns pairs of numbers in each head",
			c.Dim, c.Heads, 2*c.Heads)
	}
	if c.Heads%c.KVHeads != 0 {
		return fmt.Errorf("DecoderConfig.Heads is %d with %d key and value heads; want a multiple", c.Heads, c.KVHeads)
	}
	dim, kv, ffn := float64(c.Dim), float64(c.kvDim()), float64(c.FFN)
	layer := 2*dim*dim + 2*dim*kv + 3*dim*ffn
	if bytes := 4 * (float64(c.Layers)*layer + 2*float64(c.Vocab)*dim); bytes > maxBytes {
		return fmt.Errorf("weights of %.3g bytes; want at most %d (%+v)", bytes, maxBytes, c)
	}
	return nil
}

// headDim is the width of one head.
func (c DecoderConfig) headDim() int { return c.Dim / c.Heads }

// kvDim is the width of the keys, and of the values, of one token in one layer.
func (c DecoderConfig) kvDim() int { return c.KVHeads * c.headDim() }
