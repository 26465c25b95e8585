package benchdata

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

// plainRun is what go test -bench prints for two packages.
const plainRun = `goos: linux
goarch: amd64
pkg: example.com/infer
cpu: Some CPU @ 2.00GHz
BenchmarkServe/workload=prefill-2         	   82531	       285.6 ns/op	         0 errors	       900.0 p50-ns	      1200 p95-ns	       0 B/op	       0 allocs/op
BenchmarkServe/workload=prefill-2         	   89887	       269.6 ns/op	         0 errors	       910.0 p50-ns	      1300 p95-ns	       0 B/op	       0 allocs/op
BenchmarkServe/workload=decode-2          	   89677	       265.9 ns/op	         0 errors	       920.0 p50-ns	      1400 p95-ns	       0 B/op	       0 allocs/op
PASS
ok  	example.com/infer	0.165s
goos: linux
goarch: amd64
pkg: example.com/infer/tok
cpu: Some CPU @ 2.00GHz
BenchmarkEncode   	   78020	       303.8 ns/op	13481.26 MB/s
PASS
ok  	example.com/infer/tok	0.091s
`

func TestReadTakesOverWhatGoTestPrints(t *testing.T) {
	set, err := Read(strings.NewReader(plainRun), "base.txt")
	require.NoError(t, err)
	assert.Equal(t, "base.txt", set.Source)
	assert.Equal(t, map[string]string{"goos": "linux", "goarch": "amd64", "cpu": "Some CPU @ 2.00GHz"}, set.Config)
	require.Len(t, set.Benchmarks, 3)
	prefill := set.Benchmarks[0]
	assert.Equal(t, "example.com/infer", prefill.Package)
	assert.Equal(t, "Serve/workload=prefill", prefill.Name)
	assert.Equal(t, 2, prefill.Procs)
	require.Len(t, prefill.Runs, 2)
	assert.Equal(t, Run{File: "base.txt", Line: 6, Iters: 89887, Values: []Value{
		{"ns/op", 269.6}, {"errors", 0}, {"p50-ns", 910}, {"p95-ns", 1300}, {"B/op", 0}, {"allocs/op", 0},
	}}, prefill.Runs[1])
	assert.Equal(t, []float64{1200, 1300}, prefill.values("p95-ns"))
	assert.Empty(t, prefill.values("p99-ns"))
	_, ok := prefill.Runs[0].Value("MB/s")
	assert.False(t, ok)
	assert.Equal(t, "Serve/workload=decode-2", set.Benchmarks[1].String())

	encode := set.Benchmarks[2]
	assert.Equal(t, "example.com/infer/tok", encode.Package)
	assert.Equal(t, 1, encode.Procs, "no suffix")
	assert.Equal(t, "Encode", encode.String())
	assert.Equal(t, []float64{13481.26}, encode.values("MB/s"), "the unit as printed, not B/s")
}

func TestReadTakesNoNotice(t *testing.T) {
	for _, tt := range []struct{ name, input string }{
		{"of line ends as on Windows", strings.ReplaceAll(plainRun, "\n", "\r\n")},
		{"of a byte order mark", "\ufeff" + plainRun},
		{"of a missing line end after ok", strings.TrimSuffix(plainRun, "\n")},
		{"of lines of the go command", "go: downloading example.com/x v1.0.0\n" + plainRun},
		{"of compiler output", "# example.com/infer\n./x.go:3: note: something\n" + plainRun},
		{"of packages without tests or benchmarks",
			"?   \texample.com/none\t[no test files]\nok  \texample.com/plain\t0.1s [no tests to run]\n" + plainRun},
		{"of names that go test -v prints first",
			strings.Replace(plainRun, "BenchmarkServe", "=== RUN   BenchmarkServe\nBenchmarkServe\nBenchmarkServe", 1)},
		{"of what a benchmark logs", strings.Replace(plainRun, "PASS",
			"--- BENCH: BenchmarkServe-2\n    x_test.go:5: BenchmarkY 1 2 ns/op\n    x_test.go:6: --- FAIL: no\nPASS", 1)},
		{"of prose that begins with Benchmark",
			"Benchmarking 3 models\nBenchmark: fast\nBenchmark results follow\nBenchmark\n" + plainRun},
		{"of prose that looks like configuration", "panic\ncoverage: 12.5% of statements\nwarning: slow disk\n" + plainRun},
		{"of coverage that differs by package",
			strings.ReplaceAll(plainRun, "PASS", "PASS\ncoverage: 1% of statements\nok  \tx/y\t0.1s\ncoverage: 2% of statements")},
		{"of JSON that a program prints", plainRun + "{\"Action\":\"served\"}\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want, err := Read(strings.NewReader(plainRun), "x.txt")
			require.NoError(t, err)
			got, err := Read(strings.NewReader(tt.input), "x.txt")
			require.NoError(t, err)
			assert.Equal(t, withoutLines(want), withoutLines(got))
		})
	}
}

