package benchdata

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/perf/benchfmt"
)

// FuzzRead holds that Read never panics and never returns a Set that a Writer could not write and Read return again.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "printed", "*"))
	require.NoError(f, err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Add([]byte(strings.ReplaceAll(plainRun, "\n", "\r\n")))
	for _, line := range []string{
		"BenchmarkX-2 1 NaN ns/op", "BenchmarkX-2 1 -Inf ns/op", "BenchmarkX-2 1 1e308 ns/op 1e309 B/op", "BenchmarkX-2 -1 5 ns/op",
		"BenchmarkX-2 1 5 ns/op 5 ns/op", "BenchmarkX-2 1 5 ns/op",
		"BenchmarkX-2 1 5 p50-ns 6 p95-sec\nUnit p95-ns better=lower assume=exact",
		"\x00\x01\x02\xff\xfe", "Benchmark\xff 1 5 \xff", "pkg: \xff", "# commit: a\n# commit: b",
		"cpu: a\nBenchmarkX 1 5 x\ncpu:\ncpu: b\nBenchmarkX 1 6 x",
		"loading...BenchmarkX-2 1 5 ns/op", "Benchmark 1 5 x", "BenchmarkX-1 1 5 x", "BenchmarkX 0_1 1_0 x",
		"BenchmarkX/n-2 1 5 x\nBenchmarkX/m-2 1 5 x", "BenchmarkX/n-2 1 5 x\nBenchmarkY 1 5 x",
		"BenchmarkX/n 1 5 x\nBenchmarkX/n-2 1 5 x",
		"BenchmarkX/n-2\nBenchmarkX/n-2 1 5 x\nBenchmarkX/n\nBenchmarkX/n-2 1 6 x\nBenchmarkX/n-4 1 7 x",
		"Benchmark\nBenchmark-2 1 5 x",
		"BenchmarkX/n-2 1 5 x\nPASS\nBenchmarkX/n\nBenchmarkX/n-2 1 5 x\nBenchmarkZ/a\x01-2\nBenchmarkZ/a\x01-2 1 5 x",
	} {
		f.Add([]byte(line + "\nPASS\n"))
	}
	f.Add([]byte(started + said("BenchmarkX-2 \t") + said(" 1 \t 5 ns/op\n") + passed))
	f.Add([]byte(started + said("BenchmarkX-2 \t") + said(" 1 \t 5 ns/op\n")[:30]))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<20 {
			return
		}
		set, err := Read(bytes.NewReader(data), "x")
		if err != nil {
			require.Nil(t, set)
			require.IsType(t, Problems{}, err)
			for _, p := range err.(Problems) {
				text := p.String()
				require.True(t, strings.HasPrefix(text, "x:"), "%q", text)
				require.NotContains(t, text, "\n")
				require.NotContains(t, text, "\x1b")
				require.NotEmpty(t, p.Fact)
			}
			return
		}
		require.NotEmpty(t, set.Benchmarks)
		var b bytes.Buffer
		w := NewWriter(&b, Header{set.Config, set.Provenance, set.Better})
		for _, bench := range set.Benchmarks {
			require.NoError(t, w.Write(bench))
		}
		require.NoError(t, w.Close())
		again, err := Read(bytes.NewReader(b.Bytes()), "x")
		require.NoError(t, err, "%s", b.Bytes())
		require.Equal(t, set.Config, again.Config)
		require.Equal(t, set.Provenance, again.Provenance)
		require.Equal(t, withoutLines(set).Benchmarks, withoutLines(again).Benchmarks)
		require.Empty(t, Compatible(set, again))
	})
}

// FuzzKeyValue holds that configuration lines are parsed as benchfmt.Reader parses them, blanks at the end apart.
func FuzzKeyValue(f *testing.F) {
	for _, line := range []string{"cpu: A", "cpu:", "cpu:  \t", "cpu:A", ": A", "Cpu: A", "é: ü", "a b: c", "a\xff: \xff", "a:\u00a0b",
		"ªa: b", "cpu: A \t", "a:b: c"} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if len(line) > 1<<10 || bytes.ContainsAny(line, "\n") {
			return
		}
		key, value, ok := keyValue(line)
		r := benchfmt.NewReader(strings.NewReader(string(line)+"\nBenchmarkZ 1 1 x\n"), "x")
		if bytes.HasPrefix(line, []byte("Benchmark")) || !r.Scan() {
			return
		}
		res, isResult := r.Result().(*benchfmt.Result)
		if !isResult {
			return // a Unit line
		}
		if !ok || value == "" {
			for _, c := range res.Config {
				assert.Empty(t, strings.Trim(string(c.Value), " \t\r"))
			}
			return
		}
		require.Len(t, res.Config, 1)
		assert.Equal(t, res.Config[0].Key, key)
		assert.Equal(t, strings.TrimRight(string(res.Config[0].Value), " \t\r"), value)
	})
}

// FuzzUnit holds that units of any form have quantiles between 0 and 1.
func FuzzUnit(f *testing.F) {
	for _, unit := range []string{"p95-ns", "p99.9-model-ns", "p95_ms", "tok/s", "p-ns", "p1e309-ns", "p.-ns", "p00.0-ns",
		"p95-p99-ns", "95-p95", "pp5/p5*p5", "\xff-p5"} {
		f.Add(unit)
	}
	f.Fuzz(func(t *testing.T, unit string) {
		q, rest, ok := splitQuantile(unit)
		if ok {
			require.Greater(t, q, 0.0)
			require.Less(t, q, 1.0)
			require.Less(t, len(rest), len(unit))
		}
		require.LessOrEqual(t, better(unit)*better(unit), 1)
		newLayout([]string{unit, unit, "p50-ns", "p95-ns"}).check(1, []Value{{unit, 1}, {unit, 2}, {"p50-ns", 3}, {"p95-ns", 4}})
	})
}
