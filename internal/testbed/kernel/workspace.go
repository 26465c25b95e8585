package kernel

import "math"

// workspace are the buffers of Forward. They grow to the largest batch so far.
type workspace struct {
	frequencies []float64 // (head dim/2), radians a position
	cos, sin    []float32 // (rows, head dim/2)
	runs        []run     // of each step
	adapted     []stretch

	x      *activation // (rows, dim): the residual stream
	normed *activation // (rows, dim)
	qkv    *activation // (rows, dim + 2*kv dim)
	mixed  *activation // (rows, dim): attention's output
	added  *activation // (rows, dim): what a half of a block adds to x
	gateUp *activation // (rows, 2*ffn)
	hidden *activation // (rows, ffn)
	last   *activation // (steps whose logits are wanted, dim)
	logits *activation // (steps whose logits are wanted, vocab)
	low    []float32   // (rows of a step, 3*rank)

	crew crew

	// What the crew's tasks are about; kept with the method values that do them, as a closure for each call would allocate.
	projectOne func(int, *hand) error
	factor     *matrix
	from, to   *activation
	swiGLUOne  func(int, *hand) error
	attendOne  func(int, *hand) error
	tasks      []task // of attention, in every layer
	size       int    // of the tasks together, in multiply-adds
	layer      int
	batch      []Step
}

// run is a stretch of rows.
type run struct{ from, to int }

func newWorkspace(c DecoderConfig) *workspace {
	w := &workspace{
		x: newActivation(c.Dim), normed: newActivation(c.Dim), mixed: newActivation(c.Dim), added: newActivation(c.Dim),
		qkv:    newActivation(c.Dim + 2*c.kvDim()),
		gateUp: newActivation(2 * c.FFN), hidden: newActivation(c.FFN),
		last: newActivation(c.Dim), logits: newActivation(c.Vocab),
	}
	w.projectOne, w.swiGLUOne = w.projectRow, w.swiGLUTask
	for i := range c.headDim() / 2 {
		w.frequencies = append(w.frequencies, math.Pow(c.RopeTheta, -2*float64(i)/float64(c.headDim())))
	}
	return w
}

// resize makes room for a batch, and notes where in it each step, adapter and position is.
func (w *workspace) resize(batch []Step) {
	rows := 0
	w.runs = w.runs[:0]
	for _, s := range batch {
		w.runs = append(w.runs, run{rows, rows + len(s.Tokens)})
		rows += len(s.Tokens)
	}
	w.adapt(batch)
	for _, a := range []*activation{w.x, w.normed, w.qkv, w.mixed, w.added, w.gateUp, w.hidden} {
		a.resize(rows)
	}
	w.cos, w.sin = w.cos[:0], w.sin[:0]
	for _, s := range batch {
		for i := range s.Tokens {
			for _, f := range w.frequencies {
				sin, cos := math.Sincos(float64(s.Cache.length+i) * f)
				w.cos, w.sin = append(w.cos, float32(cos)), append(w.sin, float32(sin))
			}
		}
	}
}