func withoutLines(s *Set) *Set {
	for _, b := range s.Benchmarks {
		for i := range b.Runs {
			b.Runs[i].Line = 0
		}
	}
	return s
}

func TestReadTellsWhatIsWrong(t *testing.T) {
	// Each input is set between a header and PASS unless it has its own.
	const again = "record with: go test -run '^$' -bench . -count 10 > x.txt"
	for _, tt := range []struct{ name, input, want string }{
		{"a NaN", "BenchmarkServe-2 10 NaN p95-ns",
			"x.txt:2: Serve-2: p95-ns is NaN; report a finite number"},
		{"an infinity", "BenchmarkServe-2 10 +Inf p95-ns",
			"x.txt:2: Serve-2: p95-ns is +Inf; report a finite number"},
		{"a negative infinity", "BenchmarkServe-2 10 -Inf MB/s",
			"x.txt:2: Serve-2: MB/s is -Inf; report a finite number"},
		{"a negative time", "BenchmarkServe-2 10 -5 ns/op",
			"x.txt:2: Serve-2: ns/op is negative (-5); report a quantity that cannot be below 0"},
		{"a negative value of any unit", "BenchmarkServe-2 10 -0.5 score",
			"x.txt:2: Serve-2: score is negative (-0.5); report a quantity that cannot be below 0"},
		{"a time of zero", "BenchmarkServe-2 10 0 ns/op",
			"x.txt:2: Serve-2: ns/op is 0, which is impossible; report it only when it was measured"},
		{"a quantile of zero", "BenchmarkServe-2 10 0 p99-model-ns",
			"x.txt:2: Serve-2: p99-model-ns is 0, which is impossible; report it only when it was measured"},
		{"a throughput of zero", "BenchmarkServe-2 10 0 req/s",
			"x.txt:2: Serve-2: req/s is 0, which is impossible; report it only when it was measured"},
		{"a value near overflow", "BenchmarkServe-2 10 1.1e300 B/op",
			"x.txt:2: Serve-2: B/op is absurdly large (1.1e+300); report it in a larger unit"},
		{"a value beyond overflow", "BenchmarkServe-2 10 1e309 B/op",
			`x.txt:2: Serve-2: the result line is broken (parsing measurement: value out of range): "10 1e309 B/op"; ` +
				`print with b.Log or to standard error, not to standard output`},
		{"every value of a line", "BenchmarkServe-2 10 NaN ns/op -1 B/op",
			"x.txt:2: Serve-2: ns/op is NaN; report a finite number\n" +
				"x.txt:2: Serve-2: B/op is negative (-1); report a quantity that cannot be below 0"},
		{"a negative count", "BenchmarkServe-2 -10 5 ns/op",
			"x.txt:2: Serve-2: the number of iterations is -10; record the benchmark again"},
		{"a benchmark skipped in the middle", "BenchmarkServe-2 	       0	               NaN ns/op",
			"x.txt:2: Serve-2: no iterations: the benchmark was skipped after it had begun; skip it in every run or in none"},
		{"a unit written twice", "BenchmarkServe-2 10 5 ns/op 6 ns/op",
			"x.txt:2: Serve-2: ns/op is written twice; report each unit once"},
		{"quantiles in the wrong order", "BenchmarkServe-2 10 7 p50-ns 6 p95-ns",
			"x.txt:2: Serve-2: p50-ns (7) is above p95-ns (6); correct how they are computed"},
		{"quantiles in the wrong order however they stand", "BenchmarkServe-2 10 5 p99-model-ns 6 p90-model-ns 4 p50-model-ns",
			"x.txt:2: Serve-2: p90-model-ns (6) is above p99-model-ns (5); correct how they are computed"},
		{"a mean above the greatest", "BenchmarkServe-2 10 9 mean-ns 8 max-ns 1 min-ns",
			"x.txt:2: Serve-2: mean-ns (9) is above max-ns (8); correct how they are computed"},
		{"a quantile below the least", "BenchmarkServe-2 10 5 min-ns 4 p50-ns",
			"x.txt:2: Serve-2: min-ns (5) is above p50-ns (4); correct how they are computed"},
		{"a number where a unit belongs", "BenchmarkServe-2 10 5 7 8 ns/op",
			`x.txt:2: Serve-2: number "7" stands where a unit belongs; print with b.Log or to standard error, not to standard output`},
		{"printing into a result line", "BenchmarkServe-2 \tloaded 3 adapters\n     100\t 5 ns/op",
			`x.txt:2: Serve-2: the result line is broken (parsing iteration count: invalid syntax): "loaded 3 adapters"; ` +
				`print with b.Log or to standard error, not to standard output`},
		{"printing a line end into a result line", "BenchmarkServe-2 \t\n     100\t 5 ns/op",
			"x.txt:2: Serve-2: the result line is broken (missing iteration count); print with b.Log or to standard error, " +
				"not to standard output"},
		{"printing before a result line", "loading...BenchmarkServe-2 \t  100\t 5 ns/op",
			`x.txt:2: Serve-2: the result line is broken: "loading..." stands before it; print with b.Log or to standard error, ` +
				`not to standard output`},
		{"a line cut in the middle", "BenchmarkServe-2 100 5",
			`x.txt:2: Serve-2: the result line is broken (missing units): "100 5"; print with b.Log or to standard error, ` +
				`not to standard output`},
		{"a name that go test does not print", "Benchmarkserve-2 100 5 ns/op",
			"x.txt:2: serve-2: not a name that go test prints; begin it with an upper-case letter"},
		{"a name that is not UTF-8", "BenchmarkServe/\xff-2 100 5 ns/op",
			`x.txt:2: "Serve/\xff-2": the name is not UTF-8; name benchmarks in UTF-8`},
		{"a unit that is not UTF-8", "BenchmarkServe-2 100 5 n\xff",
			`x.txt:2: Serve-2: unit "n\xff" is not UTF-8; name units in UTF-8`},
		{"configuration that is not UTF-8", "note: \xff\nBenchmarkServe-2 100 5 ns/op",
			`x.txt:2: note is "\xff", not UTF-8; print with b.Log or to standard error, not to standard output`},
		{"a NUL byte", "BenchmarkServe-2 100 5 ns/op\n\x00\x00\n\x00",
			"x.txt:3: a NUL byte: not text; name a file of benchmark results"},
		{"a Unit line without a unit", "BenchmarkServe-2 100 5 ns/op\nUnit",
			"x.txt:3: Unit line: missing unit; write it as: Unit p95-ns better=lower"},
		{"an unknown direction", "Unit p95-ns better=smaller\nBenchmarkServe-2 100 5 ns/op",
			"x.txt:2: better=smaller for unit p95-ns; write better=lower or better=higher"},
		{"Unit lines that contradict each other", "Unit p95-ns better=lower\nUnit p95-ns better=higher\nBenchmarkServe-2 100 5 ns/op",
			"x.txt:3: Unit line: metadata better of unit p95-ns already set to lower; write it as: Unit p95-ns better=lower"},
		{"Unit lines that contradict each other after tidying",
			"Unit p95-ns better=lower\nUnit p95-sec better=higher\nBenchmarkServe-2 100 5 ns/op",
			"x.txt:3: Unit line: metadata better of unit p95-sec already set to lower; write it as: Unit p95-ns better=lower"},
		{"two configurations",
			"cpu: A\nBenchmarkServe-2 100 5 ns/op\ncpu: B\nBenchmarkServe-2 100 5 ns/op\ncpu: C\nBenchmarkServe-2 100 5 ns/op",
			`x.txt:5: cpu is "B" for this result and "A" for the one on line 3; keep results of different configurations in different ` +
				`files, and print nothing of the form "key: value" to standard output`},
		{"a benchmark that failed in its third run, which go test passes",
			"BenchmarkOdd-2 5 5 ns/op\nBenchmarkOdd-2 \t--- FAIL: BenchmarkOdd\n    f_test.go:10: " +
				"breaks\n--- FAIL: BenchmarkOdd-2\n    f_test.go:10: breaks\nPASS\nok  \tx\t0.1s\n",
			"x.txt:3: Odd: failed; make the run pass: results beside a failure are not judged"},
		{"a failure whose name is lost", "BenchmarkServe-2 100 5 ns/op\n--- FAIL: \nPASS\n",
			"x.txt:3: a failure without a name; make the run pass: results beside a failure are not judged"},
		{"a failed test",
			"--- FAIL: TestServe (0.01s)\n    --- FAIL: TestServe/small (0.00s)\nFAIL\nexit status 1\nFAIL\tx\t0.1s\nFAIL\n",
			"x.txt:2: TestServe failed; make the run pass: results beside a failure are not judged\n" +
				"x.txt:3: TestServe/small failed; make the run pass: results beside a failure are not judged"},
		{"a panic",
			"BenchmarkServe-2 100 5 ns/op\nBenchmarkServe-2 \tpanic: boom\n\ngoroutine 1 [running]:\nexit status 2\nFAIL\tx\t0.1s\nFAIL\n",
			"x.txt:3: panic: boom; make the run pass: results beside a failure are not judged"},
		{"a fatal error", "BenchmarkServe-2 100 5 ns/op\nfatal error: all goroutines are asleep - deadlock!\n",
			"x.txt:3: fatal error: all goroutines are asleep - deadlock!; make the run pass: results beside a failure are not judged"},
		{"a failure after PASS", "BenchmarkServe-2 100 5 ns/op\nPASS\nexit status 1\nFAIL\tx\t0.1s\nFAIL\n",
			"x.txt:5: x failed; make the run pass: results beside a failure are not judged"},
		{"a failure that no line explains", "BenchmarkServe-2 100 5 ns/op\nFAIL\n",
			"x.txt:3: the run failed; make the run pass: results beside a failure are not judged"},
		{"a package that does not build", "FAIL\tx [build failed]\ngoos: linux\nBenchmarkServe-2 100 5 ns/op",
			"x.txt:2: x does not build; make it build"},
		{"a truncated run", "BenchmarkServe-2 100 5 ns/op\nBenchmarkServe-2 100 6 ns/op\n",
			"x.txt:3: the results of p end here without PASS or ok: the run was cut short; " + again},
		{"a truncated run before a complete one", "BenchmarkServe-2 100 5 ns/op\ngoos: linux\npkg: q\nBenchmarkServe-2 100 6 ns/op",
			"x.txt:2: the results of p end here without PASS or ok: the run was cut short; " + again},
		{"a truncated run before the summary of another package", "BenchmarkServe-2 100 5 ns/op\nok  \tq\t0.1s\n",
			"x.txt:2: the results of p end here without PASS or ok: the run was cut short; " + again},
		{"no results", "",
			"x.txt: no benchmark results; " + again},
		{"UTF-16", "\xff\xfeg\x00o\x00",
			"x.txt:1: UTF-16 text; record as UTF-8; in PowerShell: go test ... | Out-File -Encoding utf8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			input := tt.input
			if !strings.HasPrefix(input, "\xff\xfe") {
				input = "pkg: p\n" + input
			}
			if !strings.HasSuffix(input, "\n") {
				input += "\nPASS\n"
			}
			set, err := Read(strings.NewReader(input), "x.txt")
			require.Error(t, err)
			assert.Nil(t, set)
			assert.IsType(t, Problems{}, err)
			assert.Equal(t, tt.want, err.Error())
		})
	}
}

