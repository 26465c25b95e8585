package benchdata

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// printed are the packages of testdata/module.txtar and what Read says of their output; "" if it is accepted.
var printed = []struct{ pkg, plain, json string }{
	{"serve", "", ""},
	{"fails",
		"fails.txt:7: Odd: failed; " + makePass,
		"fails.json:14: Odd: failed; " + makePass},
	{"skips",
		"skips.txt:7: Odd-2: no iterations: the benchmark was skipped after it had begun; skip it in every run or in none",
		"skips.json:16: Odd-2: no iterations: the benchmark was skipped after it had begun; skip it in every run or in none"},
	{"panics",
		"panics.txt:7: panic: boom; " + makePass,
		"panics.json:12: panic: boom; " + makePass},
	{"prints", // go test -json prints a name only after the run: output in between harms less
		`prints.txt:7: Line-2: the result line is broken (parsing iteration count: invalid syntax): "loaded 3 adapters"; ` + toStderr +
			"\n" +
			`prints.txt:9: Line-2: the result line is broken (parsing iteration count: invalid syntax): "loaded 3 adapters"; ` + toStderr +
			"\n" +
			`prints.txt:11: Part-2: the result line is broken: "loading..." stands before it; ` + toStderr + "\n" +
			`prints.txt:12: Part-2: the result line is broken (parsing iteration count: invalid syntax): "loading... ` +
			`2307265\t         0.5313 ns/op"; ` + toStderr + "\n" +
			`prints.txt:13: Part-2: the result line is broken (parsing iteration count: invalid syntax): "loading... ` +
			`2374149\t         0.5275 ns/op"; ` + toStderr,
		`prints.json:21: Part-2: the result line is broken: "loading..." stands before it; ` + toStderr + "\n" +
			`prints.json:22: Part-2: the result line is broken: "loading..." stands before it; ` + toStderr + "\n" +
			`prints.json:23: Part-2: the result line is broken: "loading..." stands before it; ` + toStderr},
	{"exits",
		"exits.txt:10: example.com/infer/exits failed; " + makePass,
		"exits.json:17: example.com/infer/exits failed; " + makePass},
	{"nobuild",
		"nobuild.txt:3: example.com/infer/nobuild does not build; make it build",
		"nobuild.json:3: example.com/infer/nobuild [example.com/infer/nobuild.test] does not build; make it build"},
}

func TestReadWhatGoTestPrinted(t *testing.T) {
	t.Chdir(filepath.Join("testdata", "printed"))
	for _, tt := range printed {
		for file, want := range map[string]string{tt.pkg + ".txt": tt.plain, tt.pkg + ".json": tt.json} {
			t.Run(file, func(t *testing.T) {
				set, err := ReadFiles(file)
				if want != "" {
					require.EqualError(t, err, want)
					return
				}
				require.NoError(t, err)
				requireServe(t, set)
			})
		}
	}
}

// requireServe requires what package serve prints, whatever the machine.
func requireServe(t *testing.T, set *Set) {
	t.Helper()
	require.Len(t, set.Benchmarks, 3)
	for i, name := range []string{"Serve/workload=prefill", "Serve/workload=decode", "Encode"} {
		assert.Equal(t, name, set.Benchmarks[i].Name)
		assert.Equal(t, "example.com/infer/serve", set.Benchmarks[i].Package)
		assert.Len(t, set.Benchmarks[i].values("ns/op"), 3)
	}
	assert.Equal(t, []float64{1200, 1200, 1200}, set.Benchmarks[0].values("p95-ns"))
	assert.Len(t, set.Benchmarks[2].values("MB/s"), 3)
	assert.NotEmpty(t, set.Config["goos"])
	assert.NotEmpty(t, set.Config["goarch"])
}

// TestReadWhatGoTestPrintsNow holds the facts above against the Go at hand.
func TestReadWhatGoTestPrintsNow(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs seven packages")
	}
	dir := t.TempDir()
	module, err := txtar.ParseFile(filepath.Join("testdata", "module.txtar"))
	require.NoError(t, err)
	require.NoError(t, txtar.Write(module, dir))
	for _, tt := range printed {
		for _, mode := range []struct {
			name, problem string
			args          []string
		}{{"plain", tt.plain, nil}, {"json", tt.json, []string{"-json"}}} {
			t.Run(tt.pkg+" "+mode.name, func(t *testing.T) {
				cmd := exec.Command("go", append(append([]string{"test"}, mode.args...),
					"-run", "^$", "-bench", ".", "-count", "3", "-benchtime", "100x", "./"+tt.pkg)...)
				cmd.Dir = dir
				cmd.Env = append(os.Environ(), "GOMAXPROCS=2", "GOFLAGS=-trimpath")
				out, _ := cmd.CombinedOutput() // the exit status is what Read must not need
				set, err := Read(strings.NewReader(string(out)), "out")
				if mode.problem == "" {
					require.NoError(t, err)
					requireServe(t, set)
					return
				}
				require.Error(t, err, "%s", out)
				// The place and the numbers differ from run to run.
				for i, line := range strings.Split(mode.problem, "\n") {
					_, fact, _ := strings.Cut(line, ": ")
					fact, _, _ = strings.Cut(fact, `"loading... `)
					lines := strings.Split(err.Error(), "\n")
					require.Greater(t, len(lines), i, "%v", err)
					assert.Contains(t, lines[i], fact)
				}
			})
		}
	}
}
