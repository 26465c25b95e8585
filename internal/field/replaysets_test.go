package field

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// perMachine has the machines of a version's file: of each the runs, in the order in which they were made.
type perMachine map[string]samples

// goColumns are the columns that are read: a run is all that has the same machine, suite and iteration.
const (
	columnNS        = "ns_per_op"
	columnName      = "b_name"
	columnIteration = "it_pos"
	columnSuite     = "sr_pos"
	columnMachine   = "ir_pos"
)

// readGoRuns reads the file of a version. A run is the mean of the measurements of one iteration.
func readGoRuns(r io.Reader) (perMachine, error) {
	lines := csv.NewReader(r)
	header, err := lines.Read()
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	for i, name := range header {
		at[strings.TrimSpace(name)] = i
	}
	for _, name := range []string{columnNS, columnName, columnIteration, columnSuite, columnMachine} {
		if _, ok := at[name]; !ok {
			return nil, fmt.Errorf("there is no column %s", name)
		}
	}
	type run struct{ machine, name, suite, iteration string }
	var order []run
	values := map[run][]float64{}
	rest, err := lines.ReadAll()
	if err != nil {
		return nil, err
	}
	for _, line := range rest {
		ns, err := strconv.ParseFloat(line[at[columnNS]], 64)
		if err != nil {
			return nil, err
		}
		name := strings.TrimPrefix(strings.TrimSpace(line[at[columnName]]), "Benchmark")
		of := run{line[at[columnMachine]], name, line[at[columnSuite]], line[at[columnIteration]]}
		if values[of] == nil {
			order = append(order, of)
		}
		values[of] = append(values[of], ns)
	}
	all := perMachine{}
	for _, of := range order {
		if all[of.machine] == nil {
			all[of.machine] = samples{}
		}
		all[of.machine][of.name] = append(all[of.machine][of.name], sum(values[of])/float64(len(values[of])))
	}
	return all, nil
}

// goReplays are the comparisons of the files in a folder, which are named PROJECT-vVERSION.csv.
func goReplays(folder string) (all []replay, err error) {
	files, err := filesIn(folder, "*-v*.csv")
	if err != nil {
		return nil, err
	}
	var before perMachine
	var project string
	for _, file := range files {
		of, err := readSet(file, readGoRuns)
		if err != nil {
			return nil, err
		}
		name, _, _ := strings.Cut(filepath.Base(file), "-")
		if name != project {
			before = nil
		}
		for machine, runs := range of {
			all = append(all, runs.againstItself("Go, one version, one machine")...)
			for other, theirs := range of {
				if machine < other {
					all = append(all, replay{"Go, one version, two machines", runs, theirs, 1})
				}
			}
			if before[machine] != nil {
				all = append(all, replay{"Go, a version and the next, one machine", before[machine], runs, 1})
			}
		}
		before, project = of, name
	}
	slices.SortStableFunc(all, func(a, b replay) int { return strings.Compare(a.what, b.what) })
	return all, nil
}

// steady is how many invocations at the end of a fork make its run.
const steady = 500

// readForks reads the file of a benchmark: of each fork what an invocation took, in seconds. A run is the mean of the last of them.
func readForks(data []byte) (runs []float64, err error) {
	var forks [][]float64
	if err := json.Unmarshal(data, &forks); err != nil {
		return nil, err
	}
	for _, fork := range forks {
		if len(fork) == 0 {
			return nil, errors.New("a fork is empty")
		}
		last := fork[max(0, len(fork)-steady):]
		runs = append(runs, 1e9*sum(last)/float64(len(last)))
	}
	return runs, nil
}

// jmhReplays are the comparisons of the files in a folder, a gate each: five forks a side are too few for many verdicts.
func jmhReplays(folder string) (all []replay, err error) {
	files, err := filesIn(folder, "*.json")
	if err != nil {
		return nil, err
	}
	for i, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		runs, err := readForks(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, samples{fmt.Sprintf("JMH/n=%dth", i): runs}.againstItself("JMH, one version")...)
	}
	return all, nil
}

func TestSetsOfOthersAreRead(t *testing.T) {
	folder := t.TempDir()
	header := "m_id,n,ns_per_op,bed_setup,it_setup,sr_setup,ir_setup,bed_pos,it_pos,sr_pos,ir_pos,b_name\n"
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644))
	}
	write("shop-v1.0.0.csv", header+"1,9,10,2,2,1,2,1,1,1,1,BenchmarkA\n2,9,20,2,2,1,2,2,1,1,1,BenchmarkA\n"+
		"3,9,30,2,2,1,2,1,2,1,1,BenchmarkA\n4,9,50,2,2,1,2,1,1,1,2,BenchmarkA\n")
	write("shop-v1.1.0.csv", header+"1,9,11,2,2,1,2,1,1,1,1,BenchmarkA\n")
	f, err := os.Open(filepath.Join(folder, "shop-v1.0.0.csv"))
	require.NoError(t, err)
	defer f.Close()
	got, err := readGoRuns(f)
	require.NoError(t, err)
	assert.Equal(t, perMachine{"1": {"A": {15, 30}}, "2": {"A": {50}}}, got)

	all, err := goReplays(folder)
	require.NoError(t, err)
	count := map[string]int{}
	for _, of := range all {
		count[of.what]++
	}
	assert.Equal(t, map[string]int{
		"Go, one version, one machine": 3, "Go, one version, one machine, +15 %": 3, "Go, one version, one machine, +30 %": 3,
		"Go, one version, two machines": 1, "Go, a version and the next, one machine": 1,
	}, count)

	write("other-v1.0.0.csv", "a,b\n")
	_, err = goReplays(folder)
	assert.ErrorContains(t, err, "no column")
	_, err = goReplays(t.TempDir())
	assert.Error(t, err)

	forks, err := readForks([]byte("[[5, 1e-9, 3e-9], [2e-9]]"))
	require.NoError(t, err)
	assert.InDelta(t, 2, forks[1], 1e-12)
	for _, bad := range []string{"[[]]", "{}", "[[1]"} {
		_, err = readForks([]byte(bad))
		assert.Error(t, err, bad)
	}
}