func TestReadAcceptsTheBoundaries(t *testing.T) {
	for _, tt := range []struct{ name, line string }{
		{"zero of a unit that can be zero", "BenchmarkX 1 0 B/op 0 errors 0 tok/s 0 pause-ns"},
		{"equal quantiles", "BenchmarkX 1 5 p50-ns 5 p90-ns 5 p95-ns 5 p99-ns 5 min-ns 5 mean-ns 5 max-ns"},
		{"a mean above p99", "BenchmarkX 1 5 p50-ns 6 p99-ns 7 mean-ns 8 max-ns"},
		{"quantiles of different stages", "BenchmarkX 1 9 p50-model-ns 1 p95-ns 1 p95-preprocess-ns"},
		{"quantiles of a throughput, where p95 may be the lower", "BenchmarkX 1 9 p50-tok/s 1 p95-tok/s"},
		{"the least float", "BenchmarkX 1 5e-324 ns/op"},
		{"the greatest sane value", "BenchmarkX 1 1e300 ns/op"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Read(strings.NewReader(tt.line+"\nPASS\n"), "x.txt")
			assert.NoError(t, err)
		})
	}
}

func TestReadKeepsConfigurationThatAllResultsShare(t *testing.T) {
	set, err := Read(strings.NewReader(`# commit: abc
# commit: def
go: go1.26.8
go: downloading something
cpu: A
BenchmarkX 1 5 ns/op
blas: openblas
BenchmarkX 1 5 ns/op
cpu: A
blas:
pkg: p
BenchmarkX 1 5 ns/op
Unit p95-sec better=lower
Unit score better=higher
Unit score assume=exact
BenchmarkX 1 5 p95-ns
PASS
`), "x.txt")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"cpu": "A", "go": "go1.26.8"}, set.Config)
	assert.Equal(t, Provenance{"commit": {"abc", "def"}}, set.Provenance)
	assert.Equal(t, map[string]int{"p95-sec": -1, "p95-ns": -1, "score": +1}, set.Better)
	assert.Equal(t, +1, set.Better["score"])
	assert.Equal(t, []Benchmark{
		{ID: policy.ID{Name: "X", Procs: 1}, Runs: set.Benchmarks[0].Runs},
		{ID: policy.ID{Package: "p", Name: "X", Procs: 1}, Runs: set.Benchmarks[1].Runs},
	}, set.Benchmarks, "the same name in two packages is two benchmarks")
}

