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

	"github.com/tailgate-go/tailgate/internal/modtest"
)

var (
	clones = flag.String("clones", "",
		"a `folder` of clones of public repositories, which TestClones gates; empty: a package of this one")
	clonesOnly  = flag.String("clonesonly", "", "with -clones: the folder of one clone")
	cloneGates  = flag.Int("clonegates", 1, "how many gates TestClones makes on the same code beside a test that is new")
	cloneLinked = flag.Int("clonelinked", 1, "how many gates of each kind TestClones makes in which each round has links of its own")
	clonePlant  = flag.String("cloneplant", "15%", "with -clones: the slowdown that TestClones plants")
	cloneWhole  = flag.Bool("clonebenchstat", false,
		"with -clones: time the runs that benchstat needs, ten of a second on both sides, as well")
)

// cloned are packages and the benchmarks of theirs that TestClones gates.
var cloned = []struct{ dir, benchmarks string }{
	{"gjson", "^BenchmarkValid$"},
	{"btree", "^BenchmarkInsertG$"},
	{"hdrhistogram-go", "^BenchmarkHistogramRecordValue$"},
	{"uuid", "^BenchmarkParse$|^BenchmarkParseBytes$"},
	{"xxhash", "^BenchmarkSum64$/^4B$|^BenchmarkDigestBytes$/^4B$"},
}

// TestClones gates benchmarks of other people as they are, in turn: the same code beside a test that is new, whose link is another;
// the same beside a package's variable, whose initialization is code of every benchmark, so that each round has links of its own;
// and a slowdown that is planted. It prints what they said and how long they took:
//
//	go test -v -run TestClones ./internal/adoption -clones DIR -clonegates 20 -clonelinked 20 -clonebenchstat -timeout 0
//
// Without -clones it gates a package of this repository once each, in which the work is doubled.
func TestClones(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and measures")
	}
	if *clones == "" {
		counts := gateClone(t, filepath.Join("..", "overlay", "testdata", "bench"), "^BenchmarkLoop$", "100%")
		assert.Zero(t, counts["other test"].outcomes["regressed"])
		assert.Zero(t, counts["other init"].outcomes["regressed"])
		assert.Equal(t, 1, counts["planted"].outcomes["regressed"])
		return
	}
	for _, c := range cloned {
		if *clonesOnly == "" || *clonesOnly == c.dir {
			t.Run(c.dir, func(t *testing.T) {
				counts := gateClone(t, filepath.Join(*clones, c.dir), c.benchmarks, *clonePlant)
				for _, kind := range []string{"other test", "other init"} {
					if of := counts[kind]; of != nil {
						assert.Zero(t, of.outcomes["regressed"]+of.outcomes["invalid"], kind)
					}
				}
				if of := counts["planted"]; of != nil {
					assert.Zero(t, of.outcomes["ok"]+of.outcomes["improved"]+of.outcomes["invalid"], "planted")
				}
			})
		}
	}
}

// counted is what the gates of one kind said.
type counted struct {
	outcomes map[string]int // of ns/op, by verdict
	layout   int            // verdicts that one link a side would have made red
	seconds  []float64      // of gates
	measured []float64      // of gates, a verdict: without building
}

