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
// The work of Forward depends on the shape of the model alone, not on its weights or its input: nothing skips zeros,
// grows or is computed once and kept. So two calls differ in time only by what the machine does to them.
//
// # Tensors
//
// Package tensor v0.9.24 silently computes wrong numbers on column slices, and its SoftMax gives NaN rows on ordinary
// logits. Here every tensor is two-dimensional and contiguous, a transposition is applied once at load, results go
// into preallocated tensors (WithReuse), and everything but the matrix product is a plain loop on the backing slice.
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
