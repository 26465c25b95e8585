package benchdata

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tailgate-go/tailgate/policy"
)

func TestWriterWritesWhatBenchstatReads(t *testing.T) {
	var b strings.Builder
	w := NewWriter(&b, Header{
		Config: map[string]string{
			"go": "go1.26.8", "goos": "linux", "blas": "gonum", "cpu": "Some CPU", "goarch": "amd64", "gomaxprocs": "2", "empty": "",
		},
		Provenance: Provenance{"ref": {"main"}, "commit": {"abc"}, "load": {"0.3 0.2"}, "seed": {""}},
		Better:     map[string]int{"score": +1, "unknown": 0},
	})
	run := func(line int, values ...Value) Run { return Run{"x", line, 100, values} }
	require.NoError(t, w.Write(Benchmark{ID: policy.ID{Package: "example.com/infer", Name: "Serve", Procs: 2}, Runs: []Run{
		run(1, Value{"ns/op", 1234567.25}, Value{"p95-ns", 9007199254740991}, Value{"score", 0.1}),
		run(2, Value{"ns/op", 1e300}, Value{"p95-ns", 5e-324}, Value{"score", 0}),
	}}))
	require.NoError(t, w.Write(Benchmark{ID: policy.ID{Package: "example.com/infer/tok", Name: "Encode", Procs: 1},
		Runs: []Run{run(3, Value{"MB/s", 3})}}))
	require.NoError(t, w.Write(Benchmark{ID: policy.ID{Name: "", Procs: 1}, Runs: []Run{run(4, Value{"unknown", 3})}}))
	require.NoError(t, w.Close())
	golden(t, "written.txt", b.String())

	set, err := Read(strings.NewReader(b.String()), "x")
	require.NoError(t, err)
	assert.Equal(t, []float64{9007199254740991, 5e-324}, set.Benchmarks[0].values("p95-ns"))
	assert.Equal(t, Provenance{"commit": {"abc"}, "ref": {"main"}, "load": {"0.3 0.2"}}, set.Provenance)
	assert.Equal(t, map[string]int{"ns/op": -1, "p95-ns": -1, "MB/s": +1, "score": +1}, set.Better)
}

// golden compares got with a file in testdata, and writes what it got beside it if they differ.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		require.NoError(t, os.WriteFile(path+".got", []byte(got), 0o666))
		assert.Equal(t, string(want), got, "see %s.got", path)
	}
}

