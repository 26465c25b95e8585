package measure_test

import (
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/measure"
	"github.com/tailgate-go/tailgate/internal/testbed/neighbour"
)

var record = flag.Bool("record", false, "make the recordings of testdata/duets anew: 6 minutes on a machine that does nothing else")

// TestRecord records duets of BenchmarkMLPSmall with itself, quiet and beside a neighbour that compiles on all CPUs.
func TestRecord(t *testing.T) {
	if !*record {
		t.Skip("run with -record")
	}
	for _, name := range []string{"quiet", "busy"} {
		t.Run(name, func(t *testing.T) {
			beside := "none"
			if name == "busy" {
				beside = "go build -a std, again and again"
				neighbour.Start(t)
				time.Sleep(20 * time.Second) // until it is in full swing
			}
			r := recording{about: []fact{
				{"what", "a duet of one test binary with itself, a request a turn"},
				{"when", time.Now().UTC().Format(time.RFC3339)},
				{"cpu", cpu(t) + ", " + strconv.Itoa(runtime.NumCPU())}, {"go", runtime.Version()}, {"load", load(t)},
				{"benchmark", "BenchmarkMLPSmall of workload"}, {"neighbour", beside},
			}}
			seed := rand.Uint64()
			r.about = append(r.about, fact{"seed", strconv.FormatUint(seed, 10)})
			r.launches = make([]launch, 40)
			err := measure.Duet(t.Context(), "../../workload", "MLPSmall", seed, len(r.launches), 300,
				func(i int, candidateFirst bool, ns [2]int64) {
					r.launches[i] = append(r.launches[i], turns{candidateFirst, ns})
				})
			require.NoError(t, err)
			r.about = append(r.about, fact{"load-after", load(t)})
			require.NoError(t, r.save(filepath.Join("../../testdata/duets", name+".txt.gz")))
		})
	}
}

func load(t *testing.T) string {
	data, err := os.ReadFile("/proc/loadavg")
	require.NoError(t, err)
	return strings.Fields(string(data))[0]
}

func cpu(t *testing.T) string {
	data, err := os.ReadFile("/proc/cpuinfo")
	require.NoError(t, err)
	for line := range strings.Lines(string(data)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.TrimSpace(strings.TrimLeft(name, "\t :"))
		}
	}
	return "unknown"
}
