package benchdata

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// resultLines are results of these printed names; one that begins with ">" is said alone, as go test -v does.
func resultLines(printed ...string) string {
	var b strings.Builder
	for i, name := range printed {
		if said, ok := strings.CutPrefix(name, ">"); ok {
			fmt.Fprintf(&b, "Benchmark%s\n", said)
		} else if strings.Contains(name, ":") || name == "PASS" {
			fmt.Fprintln(&b, name)
		} else {
			fmt.Fprintf(&b, "Benchmark%s\t1\t%d ns/op\n", name, 10+i)
		}
	}
	return b.String() + "PASS\n"
}

// readAs are the benchmarks, as "package name procs: values".
func readAs(set *Set) []string {
	var all []string
	for _, b := range set.Benchmarks {
		values := b.values("ns/op")
		if b.Columns != nil {
			values = b.Columns.Values[0]
		}
		all = append(all, strings.TrimSpace(fmt.Sprintf("%s %s %d: %v", b.Package, b.Name, b.Procs, values)))
	}
	return all
}

func TestNamesThatEndInDigits(t *testing.T) {
	const fix = "; record with go test -v, which says each name above its results"
	size := func(line int, n string) string {
		return fmt.Sprintf("x.txt:%d: X/size-%s: its name can be read in two ways: X/size with GOMAXPROCS %[2]s, or X/size-%[2]s with 1",
			line, n) + fix
	}
	for _, c := range []struct {
		name    string
		printed []string
		procs   []int // that are known
		want    []string
		problem string
	}{
		{name: "all lines of a package share a suffix, as benchstat reads it",
			printed: []string{"X/size-2", "Y/a-2"},
			want:    []string{"X/size 2: [10]", "Y/a 2: [11]"}},
		{name: "a function without a suffix was measured with 1, and so was the rest",
			printed: []string{"X/size-2", "X/size-4", "Y"},
			want:    []string{"X/size-2 1: [10]", "X/size-4 1: [11]", "Y 1: [12]"}},
		{name: "a function was measured with 8, and so was the rest",
			printed: []string{"Y-8", "X/size-2-8"},
			want:    []string{"Y 8: [10]", "X/size-2 8: [11]"}},
		{name: "a function was measured with 8, and this was not",
			printed: []string{"Y-8", "X/size-2"}, problem: size(2, "2")},
		{name: "all end in different digits",
			printed: []string{"X/size-2", "X/size-4"}, problem: size(1, "2") + "\n" + size(2, "4")},
		{name: "a sub-benchmark without a suffix that has no line with it",
			printed: []string{"X/size-2", "X/other"},
			want:    []string{"X/size-2 1: [10]", "X/other 1: [11]"}},
		{name: "sub-benchmarks that all have a line with the suffix",
			printed: []string{"X/size", "X/size-2"}, problem: size(2, "2")},
		{name: "one of them has no line with the suffix",
			printed: []string{"X/size", "X/size-2", "X/a"},
			want:    []string{"X/size 1: [10]", "X/size-2 1: [11]", "X/a 1: [12]"}},
		{name: "-cpu 1,2 of functions and their parts",
			printed: []string{"Y", "Y-2", "X/size", "X/size-2"},
			want:    []string{"Y 1: [10]", "Y 2: [11]", "X/size 1: [12]", "X/size 2: [13]"}},
		{name: "-cpu 1,4 of a name that ends in 4",
			printed: []string{"Y", "Y-4", "X/size-4", "X/size-4-4"},
			want:    []string{"Y 1: [10]", "Y 4: [11]", "X/size-4 1: [12]", "X/size-4 4: [13]"}},
		{name: "-cpu 1,4 of a name that ends in 2",
			printed: []string{"Y", "Y-4", "X/size-2", "X/size-2-4"},
			want:    []string{"Y 1: [10]", "Y 4: [11]", "X/size-2 1: [12]", "X/size-2 4: [13]"}},
		{name: "-cpu 1,2 of two names that are printed alike: never one pool",
			printed: []string{"Y", "Y-2", "X/size", "X/size-2", "X/size-2", "X/size-2-2"}, problem: size(4, "2")},
		{name: "the same with -v: two benchmarks",
			printed: []string{">Y", "Y", "Y-2", ">X", ">X/size", "X/size", "X/size-2", ">X/size-2", "X/size-2", "X/size-2-2"},
			want:    []string{"Y 1: [11]", "Y 2: [12]", "X/size 1: [15]", "X/size 2: [16]", "X/size-2 1: [18]", "X/size-2 2: [19]"}},
		{name: "with -v, measured with 1",
			printed: []string{">X", ">X/size-2", "X/size-2", "X/size-2", ">X/size-4", "X/size-4"},
			want:    []string{"X/size-2 1: [12 13]", "X/size-4 1: [15]"}},
		{name: "with -v, measured with 2",
			printed: []string{">X/size-2", "X/size-2-2", ">X/size", "X/size-2"},
			want:    []string{"X/size-2 2: [11]", "X/size 2: [13]"}},
		{name: "what was said is said of one run",
			printed: []string{">X/size", "X/size-2", "PASS", "X/size-2", "X/other"},
			want:    []string{"X/size 2: [11]", "X/size-2 1: [13]", "X/other 1: [14]"}},
		{name: "what was said is said of one package",
			printed: []string{"pkg: p", ">X/size", "X/size-2", "pkg: q", "X/size-2", "X/other"},
			want:    []string{"p X/size 2: [12]", "q X/size-2 1: [14]", "q X/other 1: [15]"}},
		{name: "the same is said in two packages",
			printed: []string{"pkg: p", ">X/size-2", "X/size-2", "pkg: q", ">X/size-2", "X/size-2"},
			want:    []string{"p X/size-2 1: [12]", "q X/size-2 1: [15]"}},
		{name: "one is said, and then another that is printed alike",
			printed: []string{">Y", "Y-2", ">X/a-2", "X/a-2", ">X/a", "X/a-2"},
			want:    []string{"Y 2: [11]", "X/a-2 1: [13]", "X/a 2: [15]"}},
		{name: "a run with -v and one without are one benchmark",
			printed: []string{"Y", "X/size-2", "PASS", ">Y", "Y", ">X/size-2", "X/size-2"},
			want:    []string{"Y 1: [10 14]", "X/size-2 1: [11 16]"}},
		{name: "what was said of another name",
			printed: []string{">X/a", "X/size-2", "X/b"}, want: []string{"X/size-2 1: [11]", "X/b 1: [12]"}},
		{name: "each package by itself",
			printed: []string{"pkg: p", "X/size-2", "pkg: q", "X/size-4"},
			want:    []string{"p X/size 2: [11]", "q X/size 4: [13]"}},
		{name: "known to be measured with 1", procs: []int{1}, printed: []string{"X/size-2", "X/n-2"},
			want: []string{"X/size-2 1: [10]", "X/n-2 1: [11]"}},
		{name: "known to be measured with 2", procs: []int{2}, printed: []string{"X/size-2", "X/size-4-2"},
			want: []string{"X/size 2: [10]", "X/size-4 2: [11]"}},
		{name: "known to be measured with 1 and 2", procs: []int{1, 2}, printed: []string{"X/size", "X/size-2"},
			want: []string{"X/size 1: [10]", "X/size 2: [11]"}},
		{name: "known to be measured with another", procs: []int{8}, printed: []string{"X/size-2"}, problem: size(1, "2")},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "x.txt")
			require.NoError(t, os.WriteFile(file, []byte(resultLines(c.printed...)), 0o600))
			as := Reader{Procs: c.procs}
			set, err := as.Read(strings.NewReader(resultLines(c.printed...)), "x.txt")
			columns, columnsErr := as.ReadColumns(file)
			if c.problem != "" {
				require.EqualError(t, err, c.problem)
				require.EqualError(t, columnsErr, strings.ReplaceAll(c.problem, "x.txt", file))
				return
			}
			require.NoError(t, err)
			require.NoError(t, columnsErr)
			assert.Equal(t, c.want, readAs(set))
			assert.Equal(t, c.want, readAs(columns))

			var b bytes.Buffer // a gate's own file needs no -v
			w := NewWriter(&b, Header{})
			for _, bench := range set.Benchmarks {
				require.NoError(t, w.Write(bench))
			}
			require.NoError(t, w.Close())
			again, err := Read(bytes.NewReader(b.Bytes()), "again")
			require.NoError(t, err, b.String())
			assert.Equal(t, c.want, readAs(again), b.String())
		})
	}
}

