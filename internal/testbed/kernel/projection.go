package kernel

// project sets each row of y to the product of m and that row of x.
func (w *workspace) project(m *matrix, x, y *activation) error {
	rows := x.rows()
	if rows > rowByRow {
		_, err := x.whole.tensor.MatMul(m.across, y.whole.into)
		return err
	}
	w.factor, w.from, w.to = m, x, y
	return w.crew.each(rows, rows*len(m.data), w.projectOne)
}

// projectRow is one task of project.
func (w *workspace) projectRow(row int, _ *hand) error {
	_, err := w.factor.rows.MatVecMul(w.from.vector[row].tensor, w.to.vector[row].into)
	return err
}
