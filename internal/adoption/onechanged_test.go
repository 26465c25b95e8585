package adoption

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var siblings = flag.Int("siblings", 2, "how many packages TestOnePackageChanged gates, and how many plain benchmarks each has")

// family is a module of n packages with n plain benchmarks each, and a gate on all of them.
func family(n int) string {
	var b strings.Builder
	b.WriteString(`-- gate_test.go --
package family

import (
	"testing"

	"github.com/tailgate-go/tailgate/regress"
)

func TestGate(t *testing.T) { regress.Check(t, regress.Gate{Packages: []string{"./..."}, Baseline: "HEAD"}) }
`)
	for pkg := range n {
		fmt.Fprintf(&b, "-- p%02d/sum.go --\npackage p%[1]d\n", pkg)
		b.WriteString("\nfunc Sum(of []byte) (sum int) {\n\tfor _, v := range of {\n\t\tsum += int(v)\n\t}\n\treturn sum\n}\n")
		fmt.Fprintf(&b, "-- p%02d/sum_test.go --\npackage p%[1]d\n\nimport \"testing\"\n\nvar page [64 << 10]byte\n\nvar sum int\n", pkg)
		for i := range n {
			const benchmark = "\nfunc BenchmarkSum%d(b *testing.B) {\n\tfor b.Loop() {\n\t\tsum += Sum(page[:%d])\n\t}\n}\n"
			fmt.Fprintf(&b, benchmark, i, 64<<(i%10))
		}
	}
	return b.String()
}

// One function of one package has changed: its benchmarks alone are measured.
// go test -v -run TestOnePackageChanged ./internal/adoption -siblings 10 gates ten packages of ten, and tells how long that took.
func TestOnePackageChanged(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and measures")
	}
	dir, env := crowded(t, family(*siblings))
	changed := filepath.Join(dir, "p01", "sum.go")
	source, err := os.ReadFile(changed)
	require.NoError(t, err)
	other := strings.Replace(string(source), "\treturn sum\n", "\tif len(of) == 7 {\n\t\tsum++\n\t}\n\treturn sum\n", 1)
	require.NoError(t, os.WriteFile(changed, []byte(other), 0o644))

	gate := exec.Command("go", "test", "-v", "-count=1", "-timeout", "0", "-run", "^TestGate$", ".")
	gate.Dir, gate.Env = dir, env
	began := time.Now()
	out, _ := gate.CombinedOutput() // on a busy machine it may fail: how often is not what is counted here
	took := time.Since(began)
	data, err := os.ReadFile(filepath.Join(dir, ".tailgate", "TestGate", "verdict.json"))
	require.NoError(t, err, "%s", out)
	var got struct {
		Verdicts []struct {
			Package, Benchmark, Unit, Outcome, Code string
		}
	}
	require.NoError(t, json.Unmarshal(data, &got))
	measured, spared := []string{}, []string{}
	for _, v := range got.Verdicts {
		name := v.Package + " " + v.Benchmark
		assert.NotEqual(t, "invalid", v.Outcome, "%s %s", name, v.Unit)
		if v.Code == "unchanged" {
			assert.Equal(t, "ok", v.Outcome, "%s %s", name, v.Unit)
			spared = append(spared, name)
		} else {
			assert.Contains(t, v.Package, "p01", "measured without need: %s %s", name, v.Unit)
			measured = append(measured, name)
		}
	}
	each := func(names []string) int {
		slices.Sort(names)
		return len(slices.Compact(names))
	}
	now, not := each(measured), each(spared)
	assert.Equal(t, *siblings, now)
	assert.Equal(t, (*siblings-1)**siblings, not)
	t.Logf("%d packages of %[1]d benchmarks, one function changed: %d benchmarks measured, %d not, %.1f s", *siblings, now, not,
		took.Seconds())
}