func TestAWriterSaysANameOnlyWhereItMustBe(t *testing.T) {
	set, err := Read(strings.NewReader(resultLines(">Y", "Y-2", ">X/a", "X/a-2", "X/a-2", ">X/a-2", "X/a-2-2")), "x")
	require.NoError(t, err)
	more, err := Reader{Procs: []int{1}}.Read(strings.NewReader(resultLines("Z", "X/a-2", "X/a-2", "X/b")), "y")
	require.NoError(t, err)
	var b bytes.Buffer
	w := NewWriter(&b, Header{})
	for _, bench := range append(set.Benchmarks, more.Benchmarks...) {
		require.NoError(t, w.Write(bench))
	}
	assert.Equal(t, `Unit ns/op better=lower

BenchmarkY-2 1 11 ns/op
BenchmarkX/a-2 1 13 ns/op
BenchmarkX/a-2 1 14 ns/op
BenchmarkX/a-2-2 1 16 ns/op
BenchmarkZ
BenchmarkZ 1 10 ns/op
BenchmarkX/a-2
BenchmarkX/a-2 1 11 ns/op
BenchmarkX/a-2 1 12 ns/op
BenchmarkX/b
BenchmarkX/b 1 13 ns/op
`, b.String())
}

func TestOneNameThatTwoFilesReadOtherwise(t *testing.T) {
	two, err := Read(strings.NewReader(resultLines("X/size-2")), "two.txt")
	require.NoError(t, err)
	one, err := Read(strings.NewReader(resultLines("Y", "X/size-2")), "one.txt")
	require.NoError(t, err)
	const ways = "its name is read in two ways: X/size with GOMAXPROCS 2, or X/size-2 with 1; one of them in "
	const fix = "; record both with go test -v, which says each name above its results"
	assert.Equal(t, "one.txt:2: X/size-2: "+ways+"two.txt"+fix, Compatible(two, one).Error())
	assert.Equal(t, "two.txt:1: X/size-2: "+ways+"one.txt"+fix, Compatible(one, two).Error())
	assert.Equal(t, "two.txt:1: X/size-2: "+ways+"one.txt"+fix, one.Add(two).Error(), "one side of two files")
	assert.Len(t, one.Benchmarks, 2, "as it was")

	both, err := Read(strings.NewReader(resultLines(">X/size", "X/size-2", ">X/size-2", "X/size-2")), "both.txt")
	require.NoError(t, err)
	assert.Empty(t, Compatible(two, both), "it has either")
	assert.Empty(t, Compatible(both, two))
}
