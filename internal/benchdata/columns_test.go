package benchdata

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// columnsOf writes results into files and reads them both ways.
func columnsOf(t *testing.T, contents ...string) (runs, columns *Set) {
	t.Helper()
	var names []string
	for i, content := range contents {
		ending := ".txt"
		if strings.HasPrefix(content, "{") {
			ending = ".json"
		}
		names = append(names, filepath.Join(t.TempDir(), string(rune('a'+i))+ending))
		require.NoError(t, os.WriteFile(names[i], []byte(content), 0o666))
	}
	runs, err := ReadFiles(names...)
	require.NoError(t, err)
	columns, err = Reader{}.ReadColumns(names...)
	require.NoError(t, err)
	return runs, columns
}

func TestColumnsHaveTheValuesOfTheRuns(t *testing.T) {
	for name, contents := range map[string][]string{
		"one run": {"BenchmarkX 1 1 a\nPASS\n"},
		"runs of several benchmarks": {
			"pkg: p\nBenchmarkX-2 7 1 a 2 b\nBenchmarkX-2 5 3 a 4 b\nBenchmarkY 9 5 a\nBenchmarkX-2 6 6 a 7 b\nPASS\n",
		},
		"units that come and go": {"BenchmarkX 1 1 a\nBenchmarkX 1 2 b 3 a\nBenchmarkX 1 4 c\nBenchmarkX 1 5 a 6 c\nPASS\n"},
		"several files": {
			"BenchmarkX 4 1 a\nPASS\n", "BenchmarkY 1 2 b\nBenchmarkX 3 3 a 4 b\nPASS\n", "BenchmarkX 5 5 b\nPASS\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			runs, columns := columnsOf(t, contents...)
			assert.Equal(t, runs.Config, columns.Config)
			require.Len(t, columns.Benchmarks, len(runs.Benchmarks))
			for i, want := range runs.Benchmarks {
				got := columns.Benchmarks[i]
				assert.Equal(t, want.ID, got.ID)
				assert.Equal(t, firstRun(want), firstRun(got))
				require.NotNil(t, got.Columns)
				assert.Equal(t, want.inColumns(), got, "read so, or made so")
				assert.Len(t, want.Runs, got.Columns.Runs)
				assert.ElementsMatch(t, want.units(), got.Columns.Units)
				fewest := want.Runs[0].Iters
				for _, run := range want.Runs {
					fewest = min(fewest, run.Iters)
				}
				assert.Equal(t, fewest, got.Columns.Iters)
				for u, unit := range got.Columns.Units {
					assert.Equal(t, want.values(unit), got.Columns.Values[u], unit)
				}
			}
		})
	}
}

func TestColumnsOfAFileStayAsTheyAreWhenOthersJoin(t *testing.T) {
	_, one := columnsOf(t, "BenchmarkX 1 1 a\nBenchmarkX 1 2 a\nBenchmarkX 1 3 a\nPASS\n")
	_, two := columnsOf(t, "BenchmarkX 1 4 a\nPASS\n")
	_, three := columnsOf(t, "BenchmarkX 1 5 a\nPASS\n")
	sets := make([]Set, 2)
	for i, other := range []*Set{two, three} {
		require.Empty(t, sets[i].Add(one))
		require.Empty(t, sets[i].Add(other))
	}
	assert.Equal(t, []float64{1, 2, 3}, one.Benchmarks[0].Columns.Values[0])
	assert.Equal(t, []float64{1, 2, 3, 4}, sets[0].Benchmarks[0].Columns.Values[0])
	assert.Equal(t, []float64{1, 2, 3, 5}, sets[1].Benchmarks[0].Columns.Values[0])
}

func TestReadColumnsStopsAtItsLimits(t *testing.T) {
	lim := columnLimits
	lim.runs, lim.benchmarks, lim.series = 2, 2, 5
	const split = "; " + splitFix
	for want, input := range map[string]string{
		"":                            "BenchmarkX 1 1 a 2 b\nBenchmarkY 1 1 a 2 b\nBenchmarkX 1 1 a 2 b 3 c\n",
		"x:3: more than 2 runs of X":  strings.Repeat("BenchmarkX 1 1 a\n", 3),
		"x:3: more than 2 benchmarks": "BenchmarkX 1 1 a\nBenchmarkY 1 1 a\nBenchmarkZ 1 1 a\n",
		"x:4: more than 2 runs of Y":  "BenchmarkY 1 1 a\nBenchmarkX 1 1 a\nBenchmarkY 1 1 a\nBenchmarkY 1 1 a\n",
		"x:3: more than 5 units of benchmarks, " +
			"each benchmark's added up": "BenchmarkX 1 1 a 2 b\nBenchmarkY 1 1 a 2 b\nBenchmarkX 1 1 a 2 b 3 c 4 d\n",
	} {
		_, err := newParser(strings.NewReader(input+"PASS\n"), "x", lim, Reader{}).columns()
		if want == "" {
			require.NoError(t, err)
			continue
		}
		require.Error(t, err)
		assert.Equal(t, want+split, strings.Split(err.Error(), "\n")[0])
	}
}