func TestWriterFlushesEachResult(t *testing.T) {
	var writes []string
	w := NewWriter(writerFunc(func(b []byte) (int, error) {
		writes = append(writes, string(b))
		return len(b), nil
	}), Header{})
	r := Run{Iters: 1, Values: []Value{{"score", 2}}}
	require.NoError(t, w.Write(Benchmark{ID: policy.ID{Name: "X", Procs: 1}, Runs: []Run{r, r}}))
	assert.Equal(t, []string{"\nBenchmarkX 1 2 score\n", "BenchmarkX 1 2 score\n"}, writes)

	_, err := Read(strings.NewReader(strings.Join(writes, "")), "killed.txt")
	assert.EqualError(t, err, "killed.txt:3: the results end here without PASS or ok: the run was cut short; "+recordFix("killed.txt"))
	require.NoError(t, w.Close())
	_, err = Read(strings.NewReader(strings.Join(writes, "")), "whole.txt")
	assert.NoError(t, err)
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

func TestWriterSaysNothingMoreAfterAnError(t *testing.T) {
	full := errors.New("disk full")
	w := NewWriter(writerFunc(func([]byte) (int, error) { return 0, full }), Header{})
	good := Benchmark{ID: policy.ID{Name: "X", Procs: 1}, Runs: []Run{{Iters: 1, Values: []Value{{"score", 2}}}}}
	assert.ErrorIs(t, w.Write(good), full)
	assert.ErrorIs(t, w.Close(), full)

	var b strings.Builder
	w = NewWriter(&b, Header{})
	require.NoError(t, w.Write(good))
	assert.Error(t, w.Write(Benchmark{ID: policy.ID{Name: "X", Procs: 1}}))
	assert.Error(t, w.Write(good))
	assert.Error(t, w.Close())
	assert.NotContains(t, b.String(), "PASS", "a file that lacks a benchmark must not pass for complete")
}

func TestWriterRefusesWhatReadWouldNotReturn(t *testing.T) {
	values := []Value{{"ns/op", 5}}
	x := func(run Run) Benchmark { return Benchmark{ID: policy.ID{Name: "X", Procs: 2}, Runs: []Run{run}} }
	for _, tt := range []struct {
		name   string
		header Header
		b      Benchmark
		want   string
	}{
		{"NaN", Header{}, x(Run{"base.txt", 7, 1, []Value{{"ns/op", math.NaN()}}}),
			"base.txt:7: X-2: ns/op is NaN; report a finite number"},
		{"quantiles in the wrong order", Header{}, x(Run{Iters: 1, Values: []Value{{"p95-ns", 1}, {"p50-ns", 2}}}),
			"X-2: p50-ns (2) is above p95-ns (1); correct how they are computed"},
		{"no iterations", Header{}, x(Run{Values: values}),
			"X-2: no iterations: the benchmark was skipped after it had begun; skip it in every run or in none"},
		{"no runs", Header{}, Benchmark{ID: policy.ID{Name: "X", Procs: 2}},
			"X-2: there are no runs; measure it"},
		{"no values", Header{}, x(Run{Iters: 1}),
			"X-2: a run has no values; measure it"},
		{"a unit with a blank", Header{}, x(Run{Iters: 1, Values: []Value{{"ns op", 1}}}),
			`X-2: unit "ns op" cannot be written; name units without blanks`},
		{"a name with a blank", Header{}, Benchmark{ID: policy.ID{Name: "X y", Procs: 2}, Runs: []Run{{Iters: 1, Values: values}}},
			`X y-2: name "X y" cannot be written; name benchmarks without blanks, beginning with an upper-case letter`},
		{"a name in lower case", Header{}, Benchmark{ID: policy.ID{Name: "x", Procs: 2}, Runs: []Run{{Iters: 1, Values: values}}},
			`x-2: name "x" cannot be written; name benchmarks without blanks, beginning with an upper-case letter`},
		{"no GOMAXPROCS", Header{}, Benchmark{ID: policy.ID{Name: "X"}, Runs: []Run{{Iters: 1, Values: values}}},
			`X: GOMAXPROCS 0 cannot be written; measure it with 1 to 99999`},
		{"more GOMAXPROCS than a suffix is taken for", Header{},
			Benchmark{ID: policy.ID{Name: "X", Procs: 100000}, Runs: []Run{{Iters: 1, Values: values}}},
			`X-100000: GOMAXPROCS 100000 cannot be written; measure it with 1 to 99999`},
		{"a package on two lines", Header{},
			Benchmark{ID: policy.ID{Package: "p\nPASS", Name: "X", Procs: 1}, Runs: []Run{{Iters: 1, Values: values}}},
			`X: pkg "p\nPASS" cannot be written; keep it on one line`},
		{"a line that is too long", Header{}, x(Run{Iters: 1, Values: []Value{{strings.Repeat("x", 32<<10), 1}}}),
			"X-2: a result line of 32785 bytes; report fewer units"},
		{"a configuration key in upper case", Header{Config: map[string]string{"CPU": "A"}}, Benchmark{},
			`configuration "CPU": "A" cannot be written; begin the key with a lower-case letter and keep both on one line`},
		{"pkg as configuration", Header{Config: map[string]string{"pkg": "p"}}, Benchmark{},
			`configuration "pkg": "p" cannot be written; begin the key with a lower-case letter and keep both on one line`},
		{"configuration that reads as a message", Header{Config: map[string]string{"panic": "p"}}, Benchmark{},
			`configuration "panic": "p" cannot be written; begin the key with a lower-case letter and keep both on one line`},
		{"provenance on two lines", Header{Provenance: Provenance{"commit": {"a\nPASS"}}}, Benchmark{},
			`provenance "commit": "a\nPASS" cannot be written; begin the key with a lower-case letter and keep both on one line`},
		{"a direction for two units in one", Header{Better: map[string]int{"a b": 1}}, Benchmark{},
			`unit "a b" cannot be written; name units without blanks`},
		{"two directions for one quantity", Header{Better: map[string]int{"p95-ns": -1, "p95-sec": +1}}, Benchmark{},
			"unit p95-sec contradicts another unit of the same quantity; correct one of them"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := NewWriter(io.Discard, tt.header)
			assert.EqualError(t, w.Write(tt.b), tt.want)
		})
	}
}

