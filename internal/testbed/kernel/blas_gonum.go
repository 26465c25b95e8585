//go:build !(openblas && cgo)

package kernel

const (
	blasName = "gonum"

	// rowByRow is the most rows that are multiplied one by one, shared out over the cores, and not in one product: gonum's
	// product of a matrix and a vector runs at 22 Gflop/s on one core, its product of two matrices at 16 on two for 8 rows and
	// 28 for 128 (704x128, 2 cores of an AMD EPYC, November 2026), so that a batch of 8 would cost more than 8 batches of
	// 1. Beyond the batches of decode one product is enough.
	rowByRow = 64

	// storedByOutput is whether a layer's weights lie as (out, in): gonum's dot products run over contiguous rows that way and cost
	// the same whatever the values are; stored as (in, out) its product skips zero activations, and dense 64x768x192 took 0.86
	// ms instead of 0.65 (2 cores of an AMD EPYC, November 2026).
	storedByOutput = true
)
