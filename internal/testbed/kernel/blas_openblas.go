//go:build openblas && cgo

package kernel

// Package netlib calls CBLAS and leaves the choice of a library to whoever links it.

// #cgo LDFLAGS: -lopenblas -lm
import "C"

import (
	"gonum.org/v1/netlib/blas/netlib"
	"gorgonia.org/tensor"
)

const (
	blasName = "openblas"
	rowByRow = 1 // row; for 8 rows one product takes as long as 5

	// storedByOutput: as (in, out) the MLP's three products take 2.4 ms together, as (out, in) 2.6 (2 cores of an AMD EPYC,
	// November 2026).
	storedByOutput = false
)

func init() { tensor.Use(netlib.Implementation{}) }
