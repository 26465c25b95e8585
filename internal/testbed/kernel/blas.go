package kernel

// BLAS returns the name of the library that multiplies matrices: "gonum", or "openblas" when built with cgo and the tag
// openblas. It belongs beside every measured result.
func BLAS() string { return blasName }
