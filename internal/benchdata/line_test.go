package benchdata

import (
	"bytes"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLinesCutWhatIsTooLong(t *testing.T) {
	for _, most := range []int{1, 5, 64<<10 - 2, 64<<10 - 1, 64 << 10, 64<<10 + 1, 200 << 10} {
		for _, end := range []string{"\n", "\r\n", ""} {
			for extra := -1; extra <= 3; extra++ {
				text := strings.Repeat("x", most+extra)
				in := newLines(strings.NewReader("ab\n"[:most&1]+"\n"+text+end), most, 1<<30)
				_, ok := in.next()
				require.True(t, ok)
				line, ok := in.next()
				if text+end == "" {
					require.False(t, ok)
					continue
				}
				require.True(t, ok)
				assert.Equal(t, text[:min(most, len(text))], string(line))
				assert.Equal(t, extra > 0, in.overlong, "most %d extra %d end %q", most, extra, end)
				assert.Equal(t, end == "", in.open)
				assert.Equal(t, 2, in.num)
				_, ok = in.next()
				assert.False(t, ok)
				assert.NoError(t, in.err)
			}
		}
	}
}

func TestLinesKeepACarriageReturnThatDoesNotEndTheLine(t *testing.T) {
	in := newLines(strings.NewReader("a\rb\n\r\r\n"), 3, 100)
	line, _ := in.next()
	assert.Equal(t, "a\rb", string(line))
	line, _ = in.next()
	assert.Equal(t, "\r", string(line))
	assert.False(t, in.overlong)
}

// a repeater yields the same text n times.
type repeater struct {
	text string
	n    int
	at   int
}

func (r *repeater) Read(b []byte) (int, error) {
	n := 0
	for n < len(b) && r.n > 0 {
		c := copy(b[n:], r.text[r.at:])
		n += c
		if r.at += c; r.at == len(r.text) {
			r.at = 0
			r.n--
		}
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// allocated returns what f allocates in all, in bytes.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestReadBoundsTheMemoryOfALongLine(t *testing.T) {
	const size = 100 << 20
	block := strings.Repeat("x", 1<<10)
	for _, tt := range []struct{ name, start, want string }{
		{"plain", "BenchmarkX-2 1 5 ns/op\nBenchmark", "x:2: a line of more than 1048576 bytes; " + toStderr},
		{"an event", `{"Action":"pass","Package":"p"}` + "\n" + `{"Action":"output","Output":"`,
			"x:2: a line of more than 1048576 bytes; " + toStderr},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var err error
			total := allocated(func() {
				_, err = Read(io.MultiReader(strings.NewReader(tt.start), &repeater{text: block, n: size / len(block)},
					strings.NewReader("\nPASS\n")), "x")
			})
			require.Error(t, err)
			assert.Equal(t, tt.want, strings.Split(err.Error(), "\n")[0])
			assert.Less(t, total, uint64(8<<20))
		})
	}
}

func TestReadBoundsTheMemoryOfOutputWithoutALineEnd(t *testing.T) {
	event := `{"Action":"output","Package":"p","Output":"` + strings.Repeat("x", 100<<10) + "\"}\n"
	var err error
	var peak runtime.MemStats
	_, err = Read(io.MultiReader(&repeater{text: event, n: 200},
		strings.NewReader(`{"Action":"output","Package":"p","Output":"\n"}`+"\n")), "x")
	runtime.GC()
	runtime.ReadMemStats(&peak)
	require.Error(t, err)
	assert.Equal(t, "x:1: a line of more than 1048576 bytes; "+toStderr, strings.Split(err.Error(), "\n")[0])
	assert.Less(t, peak.HeapAlloc, uint64(32<<20))
}

