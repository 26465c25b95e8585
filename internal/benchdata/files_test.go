package benchdata

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// inDir runs the test in a directory with these files.
func inDir(t *testing.T, files map[string]string) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o666))
	}
	t.Chdir(dir)
}

func TestReadFilesAppendsRuns(t *testing.T) {
	inDir(t, map[string]string{
		"a.txt":   "cpu: A\ngoos: linux\nBenchmarkX-2 1 5 ns/op\nPASS\n",
		"b.txt":   "cpu: A\n# load: 1\nUnit score better=higher\nBenchmarkX-2 1 6 ns/op\nBenchmarkY-2 1 7 ns/op\nPASS\n",
		"[c].txt": "cpu: A\nBenchmarkX-2 1 8 ns/op\nPASS\n",
	})
	set, err := ReadFiles("?.txt", "a.txt", "./b.txt", "[c].txt")
	require.NoError(t, err)
	assert.Equal(t, "?.txt, a.txt, ./b.txt, [c].txt", set.Source)
	assert.Equal(t, map[string]string{"cpu": "A"}, set.Config)
	assert.Equal(t, Provenance{"load": {"1"}}, set.Provenance)
	assert.Equal(t, map[string]int{"score": +1}, set.Better)
	require.Len(t, set.Benchmarks, 2)
	assert.Equal(t, []float64{5, 6, 8}, set.Benchmarks[0].values("ns/op"), "each file once")
	assert.Equal(t, Run{"b.txt", 4, 1, []Value{{"ns/op", 6}}}, set.Benchmarks[0].Runs[1])
}

func TestReadFilesTellsWhatIsWrong(t *testing.T) {
	inDir(t, map[string]string{
		"ok.txt":      "cpu: A\nBenchmarkX-2 1 5 ns/op\nPASS\n",
		"nan.txt":     "BenchmarkX-2 1 NaN ns/op\nPASS\n",
		"neg.txt":     "BenchmarkX-2 1 -1 ns/op\nPASS\n",
		"other.txt":   "cpu: B\nBenchmarkX-2 1 5 ns/op\nPASS\n",
		"up.txt":      "Unit x better=higher\nBenchmarkX-2 1 5 x\nPASS\n",
		"down.txt":    "Unit x better=lower\nBenchmarkX-2 1 5 x\nPASS\n",
		"empty.txt":   "",
		"dir/sub.txt": "",
	})
	for _, tt := range []struct {
		name     string
		patterns []string
		want     string
	}{
		{"no pattern", nil,
			"no file of benchmark results is named; record with: go test -run '^$' -bench . -count 10 > FILE"},
		{"a missing file", []string{"missing.txt"},
			"missing.txt: does not exist; record with: go test -run '^$' -bench . -count 10 > missing.txt"},
		{"a pattern that matches nothing", []string{"missing*.txt"},
			"missing*.txt: matches no file; record with: go test -run '^$' -bench . -count 10 > FILE"},
		{"a malformed pattern", []string{"missing["},
			`missing[: not a pattern; close every "[" or write it as "\["`},
		{"a directory", []string{"dir"},
			"dir: is a directory; name a file of benchmark results"},
		{"an empty file", []string{"empty.txt"},
			"empty.txt: no benchmark results; record with: go test -run '^$' -bench . -count 10 > empty.txt"},
		{"everything wrong in all files", []string{"missing.txt", "nan.txt", "ok.txt", "neg.txt"},
			"missing.txt: does not exist; record with: go test -run '^$' -bench . -count 10 > missing.txt\n" +
				"nan.txt:1: X-2: ns/op is NaN; report a finite number\n" +
				"neg.txt:1: X-2: ns/op is negative (-1); report a quantity that cannot be below 0"},
		{"files of two machines", []string{"ok.txt", "other.txt"},
			`other.txt: cpu is "B", in ok.txt "A"; keep results of different configurations apart`},
		{"files whose Unit lines contradict each other", []string{"up.txt", "down.txt"},
			"down.txt: the Unit line of x says lower is better, in up.txt higher; correct one of them"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			set, err := ReadFiles(tt.patterns...)
			require.Error(t, err)
			assert.Nil(t, set)
			assert.Equal(t, tt.want, err.Error())
		})
	}
}

func TestReadFilesTellsOfAFileThatMayNotBeRead(t *testing.T) {
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		t.Skip("the administrator may read everything")
	}
	inDir(t, map[string]string{"secret.txt": plainRun})
	require.NoError(t, os.Chmod("secret.txt", 0))
	_, err := ReadFiles("secret.txt")
	assert.EqualError(t, err, "secret.txt: cannot be read: permission denied; check the file")
}

func TestReadFilesDoesNotWaitForAPipe(t *testing.T) {
	inDir(t, map[string]string{"ok.txt": plainRun})
	if out, err := exec.Command("mkfifo", "pipe.txt").CombinedOutput(); err != nil {
		t.Skipf("no pipes here: %v: %s", err, out)
	}
	for _, patterns := range [][]string{{"pipe.txt"}, {"*.txt"}, {"ok.txt", "pipe.txt"}} {
		_, err := ReadFiles(patterns...)
		assert.EqualError(t, err, "pipe.txt: is no plain file; name a file of benchmark results")
	}
}

func TestAddLeavesTheOtherSetAsItWas(t *testing.T) {
	read := func(name, text string) *Set {
		set, err := Read(strings.NewReader(text+"PASS\n"), name)
		require.NoError(t, err)
		return set
	}
	all := &Set{}
	one := read("1", "cpu: A\nBenchmarkX 1 1 ns/op\nBenchmarkX 1 2 ns/op\nBenchmarkX 1 3 ns/op\n")
	two := read("2", "cpu: A\nblas: on\nBenchmarkX 1 4 ns/op\nBenchmarkY 1 5 ns/op\n")
	require.Empty(t, all.Add(one))
	require.Empty(t, all.Add(two))
	require.Empty(t, all.Add(two))
	assert.Equal(t, "1", all.Source)
	assert.Equal(t, []float64{1, 2, 3, 4, 4}, all.Benchmarks[0].values("ns/op"))
	assert.Equal(t, []float64{5, 5}, all.Benchmarks[1].values("ns/op"))
	assert.Equal(t, map[string]string{"cpu": "A"}, all.Config)
	assert.Equal(t, []float64{1, 2, 3}, one.Benchmarks[0].values("ns/op"))
	assert.Equal(t, []float64{5}, two.Benchmarks[1].values("ns/op"))
	assert.Equal(t, map[string]string{"cpu": "A", "blas": "on"}, two.Config)

	three := read("3", "cpu: B\nBenchmarkX 1 6 ns/op\n")
	require.Len(t, all.Add(three), 1)
	assert.Len(t, all.Benchmarks[0].Runs, 5, "nothing is added when something is wrong")
}