// TestReadReturnsWhatWasWritten is the round trip: every value bit for bit.
func TestReadReturnsWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set := drawSet(t)
		var b bytes.Buffer
		w := NewWriter(&b, Header{set.Config, set.Provenance, set.Better})
		for _, bench := range set.Benchmarks {
			require.NoError(t, w.Write(bench))
		}
		require.NoError(t, w.Close())
		got, err := Read(bytes.NewReader(b.Bytes()), "x")
		require.NoError(t, err, b.String())
		for _, bench := range got.Benchmarks {
			for _, v := range bench.units() {
				if _, ok := set.Better[v]; !ok && better(v) != 0 {
					set.Better[v] = better(v) // the Writer says what it knows
				}
			}
		}
		require.Equal(t, set, withoutLines(got), b.String())
	})
}

// drawSet draws a Set as Read returns one, without lines.
func drawSet(t *rapid.T) *Set {
	word := rapid.StringMatching(`[A-Z][A-Za-z0-9_=:/µ.,-]{0,12}([a-z]|/[ab](-2|-16)?)`) // of sub-benchmarks, some end in digits
	text := rapid.StringMatching(`[A-Za-z0-9"#:;=-]([A-Za-z0-9 "#:;=é-]{0,12}[a-z0-9])?`)
	keys := func(label string) map[string]string {
		return rapid.MapOfN(rapid.SampledFrom([]string{"goos", "cpu", "blas", "gomaxprocs", "commit", "load", "x-y"}),
			text, 0, 4).Draw(t, label)
	}
	set := &Set{Source: "x", Config: keys("config"), Provenance: Provenance{}}
	for key, value := range keys("provenance") {
		set.Provenance[key] = rapid.SliceOfNDistinct(text, 0, 3, rapid.ID).Draw(t, "more")
		set.Provenance.add(key, value)
	}
	units := []string{"ns/op", "p50-ns", "p95-ns", "p99-ns", "B/op", "req/s", "MB/s", "score", "tok/min"}
	set.Better = rapid.MapOfN(rapid.SampledFrom(units), rapid.SampledFrom([]int{-1, 1}), 0, 4).Draw(t, "better")
	seen := make(map[policy.ID]bool)
	for range rapid.IntRange(1, 4).Draw(t, "benchmarks") {
		b := Benchmark{ID: policy.ID{
			Package: rapid.SampledFrom([]string{"", "p", "example.com/q r"}).Draw(t, "pkg"), Name: word.Draw(t, "name"),
			Procs: rapid.SampledFrom([]int{1, 2, 16, 99999}).Draw(t, "procs"),
		}}
		if seen[b.ID] {
			continue
		}
		seen[b.ID] = true
		for range rapid.IntRange(1, 3).Draw(t, "runs") {
			run := Run{File: "x", Iters: rapid.IntRange(1, math.MaxInt).Draw(t, "iters")}
			have := rapid.SliceOfNDistinct(rapid.SampledFrom(units), 1, 5, rapid.ID).Draw(t, "units")
			slices.Sort(have)
			floor := 0.0
			for _, unit := range have {
				v := rapid.OneOf(rapid.Float64Range(5e-324, absurd),
					rapid.Map(rapid.Int64Range(1, math.MaxInt64), func(n int64) float64 { return float64(n) })).Draw(t, "value")
				if _, _, ok := splitQuantile(unit); ok {
					v = max(v, floor)
					floor = v
				}
				run.Values = append(run.Values, Value{unit, v})
			}
			b.Runs = append(b.Runs, run)
		}
		set.Benchmarks = append(set.Benchmarks, b)
	}
	return set
}
