package kernel

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"gorgonia.org/tensor"
)

func TestBLASNamesTheLibraryInUse(t *testing.T) {
	implementation := map[string]string{"gonum": "gonum.Implementation", "openblas": "netlib.Implementation"}
	assert.Equal(t, implementation[BLAS()], fmt.Sprintf("%T", tensor.WhichBLAS()))
}
