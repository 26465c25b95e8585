package regress_test

import (
	"context"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/regress"
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
				neighbour(t)
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
			err := regress.Duet(t.Context(), "../workload", "MLPSmall", seed, len(r.launches), 300, func(i int, candidateFirst bool, ns [2]int64) {
				r.launches[i] = append(r.launches[i], turns{candidateFirst, ns})
			})
			require.NoError(t, err)
			r.about = append(r.about, fact{"load-after", load(t)})
			require.NoError(t, r.save(filepath.Join("../testdata/duets", name+".txt.gz")))
		})
	}
}

// neighbour compiles on all CPUs until the test ends.
func neighbour(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	env := append(os.Environ(), "GOCACHE="+t.TempDir())
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			cmd := exec.CommandContext(ctx, "go", "build", "-a", "-o", os.DevNull, "std")
			cmd.Env = env
			cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // which its compilers heed too
			cmd.WaitDelay = 10 * time.Second
			_ = cmd.Run()
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
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
