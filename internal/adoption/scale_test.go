package adoption

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var scaled = flag.Int("scale", 12, "how many benchmarks TestScale gates, ten to a package")

// crowd is a module of n benchmarks, ten to a package and five to a function, whose requests take about 20 us, and a gate on all of
// them.
func crowd(n int) string {
	var b strings.Builder
	b.WriteString(`-- gate/gate_test.go --
package gate

import (
	"testing"

	"github.com/tailgate-go/tailgate/policy"
	"github.com/tailgate-go/tailgate/regress"
)

func TestGate(t *testing.T) { // on a busy machine, too, no request is slower by a second
	regress.Check(t, regress.Gate{Packages: []string{"../..."}, Policy: policy.Policy{Rules: []policy.Rule{
		{Metric: "p95-ns", MaxRegressionPercent: 10, MinRegression: 1e9},
	}}})
}
`)
	for pkg := range (n + 9) / 10 {
		fmt.Fprintf(&b, "-- p%02d/serve_test.go --\npackage p%[1]d\n", pkg)
		b.WriteString(`
import (
	"fmt"
	"hash/crc32"
	"testing"

	"github.com/tailgate-go/tailgate/workload"
)

var page [200 << 10]byte

func serve(b *testing.B, n int) {
	for i := range n {
		b.Run(fmt.Sprintf("case=%d", i), func(b *testing.B) {
			rec := workload.Record(b)
			for b.Loop() {
				rec.Do(func(*workload.Request) error { crc32.ChecksumIEEE(page[:]); return nil })
			}
		})
	}
}
`)
		for first := 0; first < min(10, n-10*pkg); first += 5 {
			fmt.Fprintf(&b, "\nfunc BenchmarkServe%d(b *testing.B) { serve(b, %d) }\n", first/5, min(5, n-10*pkg-first))
		}
	}
	return b.String()
}

// A gate on many benchmarks in many packages finds, measures and judges all of them:
// go test -v -run TestScale ./internal/adoption -scale 500 gates 500 in 50 packages, and tells what its time was spent on.
func TestScale(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and measures")
	}
	dir, env := crowded(t, crowd(*scaled))
	env = append(env, "REGRESS_IDENTICAL=measure")
	// A change, so that there are two sides to build.
	require.NoError(t, os.WriteFile(filepath.Join(dir, "p00", "more_test.go"), []byte("package p0\n"), 0o644))

	cmd := exec.Command("go", "test", "-count=1", "-timeout", "0", ".")
	cmd.Dir, cmd.Env = filepath.Join(dir, "gate"), env
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)

	data, err := os.ReadFile(filepath.Join(dir, ".tailgate", "gate", "TestGate", "verdict.json"))
	require.NoError(t, err)
	var got struct {
		Outcome string
		Seconds float64
		Phases  []struct {
			Name    string
			Seconds float64
		}
		Verdicts []struct{ Package, Benchmark, Outcome string }
	}
	require.NoError(t, json.Unmarshal(data, &got))
	assert.Equal(t, "ok", got.Outcome)
	seen := map[string]bool{}
	for _, v := range got.Verdicts {
		assert.Equal(t, "ok", v.Outcome, "%s %s", v.Package, v.Benchmark)
		seen[v.Package+" "+v.Benchmark] = true
	}
	assert.Len(t, seen, *scaled)
	page, err := os.Stat(filepath.Join(dir, ".tailgate", "gate", "TestGate", "report.html"))
	require.NoError(t, err)
	row := fmt.Sprintf("%d benchmarks: %.1f s;", *scaled, got.Seconds)
	for _, p := range got.Phases {
		row += fmt.Sprintf(" %s %.1f s,", p.Name, p.Seconds)
	}
	t.Logf("%s verdict.json %d kB, report.html %d kB", row, len(data)>>10, page.Size()>>10)
}