func TestReadParsesEveryDigit(t *testing.T) {
	set, err := Read(strings.NewReader(
		"BenchmarkX 9007199254740993 9007199254740993 p95-ns 0.1 p50-ns 1e-07 s 12345678901234567890 B/op\nPASS\n"), "x.txt")
	require.NoError(t, err)
	run := set.Benchmarks[0].Runs[0]
	assert.Equal(t, 9007199254740993, run.Iters)
	assert.Equal(t, []Value{{"p95-ns", 9007199254740992}, {"p50-ns", 0.1}, {"s", 1e-7}, {"B/op", 12345678901234567890}}, run.Values)
}

func TestReadTellsOfAReaderThatFails(t *testing.T) {
	boom := errors.New("disk on fire")
	for _, input := range []string{"", "BenchmarkX 1 5 ns/op\n", "BenchmarkX 1 5 n"} {
		_, err := Read(io.MultiReader(strings.NewReader(input), iotest.ErrReader(boom)), "x.txt")
		require.Error(t, err)
		assert.Contains(t, err.Error(), "cannot be read: disk on fire; check the file")
	}
}

func TestReadIsTheSameByteByByte(t *testing.T) {
	want, err := Read(strings.NewReader(plainRun), "x.txt")
	require.NoError(t, err)
	got, err := Read(iotest.OneByteReader(strings.NewReader(plainRun)), "x.txt")
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

func TestReadBoundsTheProblemsItKeeps(t *testing.T) {
	_, err := Read(strings.NewReader(strings.Repeat("BenchmarkX 1 NaN ns/op\n", 5000)+"PASS\n"), "x.txt")
	var ps Problems
	require.ErrorAs(t, err, &ps)
	assert.Len(t, ps, listed+1)
	assert.Equal(t, "x.txt: 4000 more problems", ps[listed].String())
}

func TestReadAcceptsNoNaNAnywhere(t *testing.T) {
	for _, word := range []string{"NaN", "nan", "inf", "-inf", "+infinity"} {
		_, err := Read(strings.NewReader("BenchmarkX 1 "+word+" x\nPASS\n"), "x.txt")
		assert.Error(t, err, word)
	}
}
