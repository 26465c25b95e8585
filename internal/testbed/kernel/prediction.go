package kernel

import (
	"cmp"
	"math"
)

// Prediction is a class and how probable the model holds it to be.
type Prediction struct {
	Class       int     `json:"class"`
	Probability float32 `json:"probability"`
}

// Softmax replaces the logits of one row, (classes), by their probabilities, which sum to 1. Finite logits of any size
// give finite probabilities.
func Softmax(row []float32) {
	if len(row) == 0 {
		return
	}
	top := row[0] // the greatest of this very row, so that no exponent is above 0 and one is 0
	for _, v := range row {
		top = max(top, v)
	}
	var sum float64
	for i, v := range row {
		e := math.Exp(float64(v - top))
		row[i] = float32(e)
		sum += e
	}
	scale := float32(1 / sum)
	for i := range row {
		row[i] *= scale
	}
}

// TopK returns the k most probable classes of one row, (classes), the most probable first and equals by class; all of
// them if k is greater than their number. NaN counts as less than any number.
func TopK(row []float32, k int) []Prediction {
	k = min(max(k, 0), len(row))
	if k == 0 {
		return nil
	}
	top := make([]Prediction, 0, k)
	for class, p := range row {
		if len(top) == k {
			if !cmp.Less(top[k-1].Probability, p) {
				continue
			}
			top = top[:k-1]
		}
		top = append(top, Prediction{class, p})
		for i := len(top) - 1; i > 0 && cmp.Less(top[i-1].Probability, top[i].Probability); i-- {
			top[i-1], top[i] = top[i], top[i-1]
		}
	}
	return top
}