func TestReadStopsAtItsLimits(t *testing.T) {
	lim := limits{file: 1 << 20, line: 200, resultLine: 100, results: 3, benchmarks: 2, values: 8, units: 5, text: 33,
		pending: 32, config: 3, packages: 2}
	const ended = `{"Action":"pass","Package":"p"}` + "\n" + `{"Action":"pass","Package":"q"}` + "\n"
	const split, andSo = "; " + splitFix, " of benchmarks, packages and units, and of configuration"
	for _, tt := range []struct{ name, input, want string }{
		{"as many results as are allowed", strings.Repeat("BenchmarkX 1 1 a\n", 3), ""},
		{"too many results", strings.Repeat("BenchmarkX 1 1 a\n", 4), "x:4: more than 3 results" + split},
		{"too many benchmarks", "BenchmarkX 1 1 a\nBenchmarkY 1 1 a\nBenchmarkX 1 1 a\nBenchmarkZ 1 1 a\n",
			"x:4: more than 3 results" + split},
		{"one benchmark too many", "BenchmarkX 1 1 a\nBenchmarkY 1 1 a\nBenchmarkZ 1 1 a\n", "x:3: more than 2 benchmarks" + split},
		{"too many values", strings.Repeat("BenchmarkX 1 1 a 2 b 3 c\n", 3), "x:3: more than 8 values" + split},
		{"too many units", "BenchmarkX 1 1 a 2 b 3 c\nBenchmarkX 1 1 d 2 e 3 f\n", "x:2: more than 5 units" + split},
		{"too many statements about units", "Unit x a=1 b=2 c=3 d=4 e=5 f=6\nBenchmarkX 1 1 a\n",
			"x:1: more than 5 statements in Unit lines" + split},
		{"as many bytes of names as are allowed", "pkg: example\nBenchmarkLonger-2 1 1 unit-ns\n", ""},
		{"a byte too many in the name of a benchmark", "pkg: example\nBenchmarkLongest-2 1 1 unit-ns\n",
			"x:2: more than 33 bytes of names" + andSo + split},
		{"a byte too many in the name of a package", "pkg: examples\nBenchmarkLonger-2 1 1 unit-ns\n",
			"x:2: more than 33 bytes of names" + andSo + split},
		{"a byte too many in the name of a unit", "pkg: example\nBenchmarkLonger-2 1 1 units-ns\n",
			"x:2: more than 33 bytes of names" + andSo + split},
		{"a name too long in a Unit line", "Unit a-unit-of-all-but-23-bytes better=lower\nBenchmarkX 1 1 a\n",
			"x:1: more than 33 bytes of names" + andSo + split},
		{"too many configuration keys", "a: 1\nb: 2\nc: 3\nd: 4\nBenchmarkX 1 1 a\n", "x:4: more than 3 configuration keys" + split},
		{"too many configuration keys one after the other",
			"a: 1\nBenchmarkX 1 1 a\na:\nb: 1\nBenchmarkX 1 1 a\nb:\nc: 1\nd: 1\nBenchmarkX 1 1 a\n",
			"x:9: more than 3 configuration keys" + split},
		{"as many bytes of lines begun as are allowed",
			said("BenchmarkX 1 ") + saidBy("q", "BenchmarkY 1 1 a") + said("1 a\nPASS\n") + saidBy("q", "\nPASS\n") + ended, ""},
		{"a byte too many in the lines begun", said("BenchmarkX 1 ") + saidBy("q", "BenchmarkY 1 1 abcde"),
			"x:2: more than 32 bytes of lines that packages have begun and not ended" + split},
		{"lines that end count no more", strings.Repeat(said("a line of its own\n")+saidBy("q", "and the other's\n"), 9) +
			said("BenchmarkX 1 1 a\nPASS\n") + saidBy("q", "PASS\n") + ended, ""},
		{"a package with a name that is too long", said("PASS\n") + saidBy(strings.Repeat("q", 33), "PASS\n"),
			"x:2: more than 33 bytes of names" + andSo + split},
		{"a value too long in a configuration", "key: of-31-bytes-the-value-in-itself\nBenchmarkX 1 1 a\n",
			"x:1: more than 33 bytes of names" + andSo + split},
		{"values in turn that each fit", "pkg: one\npkg: two\nBenchmarkX 1 1 a\n", ""},
		{"too many packages", said("PASS\n") + saidBy("q", "PASS\n") + saidBy("r", "PASS\n"), "x:3: more than 2 packages" + split},
		{"a result line that is too long", "BenchmarkX 1 " + strings.Repeat("1 a ", 30) + "\n",
			"x:1: a result or Unit line of more than 100 bytes; " + toStderr},
		{"a line that is too long", strings.Repeat("x", 201) + "\nBenchmarkX 1 1 a\n", "x:1: a line of more than 200 bytes; " + toStderr},
		{"a long line of prose", strings.Repeat("x", 200) + "\nnote: " + strings.Repeat("x", 150) + "\nBenchmarkX 1 1 a\n", ""},
		{"a file that is too large", "BenchmarkX 1 1 a\n" + strings.Repeat("\n", 1<<20), "x:1048560: more than 1 MiB" + split},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.HasPrefix(tt.input, "{") {
				tt.input += "PASS\n"
			}
			_, err := newParser(strings.NewReader(tt.input), "x", lim, Reader{}).read()
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.Error(t, err)
			assert.Equal(t, tt.want, strings.Split(err.Error(), "\n")[0])
		})
	}
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("a\r\n\nbcd\nefgh"), 3)
	f.Add([]byte("\r\r\n"), 1)
	f.Fuzz(func(t *testing.T, data []byte, most int) {
		if most < 1 || most > 1<<17 || len(data) > 1<<20 {
			return
		}
		in := newLines(bytes.NewReader(data), most, 1<<30)
		rest := data
		for num := 1; ; num++ {
			line, ok := in.next()
			if len(rest) == 0 {
				require.False(t, ok)
				require.NoError(t, in.err)
				return
			}
			require.True(t, ok)
			want, after, whole := bytes.Cut(rest, []byte("\n"))
			rest = after
			want = bytes.TrimSuffix(want, []byte("\r"))
			require.Equal(t, len(want) > most, in.overlong)
			require.Equal(t, string(want[:min(len(want), most)]), string(line))
			require.Equal(t, num, in.num)
			require.Equal(t, !whole, in.open)
		}
	})
}
