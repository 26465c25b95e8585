package kernel

import (
	"math"
	"slices"
)

// plain is a decoder in float64 and naive loops, without cache, batch or stacked weights: what Forward must agree with.
type plain struct {
	config          DecoderConfig
	embedding, head [][]float64
	norm            []float64
	layers          []plainLayer
}

type plainLayer struct {
	attnNorm, ffnNorm          []float64
	q, k, v, o, gate, up, down [][]float64 // (out, in)
}

func plainOf(d *Decoder) *plain {
	c, w := d.config, d.weights
	p := &plain{config: c, embedding: wide(w.embedding, c.Dim), head: wide(w.head.data, c.Dim), norm: wide(w.norm, c.Dim)[0]}
	for _, b := range w.layers {
		qkv, gateUp := wide(b.qkv.data, c.Dim), wide(b.gateUp.data, c.Dim)
		p.layers = append(p.layers, plainLayer{
			attnNorm: wide(b.attnNorm, c.Dim)[0], ffnNorm: wide(b.ffnNorm, c.Dim)[0],
			q: qkv[:c.Dim], k: qkv[c.Dim : c.Dim+c.kvDim()], v: qkv[c.Dim+c.kvDim():],
			o: wide(b.out.data, c.Dim), gate: gateUp[:c.FFN], up: gateUp[c.FFN:], down: wide(b.down.data, c.FFN),
		})
	}
	return p
}

// merge adds l to p's weights: W + B A, where alpha/rank is in B.
func (p *plain) merge(l *LoRA) *plain {
	if l == nil {
		return p
	}
	for i, a := range l.layers {
		to, down := &p.layers[i], wide(a.downQKV, p.config.Dim)
		for m, target := range [][][]float64{to.q, to.k, to.v} {
			addProduct(target, wide([][]float32{a.upQ, a.upK, a.upV}[m], l.rank), down[m*l.rank:(m+1)*l.rank])
		}
		addProduct(to.o, wide(a.upOut, l.rank), wide(a.downOut, p.config.Dim))
	}
	return p
}

// addProduct adds x y to w.
func addProduct(w, x, y [][]float64) {
	for i := range w {
		for j := range w[i] {
			for k := range y {
				w[i][j] += x[i][k] * y[k][j]
			}
		}
	}
}

// logits returns what follows each of the tokens, (tokens, vocab).
func (p *plain) logits(tokens []int) [][]float64 {
	var x [][]float64 // (tokens, dim)
	for _, id := range tokens {
		x = append(x, append([]float64(nil), p.embedding[id]...))
	}
	for _, l := range p.layers {
		var q, k, v [][]float64
		for at, row := range x {
			n := p.normed(row, l.attnNorm)
			q = append(q, p.turned(times(l.q, n), at))
			k = append(k, p.turned(times(l.k, n), at))
			v = append(v, times(l.v, n))
		}
		for at, row := range x {
			accumulate(row, times(l.o, p.attention(q[at], k[:at+1], v[:at+1])))
			n := p.normed(row, l.ffnNorm)
			gate, up := times(l.gate, n), times(l.up, n)
			for i, g := range gate {
				gate[i] = g / (1 + math.Exp(-g)) * up[i]
			}
			accumulate(row, times(l.down, gate))
		}
	}
	var y [][]float64
	for _, row := range x {
		y = append(y, times(p.head, p.normed(row, p.norm)))
	}
	return y
}

func (p *plain) normed(x, weight []float64) []float64 {
	var squares float64
	for _, v := range x {
		squares += v * v
	}
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = weight[i] * v / math.Sqrt(squares/float64(len(x))+p.config.NormEps)
	}
	return y
}

// turned returns the heads of x as of the given position.
func (p *plain) turned(x []float64, at int) []float64 {
	y := make([]float64, len(x))
	n := p.config.Dim / p.config.Heads
	for i := range x {
		head, j := i-i%n, i%n%(n/2)
		sin, cos := math.Sincos(float64(at) / math.Pow(p.config.RopeTheta, float64(2*j)/float64(n)))
		if i%n < n/2 {
			y[i] = x[head+j]*cos - x[head+j+n/2]*sin
		} else {
			y[i] = x[head+j+n/2]*cos + x[head+j]*sin
		}
	}
	return y
}

func (p *plain) attention(q []float64, k, v [][]float64) []float64 {
	var y []float64
	n := p.config.Dim / p.config.Heads
	for h := range p.config.Heads {
		from := h / (p.config.Heads / p.config.KVHeads) * n
		weights, sum := make([]float64, len(k)), 0.0
		for i := range k {
			weights[i] = times([][]float64{k[i][from : from+n]}, q[h*n:(h+1)*n])[0] / math.Sqrt(float64(n))
		}
		top := slices.Max(weights) // scores beyond 709 would be infinite
		for i, score := range weights {
			weights[i] = math.Exp(score - top)
			sum += weights[i]
		}
		out := make([]float64, n)
		for i := range v {
			for j := range out {
				out[j] += weights[i] / sum * v[i][from+j]
			}
		}
		y = append(y, out...)
	}
	return y
}

func times(w [][]float64, x []float64) []float64 {
	y := make([]float64, len(w))
	for o, row := range w {
		for i, v := range x {
			y[o] += row[i] * v
		}
	}
	return y
}

func accumulate(x, y []float64) {
	for i, v := range y {
		x[i] += v
	}
}

// wide returns the rows of a matrix of the given width.
func wide(data []float32, width int) [][]float64 {
	var rows [][]float64
	for at := 0; at < len(data); at += width {
		row := make([]float64, width)
		for i := range row {
			row[i] = float64(data[at+i])
		}
		rows = append(rows, row)
	}
	return rows
}
