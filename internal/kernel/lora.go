package kernel

import (
	"fmt"
	"math/rand/v2"
)

// LoRA is a low-rank adapter (Hu et al. 2021) on the projections q, k, v and o of every layer:
//
//	y = W x + alpha/rank B A x
//
// with A of (rank, in) and B of (out, rank). It is only read once it is made: any number of goroutines may use it, with
// any decoder of the shape it was made for.
type LoRA struct {
	config DecoderConfig
	rank   int
	layers []adapter
}

// adapter is what a LoRA adds to one layer.
type adapter struct {
	downQKV        []float32 // (3*rank, dim): A of q, k, v
	upQ, upK, upV  []float32 // (out, rank): B of each, times alpha/rank
	downOut, upOut []float32 // (rank, dim), (dim, rank)
}

// NewLoRA makes an adapter of the given rank, 1 to Dim, with seeded weights in both factors, so that it changes what
// the decoder says. Adapters usually have rank 8 and an alpha of 16; alpha 0 makes one that costs its time and
// changes nothing.
func (d *Decoder) NewLoRA(rank int, alpha float64, seed uint64) (*LoRA, error) {
	c := d.config
	if rank < 1 || rank > c.Dim {
		return nil, fmt.Errorf("kernel: adapter of rank %d; want 1 to Dim, %d", rank, c.Dim)
	}
	scale := alpha / float64(rank)
	if scale != scale || scale-scale != 0 {
		return nil, fmt.Errorf("kernel: adapter with alpha %v; want a finite number", alpha)
	}
	l := &LoRA{config: c, rank: rank}
	for i := range c.Layers {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		up := func(out int) []float32 { return uniform(r, out*rank, scale*keepSize(rank)/4) }
		l.layers = append(l.layers, adapter{
			downQKV: uniform(r, 3*rank*c.Dim, keepSize(c.Dim)),
			upQ:     up(c.Dim),
			upK:     up(c.kvDim()),
			upV:     up(c.kvDim()),
			downOut: uniform(r, rank*c.Dim, keepSize(c.Dim)),
			upOut:   up(c.Dim),
		})
	}
	return l, nil
}

// Rank returns the rank that the adapter was made with.
func (l *LoRA) Rank() int { return l.rank }
