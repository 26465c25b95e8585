package stats

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/perf/benchfmt"
)

// TestSameAsBenchstat compares p and medians with what benchstat prints, on our samples and on x/perf's own. With -short it
// reads what benchstat printed before, from testdata/benchstat; else it runs the tool and holds that to it too.
func TestSameAsBenchstat(t *testing.T) {
	ours := writeBenchmarks(t)
	theirs := filepath.Join(output(t, "go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/perf"), "cmd", "benchstat", "testdata")
	for _, tt := range []struct {
		golden string
		flags  []string
		column string // the configuration key that tells the sides apart
		files  []string
		rows   int // compared, so that a change of format cannot pass unseen
	}{
		{"ours", nil, ".file", []string{"baseline=" + ours[0], "candidate=" + ours[1]}, 110},
		{"x-perf-old-new", nil, ".file", []string{"old=" + theirs + "/old.txt", "new=" + theirs + "/new.txt"}, 2},
		{"x-perf-crc", []string{"-ignore", "note"}, ".file", []string{
			"old=" + theirs + "/crc-old.txt", "new=" + theirs + "/crc-new.txt",
		}, 72},
		{"x-perf-issue19634", []string{"-col", "note"}, "note", []string{theirs + "/issue19634.txt"}, 1},
		{"x-perf-small", []string{"-col", "note"}, "note", []string{theirs + "/smallSample.txt"}, 1},
	} {
		t.Run(tt.golden, func(t *testing.T) {
			golden := filepath.Join("testdata", "benchstat", tt.golden+".csv")
			want, err := os.ReadFile(golden)
			if !testing.Short() {
				got := []byte(output(t, "go", append(append([]string{"tool", "benchstat", "-format", "csv"}, tt.flags...), tt.files...)...) +
					"\n")
				if err != nil || !bytes.Equal(want, got) {
					require.NoError(t, os.WriteFile(golden+".got", got, 0o666))
					t.Fatalf("benchstat no longer prints %s: it printed %s.got", golden, golden)
				}
			} else {
				require.NoError(t, err)
			}
			rows := parseBenchstat(t, want)
			assert.Equal(t, tt.rows, len(rows))
			samples := readBenchmarks(t, tt.column, tt.files)
			for _, row := range rows {
				baseline, candidate := samples[row.of(row.columns[0])], samples[row.of(row.columns[1])]
				assert.Equal(t, row.medians[0], Median(baseline), "%s: baseline median", row.name)
				assert.Equal(t, row.medians[1], Median(candidate), "%s: candidate median", row.name)
				test := MannWhitney(baseline, candidate)
				if strings.HasPrefix(row.name, "Wrong") {
					assert.InDelta(t, plainP(baseline, candidate), test.P, 1e-12, row.name)
					assert.NotEqual(t, row.p, fmt.Sprintf("p=%.3f", test.P), "%s: benchstat has been mended", row.name)
					continue
				}
				assert.Equal(t, row.p, fmt.Sprintf("p=%.3f", test.P), row.name)
			}
		})
	}
}

