package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gorgonia.org/tensor"
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
	if !(math.Abs(scale) <= math.MaxFloat32) {
		return nil, fmt.Errorf("kernel: adapter with alpha %v; want a finite number that float32 holds", alpha)
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

// stretch is a number of neighbouring rows of a batch with the same adapter.
type stretch struct {
	run
	lora *LoRA
}

// adapt lists the stretches of the batch that have an adapter.
func (w *workspace) adapt(batch []Step) {
	w.adapted = w.adapted[:0]
	for i, s := range batch {
		if s.LoRA == nil {
			continue
		}
		if n := len(w.adapted); n > 0 && w.adapted[n-1].lora == s.LoRA && w.adapted[n-1].to == w.runs[i].from {
			w.adapted[n-1].to = w.runs[i].to
			continue
		}
		w.adapted = append(w.adapted, stretch{w.runs[i], s.LoRA})
	}
}

// adaptQKV adds to the queries, keys and values what the steps' adapters say.
func (d *Decoder) adaptQKV(layer int) {
	w, dim, kv := d.work, d.config.Dim, d.config.kvDim()
	for _, s := range w.adapted {
		a, rank := &s.lora.layers[layer], s.lora.rank
		rows, low := s.to-s.from, w.room(s, 3*rank)
		product(rows, low, 3*rank, w.normed.from(s.run), dim, a.downQKV, 3*rank, dim, 0)
		y := w.qkv.from(s.run)
		product(rows, y, w.qkv.width, low, 3*rank, a.upQ, dim, rank, 1)
		product(rows, y[dim:], w.qkv.width, low[rank:], 3*rank, a.upK, kv, rank, 1)
		product(rows, y[dim+kv:], w.qkv.width, low[2*rank:], 3*rank, a.upV, kv, rank, 1)
	}
}

// adaptOut adds to attention's projected output what the steps' adapters say.
func (d *Decoder) adaptOut(layer int) {
	w, dim := d.work, d.config.Dim
	for _, s := range w.adapted {
		a, rank := &s.lora.layers[layer], s.lora.rank
		rows, low := s.to-s.from, w.room(s, rank)
		product(rows, low, rank, w.mixed.from(s.run), dim, a.downOut, rank, dim, 0)
		product(rows, w.added.from(s.run), dim, low, rank, a.upOut, dim, rank, 1)
	}
}

// room returns rows of the given width, of any value.
func (w *workspace) room(s stretch, width int) []float32 {
	n := (s.to - s.from) * width
	if cap(w.low) < n {
		w.low = make([]float32, n)
	}
	return w.low[:n]
}

// product sets y to x weight^T + keep y: rows of y that are strideY apart, rows of x strideX, and a weight of (out, in). It
// calls BLAS itself because a tensor of rows that do not touch gives wrong numbers, and to add in place.
func product(rows int, y []float32, strideY int, x []float32, strideX int, weight []float32, out, in int, keep float32) {
	if rows == 1 {
		tensor.WhichBLAS().Sgemv(blas.NoTrans, out, in, 1, weight, in, x, 1, keep, y, 1)
		return
	}
	tensor.WhichBLAS().Sgemm(blas.NoTrans, blas.Trans, rows, out, in, 1, x, strideX, weight, in, keep, y, strideY)
}
