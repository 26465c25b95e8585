package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gorgonia.org/tensor"
)

// MLPConfig is the shape of an [MLP]. The zero value is the shape of the original synthetic model; a field that is zero
// has its documented default.
type MLPConfig struct {
	Input   int    // features of one input; 0 means 1024
	Hidden  []int  // widths of the hidden layers, first to last; empty means 2048, 2048
	Classes int    // 0 means 1000
	Batch   int    // inputs per request; 0 means 16
	Seed    uint64 // of the weights and of [MLP.Sample]; 0 means 7
}

// withDefaults returns c with its defaults filled in, or what is wrong with it.
func (c MLPConfig) withDefaults() (MLPConfig, error) {
	set := func(field *int, value int) {
		if *field == 0 {
			*field = value
		}
	}
	set(&c.Input, 1024)
	set(&c.Classes, 1000)
	set(&c.Batch, 16)
	if c.Seed == 0 {
		c.Seed = 7
	}
	if c.Hidden = slices.Clone(c.Hidden); len(c.Hidden) == 0 {
		c.Hidden = []int{2048, 2048}
	}
	for _, f := range []struct {
		name  string
		value int
	}{{"Input", c.Input}, {"Classes", c.Classes}, {"Batch", c.Batch}} {
		if f.value < 0 {
			return c, fmt.Errorf("kernel: MLPConfig.%s is %d; want at least 1, or 0 for the default", f.name, f.value)
		}
	}
	for i, width := range c.Hidden {
		if width < 1 {
			return c, fmt.Errorf("kernel: MLPConfig.Hidden[%d] is %d; want at least 1", i, width)
		}
	}
	return c, nil
}

// MLP is a multilayer perceptron with ReLU between its layers and logits at its end. Its methods reuse its buffers, so
// one goroutine at a time may use it; [MLP.Clone] makes one for another goroutine.
type MLP struct {
	config MLPConfig
	layers []layer  // shared with the clones, and only read after NewMLP
	acts   []buffer // acts[i] is the input of layers[i]; the last one holds the logits
}

// layer computes input x weight + bias.
type layer struct {
	weight *tensor.Dense // (in, out) to the product; stored as (out, in) where storedByOutput
	bias   []float32     // (out)
}

// buffer is a tensor and the slice behind it.
type buffer struct {
	tensor *tensor.Dense
	data   []float32 // (batch, width)
}

// NewMLP makes the model that c describes. The same configuration gives the same weights on every machine.
func NewMLP(c MLPConfig) (*MLP, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	m := &MLP{config: c}
	in := c.Input
	for i, out := range append(slices.Clone(c.Hidden), c.Classes) {
		l, err := newLayer(in, out, rand.New(rand.NewPCG(c.Seed, uint64(i))))
		if err != nil {
			return nil, fmt.Errorf("kernel: layer %d (%d, %d): %w", i, in, out, err)
		}
		m.layers = append(m.layers, l)
		in = out
	}
	m.acts = newBuffers(c)
	return m, nil
}

// newLayer draws the weights from U(-a, a) with a = sqrt(6/in), whose variance 2/in keeps the size of activations the
// same through ReLU layers (He et al. 2015), and the bias from U(-b, b) with b = 1/sqrt(in).
func newLayer(in, out int, r *rand.Rand) (layer, error) {
	data := uniform(r, out*in, math.Sqrt(6/float64(in))) // (out, in)
	bias := uniform(r, out, 1/math.Sqrt(float64(in)))
	if !storedByOutput {
		return layer{weight: tensor.New(tensor.WithShape(in, out), tensor.WithBacking(transposed(data, out, in))), bias: bias}, nil
	}
	weight := tensor.New(tensor.WithShape(out, in), tensor.WithBacking(data))
	if err := weight.T(); err != nil {
		return layer{}, err
	}
	return layer{weight: weight, bias: bias}, nil
}

// transposed is the (columns, rows) of a (rows, columns).
func transposed(data []float32, rows, columns int) []float32 {
	t := make([]float32, len(data))
	for r := range rows {
		for c := range columns {
			t[c*rows+r] = data[r*columns+c]
		}
	}
	return t
}

