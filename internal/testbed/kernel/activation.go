package kernel

import "gorgonia.org/tensor"

// activation is a buffer of one row per token.
type activation struct {
	data   []float32 // (rows, width)
	width  int       // numbers in a row
	whole  header    // (rows, width), if rows are multiplied together
	vector []header  // (width) of each of the first rows, if they are multiplied one by one
}

// header is a tensor on a part of a buffer, and the option that makes it a result.
type header struct {
	tensor *tensor.Dense
	into   tensor.FuncOpt
}

func newHeader(data []float32, shape ...int) header {
	t := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
	return header{t, tensor.WithReuse(t)}
}

func newActivation(width int) *activation { return &activation{width: width} }

// resize gives a the number of rows, at least 1. What a held is lost.
func (a *activation) resize(rows int) {
	n := rows * a.width
	if len(a.data) == n {
		return
	}
	if cap(a.data) < n {
		a.data = make([]float32, n)
		a.vector = a.vector[:0] // they are of the buffer before
	}
	a.data = a.data[:n]
	if rows > rowByRow {
		a.whole = newHeader(a.data, rows, a.width)
		return
	}
	for i := len(a.vector); i < rows; i++ {
		a.vector = append(a.vector, newHeader(a.row(i), a.width))
	}
}

// rows returns how many there are.
func (a *activation) rows() int { return len(a.data) / a.width }

// row returns row i.
func (a *activation) row(i int) []float32 { return a.data[i*a.width : (i+1)*a.width] }

// from returns the rows from a run's first on.
func (a *activation) from(r run) []float32 { return a.data[r.from*a.width:] }
