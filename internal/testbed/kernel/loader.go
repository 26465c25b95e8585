package kernel

import (
	"fmt"
	"slices"
	"strings"
)

// loader goes through the tensors of a Llama checkpoint: once to see that they are all there and of the right shape, and once to
// read them.
type loader struct {
	from *checkpoint
	read bool
	err  error // the first
}

// weights returns the weights of a decoder of shape c, or nil on error; empty ones if they are not to be read.
func (l *loader) weights(c DecoderConfig, tied bool) *weights {
	w := &weights{embedding: l.numbers(c.Dim, part{"model.embed_tokens.weight", c.Vocab}), norm: l.norm("model.norm.weight", c.Dim)}
	if tied {
		w.head = l.wrap(w.embedding, c.Vocab, c.Dim)
	} else {
		w.head = l.matrix(c.Dim, part{"lm_head.weight", c.Vocab})
	}
	for i := range c.Layers {
		if l.err != nil { // or a config.json of a billion layers would look for them all
			return nil
		}
		name := func(s string) string { return fmt.Sprintf("model.layers.%d.%s.weight", i, s) }
		b := block{
			attnNorm: l.norm(name("input_layernorm"), c.Dim),
			qkv: l.matrix(c.Dim, part{name("self_attn.q_proj"), c.Dim},
				part{name("self_attn.k_proj"), c.kvDim()}, part{name("self_attn.v_proj"), c.kvDim()}),
			out:     l.matrix(c.Dim, part{name("self_attn.o_proj"), c.Dim}),
			ffnNorm: l.norm(name("post_attention_layernorm"), c.Dim),
			gateUp:  l.matrix(c.Dim, part{name("mlp.gate_proj"), c.FFN}, part{name("mlp.up_proj"), c.FFN}),
			down:    l.matrix(c.FFN, part{name("mlp.down_proj"), c.Dim}),
		}
		if l.read {
			w.layers = append(w.layers, b)
		}
	}
	if l.err != nil {
		return nil
	}
	return w
}

// part is a tensor that is stacked with others: its name and how many rows it has.
type part struct {
	name string
	out  int
}

// matrix is the weight of a projection of in numbers, (sum of the parts' out, in).
func (l *loader) matrix(in int, parts ...part) matrix {
	out := 0
	for _, p := range parts {
		out += p.out
	}
	return l.wrap(l.numbers(in, parts...), out, in)
}

func (l *loader) wrap(data []float32, out, in int) (m matrix) {
	if l.read && l.err == nil {
		m, l.err = newMatrix(data, out, in)
	}
	return m
}

// norm is a vector.
func (l *loader) norm(name string, n int) []float32 {
	l.want(name, n)
	if !l.read || l.err != nil {
		return nil
	}
	v := make([]float32, n)
	l.err = l.from.read(name, v)
	return v
}

// numbers are the parts one after another, (sum of their out, in).
func (l *loader) numbers(in int, parts ...part) []float32 {
	n := 0
	for _, p := range parts {
		l.want(p.name, p.out, in)
		n += p.out * in
	}
	if !l.read || l.err != nil {
		return nil
	}
	data := make([]float32, n)
	rest := data
	for _, p := range parts {
		if l.err == nil {
			l.err = l.from.read(p.name, rest[:p.out*in])
		}
		rest = rest[p.out*in:]
	}
	return data
}

func (l *loader) want(name string, shape ...int) {
	if l.err == nil {
		l.err = l.from.want(name, shape...)
	}
}

// unknown reports whether the checkpoint has a tensor that nobody asked for: a model with it computes something else. Old
// checkpoints carry the rotary frequencies, and some a head although it is tied.
func (l *loader) unknown(tied bool) bool {
	var names []string
	for name := range l.from.tensors {
		if !l.from.wanted[name] && !strings.HasSuffix(name, ".rotary_emb.inv_freq") && !(tied && name == "lm_head.weight") {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return false
	}
	slices.Sort(names)
	l.err = fmt.Errorf("%s: tensor %q is no part of a Llama model of config.json's shape", l.from.tensors[names[0]].name, names[0])
	return true
}
