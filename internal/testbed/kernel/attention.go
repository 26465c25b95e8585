package kernel

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gorgonia.org/tensor"
)

// rotate turns the queries and keys of every row to their positions (Su et al. 2021), in the order of the Llama
// checkpoints: number i of a head is paired with number i + head dim/2.
func (d *Decoder) rotate() {
	w, head := d.work, d.config.headDim()
	half := head / 2
	for r := range w.qkv.rows() {
		cos, sin := w.cos[r*half:(r+1)*half], w.sin[r*half:(r+1)*half]
		turned := w.qkv.row(r)[:d.config.Dim+d.config.kvDim()]
		for at := 0; at < len(turned); at += head {
			x, y := turned[at:at+half], turned[at+half:at+head]
			for i, c := range cos {
				s := sin[i]
				x[i], y[i] = x[i]*c-y[i]*s, y[i]*c+x[i]*s
			}
		}
	}
}

// store appends the keys and values of the batch to the caches' layer.
func (d *Decoder) store(layer int, batch []Step) {
	w, head := d.work, d.config.headDim()
	for i, s := range batch {
		for h := range d.config.KVHeads {
			keys, values := s.Cache.head(layer, h)
			for r := w.runs[i].from; r < w.runs[i].to; r++ {
				at := (s.Cache.length + r - w.runs[i].from) * head
				row := w.qkv.row(r)[d.config.Dim+h*head:]
				copy(keys[at:at+head], row)
				copy(values[at:at+head], row[d.config.kvDim():])
			}
		}
	}
}

// queries is how many rows of queries one task of attention takes: enough for a matrix product, few enough that the part
// beyond each row's own token, computed for nothing, is small.
const queries = 32

// keysAtOnce is how many keys one product with the queries takes: gonum starts goroutines of its own for more than three
// blocks of 64 x 64, but the tasks are shared out already.
const keysAtOnce = 3 * 64

// task is a part of attention: some queries of one sequence, in the query heads of one head of keys and values.
type task struct {
	step     int // in the batch
	from, to int // rows of the batch
	head     int // of keys and values
}

// plan lists the tasks of attention, which are the same in every layer, and adds up their work in multiply-adds: two for each
// number of each head and an exponential.
func (d *Decoder) plan(batch []Step) {
	w, c := d.work, d.config
	w.tasks, w.size = w.tasks[:0], 0
	for i, s := range batch {
		for from := w.runs[i].from; from < w.runs[i].to; from += queries {
			to := min(from+queries, w.runs[i].to)
			for head := range c.KVHeads {
				w.tasks = append(w.tasks, task{i, from, to, head})
			}
			w.size += 2 * (to - from) * (s.Cache.length + to - w.runs[i].from) * (c.Dim + c.Heads*expCost/2)
		}
	}
}

// attend sets every row of mixed to what its queries find in the tokens up to its own (Vaswani et al. 2017), each group
// of query heads in one head of keys and values (Ainslie et al. 2023):
//
//	mixed = softmax(q k^T / sqrt(head dim)) v
func (d *Decoder) attend(layer int, batch []Step) error {
	d.work.layer, d.work.batch = layer, batch
	defer func() { d.work.batch = nil }() // holds caches
	return d.work.crew.each(len(d.work.tasks), d.work.size, d.work.attendOne)
}

// attendTask does one task of attend. It calls BLAS on the very buffers, whose strides a tensor would get wrong.
func (d *Decoder) attendTask(n int, h *hand) error {
	w, c, t := d.work, d.config, d.work.tasks[n]
	cache := w.batch[t.step].Cache
	head, group, rows := c.headDim(), c.Heads/c.KVHeads, t.to-t.from
	keys, values := cache.head(w.layer, t.head)
	seen := cache.length + t.to - w.runs[t.step].from // by the last of the rows
	scale := float32(1 / math.Sqrt(float64(head)))
	scores := h.room(rows * seen) // (rows, seen)
	lib := tensor.WhichBLAS()
	for at := t.head * group * head; at < (t.head+1)*group*head; at += head {
		query, out := w.qkv.data[t.from*w.qkv.width+at:], w.mixed.data[t.from*w.mixed.width+at:]
		if rows == 1 {
			lib.Sgemv(blas.NoTrans, seen, head, scale, keys, head, query, 1, 0, scores, 1)
			softmaxRow(scores)
			// gonum clears y to the end of its slice, whatever its length by the other arguments (v0.17.0, f32.GemvT).
			lib.Sgemv(blas.Trans, seen, head, 1, values, head, scores, 1, 0, out[:head], 1)
			continue
		}
		for k := 0; k < seen; k += keysAtOnce {
			lib.Sgemm(blas.NoTrans, blas.Trans, rows, min(keysAtOnce, seen-k), head,
				scale, query, w.qkv.width, keys[k*head:], head, 0, scores[k:], seen)
		}
		for r := range rows {
			row := scores[r*seen : (r+1)*seen]
			own := seen - rows + r + 1
			softmaxRow(row[:own])
			clear(row[own:])
		}
		lib.Sgemm(blas.NoTrans, blas.NoTrans, rows, head, seen, 1, scores, seen, values, head, 0, out, w.mixed.width)
	}
	return nil
}

// room returns n scores of any value.
func (h *hand) room(n int) []float32 {
	if cap(h.scores) < n {
		h.scores = make([]float32, n+n/2) // with half as many again, as in decode n grows by one a token
	}
	return h.scores[:n]
}

// softmaxRow is Softmax in float32 throughout.
func softmaxRow(row []float32) {
	top := row[0]
	for _, v := range row {
		top = max(top, v)
	}
	for i := range row {
		row[i] -= top
	}
	expRow(row)
	var sum float32
	for _, v := range row {
		sum += v
	}
	scale := 1 / sum
	for i := range row {
		row[i] *= scale
	}
}
