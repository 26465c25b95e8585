// Package kernel computes the inference that the shipped benchmarks measure, on gorgonia.org/tensor in float32.
//
//	m, err := kernel.NewMLP(kernel.MLPConfig{}) // 1024 -> 2048 -> 2048 -> 1000, batch 16, seed 7
//	...
//	logits := m.Forward(m.Preprocess(m.Sample()))
//	for row := range slices.Chunk(logits, m.Config().Classes) {
//		kernel.Softmax(row)
//		top := kernel.TopK(row, 5)
//		...
//	}
//
// A [Decoder] continues sequences of tokens, many together, each with its own cache and adapter:
//
//	d, err := kernel.NewDecoder(kernel.Tiny(), 7) // or LoadDecoder(dir), for a checkpoint of the Llama family
//	...
//	cache, err := d.NewCache(200)
//	...
//	logits := make([]float32, d.Config().Vocab)
//	next := kernel.Step{Cache: cache, Tokens: prompt}
//	for range 20 {
//		if err := d.Forward([]kernel.Step{next}, [][]float32{logits}); err != nil {
//			return err
//		}
//		next.Tokens = []int{sampler.Next(logits)}
//	}
//
// The work of Forward depends on the shape of the model and of the batch alone, not on weights or input: nothing skips zeros,
// grows or is computed once and kept. So two calls differ in time only by what the machine does to them. (Buffers grow to the
// largest batch so far.) Results are the same whatever GOMAXPROCS is.
//
// # Tensors
//
// Package tensor v0.9.24 silently computes wrong numbers on column slices, and its SoftMax gives NaN rows on ordinary
// logits. Here every tensor is contiguous and of one or two dimensions, a transposition is applied once at load, results go
// into preallocated tensors (WithReuse), and everything but the projections is a plain loop on the backing slice, or, in
// attention and adapters, a call of tensor's BLAS with the strides that a column slice needs.
//
// # BLAS
//
// The matrix product is gonum's, in Go. Built with cgo and the tag openblas it is that of OpenBLAS
// (Debian: apt-get install libopenblas-dev):
//
//	go test -tags openblas ./internal/kernel/
//
// The choice holds for the whole process; [BLAS] names it. Results from different libraries are not comparable.
package kernel
