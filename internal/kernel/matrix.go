package kernel

import (
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"
)

// matrix is the weight of a projection y = x W^T, stored as (out, in), with two headers on the one buffer: gonum's
// matrix product and its matrix-vector product are both fastest over contiguous rows of weights (dense 512x512x512:
// 18.8 ms against 22.5 stored as (in, out); matrix-vector 1.5 times; 2 cores of an AMD EPYC, November 2026).
type matrix struct {
	data   []float32     // (out, in)
	rows   *tensor.Dense // (out, in), for one input
	across *tensor.Dense // (in, out) by its header, for many
}

func newMatrix(data []float32, out, in int) (matrix, error) {
	m := matrix{
		data:   data,
		rows:   tensor.New(tensor.WithShape(out, in), tensor.WithBacking(data)),
		across: tensor.New(tensor.WithShape(out, in), tensor.WithBacking(data)),
	}
	return m, m.across.T() // of the header, once: T on a matrix in use would be a data race
}

// activation is a buffer of one row per token.
type activation struct {
	data   []float32     // (rows, width)
	width  int           // numbers in a row
	tensor *tensor.Dense // (rows, width), or (width) for one row
	into   tensor.FuncOpt
}

func newActivation(width int) *activation { return &activation{width: width} }

// resize gives a the number of rows, at least 1. What a held is lost.
func (a *activation) resize(rows int) {
	n := rows * a.width
	if a.tensor != nil && len(a.data) == n {
		return
	}
	if cap(a.data) < n {
		a.data = make([]float32, n)
	}
	a.data = a.data[:n]
	shape := []int{rows, a.width}
	if rows == 1 {
		shape = shape[1:]
	}
	a.tensor = tensor.New(tensor.WithShape(shape...), tensor.WithBacking(a.data))
	a.into = tensor.WithReuse(a.tensor)
}

// row returns row i.
func (a *activation) row(i int) []float32 { return a.data[i*a.width : (i+1)*a.width] }

// from returns the rows from a run's first on.
func (a *activation) from(r run) []float32 { return a.data[r.from*a.width:] }

// apply sets each row of y to the product of m and that row of x.
func (m matrix) apply(x, y *activation) error {
	if x.tensor.Dims() == 1 {
		_, err := m.rows.MatVecMul(x.tensor, y.into)
		return err
	}
	_, err := x.tensor.MatMul(m.across, y.into)
	return err
}

// uniform draws n weights from U(-bound, bound).
func uniform(r *rand.Rand, n int, bound float64) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = (2*r.Float32() - 1) * float32(bound)
	}
	return v
}

// keepSize is the bound of uniform weights of variance 1/in, with which a projection of in numbers of variance 1 has
// variance 1 too (LeCun et al. 1998).
func keepSize(in int) float64 { return math.Sqrt(3 / float64(in)) }
