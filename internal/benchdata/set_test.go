package benchdata

// values are those of unit, one per run. A run without the unit contributes none.
func (b Benchmark) values(unit string) []float64 {
	values := make([]float64, 0, len(b.Runs))
	for _, r := range b.Runs {
		if v, ok := r.Value(unit); ok {
			values = append(values, v)
		}
	}
	return values
}