func TestFilesTogetherAreBoundedAsOneIs(t *testing.T) {
	lim := limits{file: 1 << 20, line: 200, resultLine: 100, results: 6, benchmarks: 3, runs: 3, values: 8, units: 9, series: 5,
		text: 40, config: 3, packages: 2}
	const one = "BenchmarkX 1 1 a 2 b\nBenchmarkX 1 1 a 2 b\nBenchmarkY 1 1 a\nPASS\n" // 3 results, 2 benchmarks, 5 values, 3 units
	for _, tt := range []struct{ name, other, want string }{
		{"as many results and runs as are allowed", "BenchmarkX 1 1 a\nBenchmarkY 1 1 a\nBenchmarkY 1 1 a\nPASS\n", ""},
		{"as many benchmarks, values and units as are allowed", "BenchmarkX 1 1 a\nBenchmarkZ 1 1 a 2 b\nPASS\n", ""},
		{"a run too many", strings.Repeat("BenchmarkX 1 1 a\n", 2) + "PASS\n", "more than 3 runs of X"},
		{"a benchmark too many", "BenchmarkZ 1 1 a\nBenchmarkW 1 1 a\nPASS\n", "more than 3 benchmarks"},
		{"a result too many", strings.Repeat("BenchmarkZ 1 1 a\n", 3) + "BenchmarkY 1 1 a\nPASS\n", ""},
		{"a value too many", "BenchmarkX 1 1 a 2 b\nBenchmarkZ 1 1 a 2 b\nPASS\n", "more than 8 values"},
		{"a unit of a benchmark too many", "BenchmarkZ 1 1 a 2 b 3 c\nPASS\n",
			"more than 5 units of benchmarks, each benchmark's added up"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inDir(t, map[string]string{"a.txt": one, "b.txt": tt.other})
			lim := lim
			if tt.name == "a result too many" {
				lim.values, tt.want = 9, "more than 6 results"
			}
			for name, parse := range map[string]func(*parser) (*Set, error){"runs": (*parser).read, "columns": (*parser).columns} {
				_, err := Reader{}.readFiles([]string{"?.txt"}, lim, parse)
				columnsOnly := strings.Contains(tt.want, "runs of") || strings.Contains(tt.want, "each benchmark's")
				if tt.want == "" || columnsOnly && name == "runs" {
					require.NoError(t, err, name)
					continue
				}
				assert.EqualError(t, err, "b.txt: with the files before it "+tt.want+"; "+splitFix, name)
			}
		})
	}
}

func TestNamesOfAllFilesTogetherAreBounded(t *testing.T) {
	_, columns := columnsOf(t, "pkg: shop\nBenchmarkX 1 1 a 2 bc\nBenchmarkY 1 1 a 2 bc\nPASS\n",
		"pkg: shop\nBenchmarkLong 1 1 ab\nPASS\n")
	lim := columnLimits
	lim.text = len("shop") + len("X") + len("a") + len("bc") + len("shop") + len("Y") + len("shop") + len("Long") + len("ab")
	assert.Empty(t, columns.over(lim))
	lim.text--
	assert.Equal(t, "22 bytes of names of benchmarks, packages and units, and of configuration", columns.over(lim))
}

// A file of 3 MB in which benchmarks of many runs and lines of many units took turns asked for 24 GB of addresses in advance.
func TestRoomIsMadeInAdvanceOnlyForAsMuchAsThereHasBeen(t *testing.T) {
	const runs, units = 1000, 100
	var many strings.Builder
	for unit := range units {
		many.WriteString(" 1 u" + strconv.Itoa(unit))
	}
	set, err := newParser(strings.NewReader(strings.Repeat("BenchmarkX 1 1 a\n", runs)+"BenchmarkY 1"+many.String()+"\nPASS\n"),
		"x", columnLimits, Reader{}).columns()
	require.NoError(t, err)
	room := 0
	for _, b := range set.Benchmarks {
		for _, values := range b.Columns.Values {
			room += cap(values)
		}
	}
	assert.Less(t, room, 3*(runs+units))
}
