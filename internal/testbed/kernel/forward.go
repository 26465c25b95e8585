package kernel

import (
	"fmt"
	"math"
)

// Forward runs the batch's steps through the decoder together: appends the keys and values of their tokens to their
// caches and writes into logits[i], (vocab), what follows the last token of batch[i]. Where logits[i] is empty they are
// not wanted, as of a prompt's chunks but the last, and cost nothing. A sequence may have one step in a batch.
//
// What a step gets does not depend, but for rounding, on how a sequence was cut into steps and on the steps beside it. On
// error nothing was changed.
func (d *Decoder) Forward(batch []Step, logits [][]float32) error {
	if err := d.checkBatch(batch, logits); err != nil || len(batch) == 0 {
		return err
	}
	w := d.work
	w.resize(batch)
	d.plan(batch)
	row := 0
	for _, s := range batch {
		for _, id := range s.Tokens {
			copy(w.x.row(row), d.weights.embedding[id*d.config.Dim:])
			row++
		}
	}
	for layer := range d.weights.layers {
		if err := d.block(layer, batch); err != nil {
			return fmt.Errorf("kernel: layer %d: %w", layer, err) // the shapes fit: Forward and the loader saw to it
		}
	}
	if err := d.head(logits); err != nil {
		return fmt.Errorf("kernel: head: %w", err)
	}
	for _, s := range batch {
		s.Cache.length += len(s.Tokens)
	}
	return nil
}

// block runs x through one layer.
func (d *Decoder) block(layer int, batch []Step) error {
	w, b := d.work, &d.weights.layers[layer]
	normRows(w.normed, w.x, b.attnNorm, d.config.NormEps)
	if err := w.project(&b.qkv, w.normed, w.qkv); err != nil {
		return err
	}
	d.adaptQKV(layer)
	d.rotate()
	d.store(layer, batch)
	if err := d.attend(layer, batch); err != nil {
		return err
	}
	if err := w.project(&b.out, w.mixed, w.added); err != nil {
		return err
	}
	d.adaptOut(layer)
	add(w.x.data, w.added.data)

	normRows(w.normed, w.x, b.ffnNorm, d.config.NormEps)
	if err := w.project(&b.gateUp, w.normed, w.gateUp); err != nil {
		return err
	}
	if err := w.swiGLU(); err != nil {
		return err
	}
	if err := w.project(&b.down, w.hidden, w.added); err != nil {
		return err
	}
	add(w.x.data, w.added.data)
	return nil
}

// head computes the logits that are wanted.
func (d *Decoder) head(logits [][]float32) error {
	w := d.work
	wanted := 0
	for _, to := range logits {
		if len(to) > 0 {
			wanted++
		}
	}
	if wanted == 0 {
		return nil
	}
	w.last.resize(wanted)
	w.logits.resize(wanted)
	n := 0
	for i, to := range logits {
		if len(to) > 0 {
			norm(w.last.row(n), w.x.row(w.runs[i].to-1), d.weights.norm, d.config.NormEps)
			n++
		}
	}
	if err := w.project(&d.weights.head, w.last, w.logits); err != nil {
		return err
	}
	n = 0
	for _, to := range logits {
		if len(to) > 0 {
			copy(to, w.logits.row(n))
			n++
		}
	}
	return nil
}

// normRows sets each row of y to that of x, normalised.
func normRows(y, x *activation, weight []float32, eps float64) {
	for i := 0; i < len(x.data); i += x.width {
		norm(y.data[i:i+x.width], x.data[i:i+x.width], weight, eps)
	}
}

// norm is RMSNorm (Zhang and Sennrich 2019): y[i] = weight[i] * x[i] / sqrt(mean of x^2 + eps).
func norm(y, x, weight []float32, eps float64) {
	var squares float64
	for _, v := range x {
		squares += float64(v) * float64(v)
	}
	scale := float32(1 / math.Sqrt(squares/float64(len(x))+eps))
	for i, v := range x {
		y[i] = weight[i] * (v * scale)
	}
}

// swiGLU sets each row of hidden to silu(gate) * up (Shazeer 2020), silu(g) = g / (1 + exp(-g)), of that row of gateUp.
func (w *workspace) swiGLU() error {
	rows := w.hidden.rows()
	return w.crew.each((rows+rowsAtOnce-1)/rowsAtOnce, expCost*len(w.hidden.data), w.swiGLUOne)
}

const (
	rowsAtOnce = 8  // of a task of swiGLU
	expCost    = 40 // multiply-adds that take as long as one exponential and what is around it: 4 ns
)

// swiGLUTask is one task of swiGLU.
func (w *workspace) swiGLUTask(n int, _ *hand) error {
	for i := n * rowsAtOnce; i < min((n+1)*rowsAtOnce, w.hidden.rows()); i++ {
		out, gateUp := w.hidden.row(i), w.gateUp.row(i)
		gate, up := gateUp[:len(out)], gateUp[len(out):]
		for j, g := range gate {
			out[j] = -g
		}
		expRow(out)
		for j, g := range gate {
			out[j] = g / (1 + out[j]) * up[j]
		}
	}
	return nil
}
