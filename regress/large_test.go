//go:build linux

package regress_test

import (
	"bufio"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var large = flag.Int("large", 1, "how many MiB of saved results a side TestLargeResults judges")

// Saved results of a gigabyte are judged in bounded memory: go test -v -run TestLargeResults ./regress -large 1024 writes two files
// of that size for each form and tells time and peak memory of the process that judges them. What is kept of a file is 8 bytes
// a value, its names, and nothing of what tests print; what would take more is refused before it does.
func TestLargeResults(t *testing.T) {
	const MiB = 1 << 20
	for _, form := range []struct {
		name       string
		benchmarks int   // in turn, each with runs enough to be judged
		most       int64 // bytes that judging may take, whatever the size of the files
		line       func(w *bufio.Writer, i int, random *rand.Rand)
	}{
		{"mostly what tests print: a result in 8 kB", 100, 128 * MiB, func(w *bufio.Writer, i int, random *rand.Rand) {
			for n := range 80 {
				fmt.Fprintf(w, "    serve_test.go:%d: request %d of the night took longer than the ones before it, but not by very much\n",
					n, random.Int())
			}
			fmt.Fprintf(w, "BenchmarkServe/case=%d-2 \t 100\t %d ns/op\t 100 B/op\t 3 allocs/op\n", i%100, 1000+random.IntN(40))
		}},
		{"as a Recorder reports: 40 units a line", 100, 2048 * MiB, func(w *bufio.Writer, i int, random *rand.Rand) {
			fmt.Fprintf(w, "BenchmarkServe/case=%d-2 \t 100\t %d ns/op", i%100, 1_000_000+random.IntN(40_000))
			for stage := range 39 {
				fmt.Fprintf(w, "\t %d p50-stage.%d-ns", 100_000+random.IntN(4000), stage)
			}
			w.WriteString("\t 100 B/op\t 3 allocs/op\n")
		}},
		{"very many benchmarks: each line another, 60 runs of each", 250 * *large, 4096 * MiB,
			func(w *bufio.Writer, i int, random *rand.Rand) {
				fmt.Fprintf(w, "BenchmarkServe/case=%d-2 \t 100\t %d ns/op\t 100 B/op\t 3 allocs/op\n",
					i%(250**large), 1000+random.IntN(40))
			}},
	} {
		t.Run(form.name, func(t *testing.T) {
			dir := t.TempDir()
			for side, name := range []string{"baseline.txt", "candidate.txt"} {
				writeForm(t, filepath.Join(dir, name), int64(*large)*MiB, form.benchmarks, uint64(side), form.line)
			}
			self, err := os.Executable()
			require.NoError(t, err)
			var took cost
			took.add(t, dir, self)
			t.Logf("%d MiB a side: %.1f s, %d MiB at most", *large, took.time.Seconds(), took.memory/MiB)
			assert.Less(t, took.memory, form.most)
		})
	}
}

func writeForm(t *testing.T, name string, size int64, benchmarks int, seed uint64, line func(*bufio.Writer, int, *rand.Rand)) {
	t.Helper()
	f, err := os.Create(name)
	require.NoError(t, err)
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	random := rand.New(rand.NewPCG(2, seed))
	fmt.Fprint(w, "goos: linux\ngoarch: amd64\npkg: example.com/shop\ncpu: any\n")
	for i := 0; ; i++ {
		line(w, i, random)
		if i%benchmarks == benchmarks-1 && i > 10*benchmarks {
			at, err := f.Seek(0, 1)
			require.NoError(t, err)
			if at >= size {
				break
			}
		}
	}
	fmt.Fprint(w, "PASS\n")
	require.NoError(t, w.Flush())
}
