package field

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A benchmark's first runs are taken, as who measured them did; one with few is left out.
const mostTrials, fewestTrials = 30, 10

// readTrials reads the file of a project: of each benchmark FILE/BenchmarkNAME a line for each run. Runs of 0 ns/op are none.
func readTrials(r io.Reader) (samples, error) {
	lines := csv.NewReader(r)
	lines.Comma = ';'
	header, err := lines.Read()
	if err != nil {
		return nil, err
	}
	const name, value = 2, 11
	if len(header) <= value || header[name] != "benchmark" || header[value] != "value" {
		return nil, errors.New("the columns are others than project;commit;benchmark;params;…;value_count;value")
	}
	all := samples{}
	rest, err := lines.ReadAll()
	if err != nil {
		return nil, err
	}
	for _, line := range rest {
		ns, err := strconv.ParseFloat(line[value], 64)
		if err != nil {
			return nil, err
		}
		file, benchmark, ok := strings.Cut(line[name], "/Benchmark")
		if !ok {
			return nil, fmt.Errorf("%s is not of the form FILE/BenchmarkNAME", line[name])
		}
		if of := benchmark + "/" + file; ns > 0 && len(all[of]) < mostTrials {
			all[of] = append(all[of], ns)
		}
	}
	for of, runs := range all {
		if len(runs) < fewestTrials {
			delete(all, of)
		}
	}
	return all, nil
}

// trialReplays are the comparisons of the files in a folder, a project each.
func trialReplays(folder string) (all []replay, err error) {
	files, err := filesIn(folder, "*_benchmarks.csv")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		runs, err := readSet(file, readTrials)
		if err != nil {
			return nil, err
		}
		if len(runs) > 0 {
			all = append(all, runs.againstItself("Go projects, one revision")...)
		}
	}
	return all, nil
}

func TestTrialsAreRead(t *testing.T) {
	folder := t.TempDir()
	write := func(text string) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, "1&a&b_benchmarks.csv"), []byte(text), 0o644))
	}
	var b strings.Builder
	b.WriteString("project;commit;benchmark;params;instance;trial;fork;iteration;mode;unit;value_count;value\n")
	add := func(name string, runs int, ns string) {
		for i := range runs {
			fmt.Fprintf(&b, "a/b;1;%s;;0;%d;0;0;;;1;%s\n", name, i, ns)
		}
	}
	add("x_test.go/BenchmarkA", 31, "5.0")
	add("y_test.go/BenchmarkA", 10, "6.0")
	add("y_test.go/BenchmarkFew", 9, "7.0")
	add("y_test.go/BenchmarkNone", 31, "0.0")
	write(b.String())
	all, err := trialReplays(folder)
	require.NoError(t, err)
	require.Len(t, all, len(planted))
	assert.Len(t, all[0].baseline, 2)
	assert.Len(t, all[0].baseline["A/x_test.go"], 15)
	assert.Equal(t, []float64{6, 6, 6, 6, 6}, all[0].candidate["A/y_test.go"])

	header, _, _ := strings.Cut(b.String(), "\n")
	for _, bad := range []string{
		"", "a;b\n", strings.Replace(header, ";value", ";other", 2) + "\n", header + "\na/b;1;A;;0;0;0;0;;;1;5\n",
		header + "\na/b;1;x/BenchmarkA;;0;0;0;0;;;1;x\n",
	} {
		write(bad)
		_, err = trialReplays(folder)
		assert.Error(t, err, bad)
	}
	_, err = trialReplays(t.TempDir())
	assert.Error(t, err)
}