func newBuffers(c MLPConfig) []buffer {
	var buffers []buffer
	for _, width := range slices.Concat([]int{c.Input}, c.Hidden, []int{c.Classes}) {
		data := make([]float32, c.Batch*width)
		buffers = append(buffers, buffer{
			tensor: tensor.New(tensor.WithShape(c.Batch, width), tensor.WithBacking(data)),
			data:   data,
		})
	}
	return buffers
}

// Config returns the configuration with its defaults filled in.
func (m *MLP) Config() MLPConfig {
	c := m.config
	c.Hidden = slices.Clone(c.Hidden)
	return c
}

// Clone returns a model that shares m's weights and has its own buffers: the two may be used at the same time.
func (m *MLP) Clone() *MLP {
	return &MLP{config: m.config, layers: m.layers, acts: newBuffers(m.config)}
}

// Sample returns the raw features, (batch, input), of one request: the same for every model of the same seed and size.
func (m *MLP) Sample() []byte {
	raw := make([]byte, m.config.Batch*m.config.Input)
	r := rand.NewPCG(m.config.Seed, math.MaxUint64) // a stream that no layer draws from
	for i := range raw {
		raw[i] = byte(r.Uint64())
	}
	return raw
}

// Preprocess normalises raw features, (batch, input), so that each row has mean 0 and variance 1; a constant row becomes
// zeros. The result is m's input buffer, (batch, input), valid until the next call of Preprocess or Forward.
// Preprocess panics if raw has another length.
func (m *MLP) Preprocess(raw []byte) []float32 {
	input := m.acts[0].data
	if len(raw) != len(input) {
		panic(fmt.Sprintf("kernel: Preprocess got %d features; want %d (batch %d, input %d)",
			len(raw), len(input), m.config.Batch, m.config.Input))
	}
	width := m.config.Input
	for i := 0; i < len(raw); i += width {
		standardise(input[i:i+width], raw[i:i+width])
	}
	return input
}

// standardise sets row to (raw - mean) / standard deviation, or to zeros if all of raw is equal.
func standardise(row []float32, raw []byte) {
	var sum, squares int // exact, so that a constant row has a variance of exactly 0
	for _, v := range raw {
		sum += int(v)
		squares += int(v) * int(v)
	}
	n := len(raw)
	mean := float32(sum) / float32(n)
	var scale float32
	if d := n*squares - sum*sum; d > 0 { // n^2 times the variance
		scale = float32(float64(n) / math.Sqrt(float64(d)))
	}
	for i, v := range raw {
		row[i] = (float32(v) - mean) * scale
	}
}

// Forward returns the logits, (batch, classes), of the inputs x, (batch, input). The result is m's own buffer: the caller
// may write into it, and it is valid until the next Forward. Forward panics if x has another length.
func (m *MLP) Forward(x []float32) []float32 {
	if want := len(m.acts[0].data); len(x) != want {
		panic(fmt.Sprintf("kernel: Forward got %d values; want %d (batch %d, input %d)",
			len(x), want, m.config.Batch, m.config.Input))
	}
	copy(m.acts[0].data, x)
	for i, l := range m.layers {
		in, out := m.acts[i], m.acts[i+1]
		if _, err := in.tensor.MatMul(l.weight, tensor.WithReuse(out.tensor)); err != nil {
			panic(fmt.Sprintf("kernel: layer %d: %v", i, err)) // the shapes were fixed together in NewMLP
		}
		for row := range slices.Chunk(out.data, len(l.bias)) {
			if i < len(m.layers)-1 {
				addReLU(row, l.bias)
			} else {
				add(row, l.bias)
			}
		}
	}
	return m.acts[len(m.layers)].data
}

// addReLU sets row to max(0, row + bias).
func addReLU(row, bias []float32) {
	for j, b := range bias {
		row[j] = max(0, row[j]+b)
	}
}

// add sets row to row + bias.
func add(row, bias []float32) {
	for j, b := range bias {
		row[j] += b
	}
}
