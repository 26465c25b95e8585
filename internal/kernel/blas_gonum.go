//go:build !(openblas && cgo)

package kernel

const (
	blasName = "gonum"

	// rowByRow is the most rows that are multiplied one by one, shared out over the cores, and not in one product: gonum's
	// product of a matrix and a vector runs at 22 Gflop/s on one core, its product of two matrices at 16 on two for 8 rows and
	// 28 for 128 (704x128, 2 cores of an AMD EPYC, November 2026), so that a batch of 8 would cost more than 8 batches of
	// 1. Beyond the batches of decode one product is enough.
	rowByRow = 64
)
