package kernel

import (
	"fmt"
	"math/rand/v2"
)

// Decoder is a decoder-only transformer of the Llama family (Touvron et al. 2023): RMSNorm, rotary positions,
// grouped-query attention over cached keys and values, SwiGLU. Its methods reuse its buffers, so one goroutine at a time
// may use it; [Decoder.Clone] makes one for another goroutine.
type Decoder struct {
	config  DecoderConfig
	weights *weights // shared with the clones, and only read once it is made
	work    *workspace
}

// weights are a decoder's parameters.
type weights struct {
	embedding []float32 // (vocab, dim)
	layers    []block
	norm      []float32 // (dim)
	head      matrix    // (vocab, dim); of the embedding's own buffer where the two are tied
}

// block are the parameters of one transformer layer. Projections of the same input are stacked: one product instead of
// three costs less on small matrices.
type block struct {
	attnNorm []float32 // (dim)
	qkv      matrix    // (dim + 2*kv dim, dim): queries, keys, values
	out      matrix    // (dim, dim)
	ffnNorm  []float32 // (dim)
	gateUp   matrix    // (2*ffn, dim): gate, up
	down     matrix    // (dim, ffn)
}

// NewDecoder makes a decoder of c's shape with seeded weights: the same configuration and seed give the same weights on
// every machine. What it generates is noise, at the cost of a trained model of its shape.
func NewDecoder(c DecoderConfig, seed uint64) (*Decoder, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("kernel: %w", err)
	}
	w := &weights{norm: ones(c.Dim)}
	r := rand.New(rand.NewPCG(seed, 0))
	w.embedding = uniform(r, c.Vocab*c.Dim, 1)
	draw := func(out, in int) matrix {
		var m matrix
		if err == nil {
			m, err = newMatrix(uniform(r, out*in, keepSize(in)), out, in)
		}
		return m
	}
	w.head = draw(c.Vocab, c.Dim)
	for i := range c.Layers {
		r = rand.New(rand.NewPCG(seed, uint64(i+1)))
		w.layers = append(w.layers, block{
			attnNorm: ones(c.Dim),
			qkv:      draw(c.Dim+2*c.kvDim(), c.Dim),
			out:      draw(c.Dim, c.Dim),
			ffnNorm:  ones(c.Dim),
			gateUp:   draw(2*c.FFN, c.Dim),
			down:     draw(c.Dim, c.FFN),
		})
	}
	if err != nil {
		return nil, fmt.Errorf("kernel: %w", err)
	}
	return newDecoder(c, w), nil
}

func newDecoder(c DecoderConfig, w *weights) *Decoder {
	d := &Decoder{config: c, weights: w, work: newWorkspace(c)}
	d.work.attendOne = d.attendTask
	return d
}

// Config returns the configuration with its defaults filled in.
func (d *Decoder) Config() DecoderConfig { return d.config }

// Clone returns a decoder that shares d's weights and has its own buffers: the two may be used at the same time. Caches
// and adapters of one are good for the other.
func (d *Decoder) Clone() *Decoder { return newDecoder(d.config, d.weights) }

func ones(n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = 1
	}
	return v
}