func gateClone(t *testing.T, from, benchmarks, plant string) map[string]*counted {
	dir, env := adopt(t, from)
	pkg := strings.TrimSpace(command(t, dir, env, "go", "list", "-f", "{{.Name}}", "."))
	beside := map[string]string{
		"other test": "import \"testing\"\n\nfunc TestBeside%[1]d(t *testing.T) {\n\tfor i := range %[1]d {\n\t\tt.Log(i * i)\n\t}\n}\n",
		"other init": "var beside = func() (n int) {\n\tfor i := range %[1]d {\n\t\tn += i * i\n\t}\n\treturn n\n}()\n\nvar _ = beside\n",
	}
	beside["planted"] = beside["other init"]
	counts := map[string]*counted{}
	for i := range max(*cloneGates, *cloneLinked) {
		for _, kind := range []string{"other test", "other init", "planted"} {
			gates, file := *cloneLinked, "tailgate_beside.go"
			if kind == "other test" {
				gates, file = *cloneGates, "tailgate_beside_test.go"
			}
			if i >= gates {
				continue
			}
			text := "package " + pkg + "\n\n" + fmt.Sprintf(beside[kind], 10+i)
			require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644))
			args := []string{
				"test", "-v", "-timeout", "0", "-run", "^TestTailgateGate$", ".", "-regress.bench=" + benchmarks, "-regress.profile=off",
				"-regress.tests=own",
			}
			if kind == "planted" {
				args = append(args, "-regress.inject="+plant)
			}
			gate := exec.Command("go", args...)
			gate.Dir, gate.Env = dir, env
			out, failed := gate.CombinedOutput()
			c := counts[kind]
			if c == nil {
				c = &counted{outcomes: map[string]int{}}
				counts[kind] = c
			}
			require.NoError(t, os.Remove(filepath.Join(dir, file)))
			c.read(t, filepath.Join(dir, ".tailgate", "TestTailgateGate", "verdict.json"), failed == nil, out)
		}
	}
	for _, kind := range []string{"other test", "other init", "planted"} {
		c := counts[kind]
		if c == nil {
			continue
		}
		slices.Sort(c.seconds)
		slices.Sort(c.measured)
		last := len(c.seconds) - 1
		t.Logf("%s, %s: ns/op %v, layout %d; a gate %.1f s in the median, %.1f at most; "+
			"a benchmark without building %.1f s in the median, %.1f at most", filepath.Base(from), kind, c.outcomes, c.layout,
			c.seconds[len(c.seconds)/2], c.seconds[last], c.measured[len(c.measured)/2], c.measured[last])
	}
	if *cloneWhole {
		began := time.Now()
		command(t, dir, env, "go", "test", "-run", "^$", "-bench", benchmarks, "-benchmem", "-count", "10", ".")
		t.Logf("%s: ten runs of a second on both sides: %.1f s", filepath.Base(from), 2*time.Since(began).Seconds())
	}
	return counts
}

// adopt copies a package's module with a gate in it into a repository of its own.
func adopt(t *testing.T, from string) (dir string, env []string) {
	archive := filepath.Join(t.TempDir(), "none.txtar")
	require.NoError(t, os.WriteFile(archive, []byte("-- other/other.go --\npackage other\n"), 0o644))
	_, env = modtest.Unpack(t, archive) // for the environment alone
	dir = t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(from)))
	require.NoError(t, os.RemoveAll(filepath.Join(dir, ".git")))
	command(t, dir, env, "go", "mod", "download") // which would be said amid the name
	name := strings.TrimSpace(command(t, dir, env, "go", "list", "-f", "{{.Name}}", "."))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tailgate_gate_test.go"), fmt.Appendf(nil, `package %s_test

import (
	"testing"

	"github.com/tailgate-go/tailgate/regress"
)

func TestTailgateGate(t *testing.T) { regress.Check(t, regress.Gate{Baseline: "HEAD", Identical: "measure"}) }
`, name), 0o644))
	command(t, dir, env, "go", "mod", "edit", "-go=1.26", "-require=github.com/tailgate-go/tailgate@v0.0.0",
		"-replace=github.com/tailgate-go/tailgate="+modtest.Root(t))
	command(t, dir, env, "go", "mod", "tidy")
	for _, args := range [][]string{
		{"git", "init", "-q", "-b", "main"}, {"git", "add", "-A"}, {"git", "commit", "-q", "-m", "as it is, and a gate"},
	} {
		command(t, dir, env, args...)
	}
	return dir, env
}

// read adds what a gate's verdict.json says.
func (c *counted) read(t *testing.T, file string, passed bool, out []byte) {
	data, err := os.ReadFile(file)
	require.NoError(t, err, "%s", out)
	require.NoError(t, os.Remove(file)) // the next is to leave its own
	var got struct {
		Pass    bool
		Seconds float64
		Phases  []struct {
			Name    string
			Seconds float64
		}
		Verdicts []struct {
			Benchmark, Unit, Outcome string
			Facts                    struct {
				FirstLinks float64 `json:"first_links_percent"`
			}
		}
	}
	require.NoError(t, json.Unmarshal(data, &got))
	require.Equal(t, got.Pass, passed, "%s", out)
	require.NotEmpty(t, got.Verdicts, "%s", out)
	judged := 0.0
	for _, v := range got.Verdicts {
		outcome := v.Outcome
		if v.Unit != "ns/op" {
			if outcome == "ok" {
				continue
			}
			outcome = v.Unit + " " + outcome
		} else {
			judged++
		}
		c.outcomes[outcome]++
		if v.Facts.FirstLinks != 0 {
			c.layout++
		}
	}
	seconds := got.Seconds
	c.seconds = append(c.seconds, seconds)
	for _, p := range got.Phases {
		if slices.Contains([]string{"checked out", "built", "tried", "waited"}, p.Name) {
			seconds -= p.Seconds
		}
	}
	c.measured = append(c.measured, seconds/max(judged, 1))
}
