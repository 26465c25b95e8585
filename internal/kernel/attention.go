package kernel

import "math"

// rotate turns the queries and keys of every row to their positions (Su et al. 2021), in the order of the Llama
// checkpoints: number i of a head is paired with number i + head dim/2.
func (d *Decoder) rotate() {
	w, head := d.work, d.config.headDim()
	half := head / 2
	for r := range len(w.qkv.data) / w.qkv.width {
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

// attend sets every row of mixed to what its queries find in the tokens up to its own (Vaswani et al. 2017), each group
// of query heads in one head of keys and values (Ainslie et al. 2023):
//
//	mixed = softmax(q k^T / sqrt(head dim)) v
func (d *Decoder) attend(layer int, batch []Step) {
	w, c := d.work, d.config
	head, group := c.headDim(), c.Heads/c.KVHeads
	scale := float32(1 / math.Sqrt(float64(head)))
	for i, s := range batch {
		for h := range c.Heads {
			keys, values := s.Cache.head(layer, h/group)
			for r := w.runs[i].from; r < w.runs[i].to; r++ {
				seen := s.Cache.length + r - w.runs[i].from + 1
				query, out := w.qkv.row(r)[h*head:(h+1)*head], w.mixed.row(r)[h*head:(h+1)*head]
				if cap(w.scores) < seen {
					w.scores = make([]float32, seen)
				}
				scores := w.scores[:seen]
				for p := range scores {
					scores[p] = dot(query, keys[p*head:(p+1)*head]) * scale
				}
				Softmax(scores)
				clear(out)
				for p, weight := range scores {
					for j, v := range values[p*head : (p+1)*head] {
						out[j] += weight * v
					}
				}
			}
		}
	}
}

func dot(x, y []float32) float32 {
	var sum float32
	for i, v := range x {
		sum += v * y[i]
	}
	return sum
}

// adaptQKV adds to the queries, keys and values what the steps' adapters say.
func (d *Decoder) adaptQKV(layer int, batch []Step) {
	w, c := d.work, d.config
	for i, s := range batch {
		if s.LoRA == nil {
			continue
		}
		a, rank := &s.LoRA.layers[layer], s.LoRA.rank
		for r := w.runs[i].from; r < w.runs[i].to; r++ {
			low := w.shrink(a.downQKV, w.normed.row(r), 3*rank)
			row := w.qkv.row(r)
			expand(row[:c.Dim], a.upQ, low[:rank])
			expand(row[c.Dim:c.Dim+c.kvDim()], a.upK, low[rank:2*rank])
			expand(row[c.Dim+c.kvDim():], a.upV, low[2*rank:])
		}
	}
}

// adaptOut adds to attention's projected output what the steps' adapters say.
func (d *Decoder) adaptOut(layer int, batch []Step) {
	w := d.work
	for i, s := range batch {
		if s.LoRA == nil {
			continue
		}
		a := &s.LoRA.layers[layer]
		for r := w.runs[i].from; r < w.runs[i].to; r++ {
			expand(w.added.row(r), a.upOut, w.shrink(a.downOut, w.mixed.row(r), s.LoRA.rank))
		}
	}
}

// shrink returns the product of down, (n, len(x)), and x.
func (w *workspace) shrink(down, x []float32, n int) []float32 {
	if cap(w.low) < n {
		w.low = make([]float32, n)
	}
	low := w.low[:n]
	for i := range low {
		low[i] = dot(x, down[i*len(x):])
	}
	return low
}

// expand adds to y the product of up, (len(y), len(low)), and low.
func expand(y, up, low []float32) {
	for i := range y {
		y[i] += dot(low, up[i*len(low):])
	}
}