// writeBenchmarks writes our samples in the benchmark format, in a unit that benchstat does not tidy, and returns the files of
// the two sides.
func writeBenchmarks(t *testing.T) []string {
	type sample struct {
		name                string
		baseline, candidate []float64
	}
	var samples []sample
	r := rand.New(rand.NewPCG(2026, 9))
	draw := func(name string, n1, n2 int, step float64) {
		for i, mean := range []float64{100, 100.5, 101} {
			samples = append(samples, sample{
				fmt.Sprintf("%s/n1=%d/n2=%d/case=%d", name, n1, n2, i), normals(r, n1, 100, step), normals(r, n2, mean, step),
			})
		}
	}
	for _, n := range []int{2, 3, 4, 5, 6, 8, 10, 20, 50, 51, 60} {
		draw("Untied", n, n, 0)
	}
	for _, n := range [][2]int{{3, 8}, {10, 6}, {20, 19}, {50, 7}, {51, 20}, {4, 80}} {
		draw("Untied", n[0], n[1], 0)
	}
	for _, n := range []int{2, 3, 4, 5, 6, 8, 10, 20, 25, 26, 40} {
		draw("Tied", n, n, 0.5)
	}
	for _, n := range [][2]int{{26, 5}, {5, 26}, {40, 30}, {60, 51}} { // the normal approximation: benchstat is right again
		draw("Tied", n[0], n[1], 0.5)
	}
	for i, n := range []int{2, 4, 4, 6, 6, 10, 10} { // middle values far enough apart for the rounding of their mean to show
		wide := func() []float64 {
			values := make([]float64, n)
			for i := range values {
				values[i] = math.Ldexp(r.Float64(), 4*r.IntN(6))
			}
			return values
		}
		samples = append(samples, sample{fmt.Sprintf("Wide/n=%d/case=%d", n, i), wide(), wide()})
	}
	samples = append(samples,
		sample{"Equal", []float64{7, 7, 7, 7, 7}, []float64{7, 7, 7, 7, 7}},
		sample{"EqualUnequalNumbers", []float64{7, 7, 7, 7, 7}, []float64{7, 7}},
		sample{"EqualMany", normals(r, 30, 0, 100), normals(r, 30, 0, 100)},
		// 0.714 printed, 0.107 true.
		sample{"Wrong/case=0", []float64{3, 1, 3}, []float64{1, 1, 1, 1, 1}},
		// 1.067 printed.
		sample{"Wrong/case=1", []float64{2, 2, 4, 5}, []float64{4, 3}},
		// Found significant at 0.048 although it is 0.095.
		sample{"Wrong/case=2", []float64{2, 2, 2, 2, 5}, []float64{4, 3, 3, 4, 4, 4}},
		// Missed at 0.061 although it is 0.033.
		sample{"Wrong/case=3", []float64{3, 4, 3, 4}, []float64{4, 4, 5, 5, 5, 5, 4}},
	)
	dir := t.TempDir()
	write := func(name string, values func(s sample) []float64) string {
		var out bytes.Buffer
		for _, s := range samples {
			for _, x := range values(s) {
				fmt.Fprintf(&out, "Benchmark%s 1 %s foo/op\n", s.name, strconv.FormatFloat(x, 'g', -1, 64))
			}
		}
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, out.Bytes(), 0o666))
		return path
	}
	return []string{
		write("baseline.txt", func(s sample) []float64 { return s.baseline }),
		write("candidate.txt", func(s sample) []float64 { return s.candidate }),
	}
}

// benchstatRow is one row of benchstat's CSV that compares two sides.
type benchstatRow struct {
	name, unit string
	columns    [2]string
	medians    [2]float64
	p          string // as printed, without the numbers of values
}

// of returns the key of the row's sample in a column.
func (r benchstatRow) of(column string) string { return column + " " + r.name + " " + r.unit }

func parseBenchstat(t *testing.T, out []byte) []benchstatRow {
	r := csv.NewReader(bytes.NewReader(out))
	r.FieldsPerRecord = -1
	records, err := r.ReadAll()
	require.NoError(t, err)
	var rows []benchstatRow
	var head benchstatRow
	for i, record := range records {
		switch {
		case len(record) < 7 || record[0] == "geomean":
		case record[0] == "" && record[2] == "CI":
			head.unit = record[1]
			head.columns = [2]string{records[i-1][1], records[i-1][3]}
		case strings.HasPrefix(record[6], "p="):
			row := head
			row.name = record[0]
			row.p, _, _ = strings.Cut(record[6], " ")
			for i, column := range []int{1, 3} {
				row.medians[i], err = strconv.ParseFloat(record[column], 64)
				require.NoError(t, err)
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// readBenchmarks returns the values of each column, benchmark and unit, keyed as benchstatRow.of has it.
func readBenchmarks(t *testing.T, column string, files []string) map[string][]float64 {
	samples := map[string][]float64{}
	in := benchfmt.Files{Paths: files, AllowLabels: true}
	for in.Scan() {
		switch rec := in.Result().(type) {
		case *benchfmt.Result:
			for _, v := range rec.Values {
				key := benchstatRow{name: string(rec.Name), unit: v.Unit}.of(rec.GetConfig(column))
				samples[key] = append(samples[key], v.Value)
			}
		case *benchfmt.SyntaxError:
			require.NoError(t, rec)
		}
	}
	require.NoError(t, in.Err())
	return samples
}

// output runs a command and returns what it printed on standard output, without the last newline.
func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	return strings.TrimSuffix(string(out), "\n")
}
