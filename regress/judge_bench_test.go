//go:build unix

package regress_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tailgate-go/tailgate/policy"
	"github.com/tailgate-go/tailgate/regress"
)

// judgeEnv makes the test binary judge the saved results in that folder and exit: see BenchmarkJudge.
const judgeEnv = "TAILGATE_TEST_JUDGE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(judgeEnv); dir != "" {
		gate := regress.Gate{
			Baseline: filepath.Join(dir, "baseline.txt"), Candidate: filepath.Join(dir, "candidate.txt"), Out: filepath.Join(dir, "out"),
			Policy: policy.Policy{Rules: []policy.Rule{
				{Metric: "ns/op", MaxRegressionPercent: 10}, {Metric: "B/op", MaxRegressionPercent: 10},
				{Metric: "allocs/op", MaxRegressionPercent: 10},
			}},
		}
		result, err := gate.Run(context.Background(), "judge", io.Discard)
		if err != nil || !result.Passes() {
			fmt.Println(err, result.Text())
			os.Exit(1)
		}
		if status, err := os.ReadFile("/proc/self/status"); err == nil {
			os.Stdout.Write(status)
		}
		return
	}
	os.Exit(m.Run())
}

// BenchmarkJudge compares judging 176,726 benchmark lines of saved results with what the benchstat command takes for
// the same files, one after the other in each iteration, each in a process of its own. It reports the ratio of the times
// and of the peak memories.
func BenchmarkJudge(b *testing.B) {
	const lines, runs = 176_726, 20
	dir := b.TempDir()
	for i, name := range []string{"baseline.txt", "candidate.txt"} {
		writeResults(b, filepath.Join(dir, name), lines/2, runs, uint64(i))
	}
	benchstat := filepath.Join(dir, "benchstat")
	if out, err := exec.Command("go", "build", "-o", benchstat, "golang.org/x/perf/cmd/benchstat").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	var ours, theirs cost
	for b.Loop() {
		ours.add(b, dir, self)
		theirs.add(b, dir, benchstat, filepath.Join(dir, "baseline.txt"), filepath.Join(dir, "candidate.txt"))
	}
	b.ReportMetric(ours.time.Seconds()/theirs.time.Seconds(), "time/benchstat")
	b.ReportMetric(float64(ours.memory)/(1<<20), "MiB")
	b.ReportMetric(float64(theirs.memory)/(1<<20), "benchstat-MiB")
}

// cost is what processes took.
type cost struct {
	time   time.Duration
	memory int64 // bytes, the most of any
}

func (c *cost) add(b testing.TB, dir, name string, args ...string) {
	b.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), judgeEnv+"="+dir)
	var printed strings.Builder
	cmd.Stdout = &printed
	began := time.Now()
	if err := cmd.Run(); err != nil {
		b.Fatalf("%s: %v: %s", filepath.Base(name), err, printed.String()[max(0, printed.Len()-2000):])
	}
	c.time += time.Since(began)
	peak := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10
	// On Linux that counts what this process had when it started the other; what the other says of itself does not.
	if _, own, ok := strings.Cut(printed.String(), "\nVmHWM:"); ok {
		if _, err := fmt.Sscanf(own, "%d kB", &peak); err != nil {
			b.Fatalf("VmHWM: %v", err)
		}
		peak <<= 10
	}
	c.memory = max(c.memory, peak)
}

func writeResults(b *testing.B, name string, lines, runs int, seed uint64) {
	b.Helper()
	f, err := os.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	random := rand.New(rand.NewPCG(1, seed))
	fmt.Fprint(w, "goos: linux\ngoarch: amd64\npkg: example.com/shop\ncpu: any\n")
	for i := range lines {
		fmt.Fprintf(w, "BenchmarkServe/case=%d-2 \t 100\t %d ns/op\t %d B/op\t %d allocs/op\n",
			min(i/runs, lines/runs-1), 1000+i/runs+random.IntN(40), 100, 3)
	}
	fmt.Fprint(w, "PASS\n")
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
}
