package workload_test

import (
	"flag"
	"fmt"
	"testing"

	"github.com/tailgate-go/tailgate/internal/testbed/kernel"
)

// TestMain writes the BLAS in use into benchmark results, as a configuration line: benchstat and the gate then keep
// results of different libraries apart.
func TestMain(m *testing.M) {
	flag.Parse()
	if flag.Lookup("test.bench").Value.String() != "" {
		fmt.Println("blas:", kernel.BLAS())
	}
	m.Run()
}
