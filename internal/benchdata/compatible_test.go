package benchdata

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCompatible(t *testing.T) {
	const machine = "goos: linux\ncpu: A\npkg: p\n"
	const x = "BenchmarkX-2 1 5 ns/op 6 p95-ns\n"
	const sameConfig = "; measure both sides with the same configuration, and print nothing of the form \"key: value\" to " +
		"standard output"
	for _, tt := range []struct{ name, baseline, candidate, want string }{
		{"the same", machine + x, machine + x, ""},
		{"a benchmark that was removed", machine + x + "BenchmarkY 1 5 ns/op\n", machine + x, ""},
		{"a benchmark that was added", machine + x, machine + x + "BenchmarkY 1 5 ns/op\n", ""},
		{"a unit that was added", machine + x, machine + "BenchmarkX-2 1 5 ns/op 6 p95-ns 7 req/s\n", ""},
		{"another toolchain", "go: go1.25.0\n" + machine + x, "go: go1.26.0\n" + machine + x, ""},
		{"what only a Writer says", machine + x, "go: go1.26.0\ngomaxprocs: 2\nblas: on\n" + machine + x, ""},
		{"another machine", machine + x, strings.Replace(machine, "A", "B", 1) + x,
			`c.txt: cpu is "B", in the baseline "A" (b.txt); measure both sides on one machine`},
		{"another machine that does not say its name", machine + x, strings.Replace(machine, "cpu: A\n", "", 1) + x,
			`c.txt: no cpu, in the baseline "A" (b.txt); measure both sides on one machine`},
		{"another system and architecture", "goarch: amd64\n" + machine + x,
			"goarch: arm64\n" + strings.Replace(machine, "linux", "darwin", 1) + x,
			`c.txt: goarch is "arm64", in the baseline "amd64" (b.txt); measure both sides on one machine` + "\n" +
				`c.txt: goos is "darwin", in the baseline "linux" (b.txt); measure both sides on one machine`},
		{"another BLAS", "blas: gonum\n" + machine + x, "blas: openblas\n" + machine + x,
			`c.txt: blas is "openblas", in the baseline "gonum" (b.txt); build both sides with the same tags`},
		{"other configuration", "shape: 8\n" + machine + x, "shape: 16\n" + machine + x,
			`c.txt: shape is "16", in the baseline "8" (b.txt)` + sameConfig},
		{"configuration of one side only", machine + x, "shape: 16\n" + machine + x,
			`c.txt: shape is "16", in the baseline missing (b.txt)` + sameConfig},
		{"another GOMAXPROCS", "gomaxprocs: 2\n" + machine + x + "BenchmarkY-2 1 5 ns/op\n",
			"gomaxprocs: 4\n" + machine + "BenchmarkX-4 1 5 ns/op 6 p95-ns\nBenchmarkY-4 1 5 ns/op\n",
			"c.txt:5: X: GOMAXPROCS is 4, in the baseline 2 (b.txt), as for 1 more; measure both sides with the same GOMAXPROCS"},
		{"another GOMAXPROCS in the header only", "gomaxprocs: 2\n" + machine + x, "gomaxprocs: 4\n" + machine + x,
			`c.txt: gomaxprocs is "4", in the baseline "2" (b.txt); measure both sides with the same GOMAXPROCS`},
		{"several GOMAXPROCS of which one is common", machine + x + "BenchmarkX-4 1 5 ns/op\n", machine + x, ""},
		{"several GOMAXPROCS of which none is common", machine + "BenchmarkX 1 5 ns/op\nBenchmarkX-2 1 5 ns/op\n",
			machine + "BenchmarkX-4 1 5 ns/op\nBenchmarkX-8 1 5 ns/op\n",
			"c.txt:4: X: GOMAXPROCS is 4 and 8, in the baseline 1 and 2 (b.txt); measure both sides with the same GOMAXPROCS"},
		{"a module renamed", machine + x + "BenchmarkY 1 5 ns/op\n",
			strings.Replace(machine, "p\n", "q\n", 1) + x + "BenchmarkY 1 5 ns/op\n",
			`c.txt:4: X-2: pkg is "q", in the baseline "p" (b.txt); measure the same package on both sides`},
		{"a benchmark of the same name in a package that was added", machine + x, machine + x + "pkg: q\n" + x, ""},
		{"a unit that was renamed, for a policy to say", machine + x, machine + "BenchmarkX-2 1 5 ns/op 6 p95-ms\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			baseline, err := Read(strings.NewReader(tt.baseline+"PASS\n"), "b.txt")
			require.NoError(t, err)
			candidate, err := Read(strings.NewReader(tt.candidate+"PASS\n"), "c.txt")
			require.NoError(t, err)
			assert.Equal(t, tt.want, Compatible(baseline, candidate).Error())
			assert.Empty(t, Compatible(baseline, baseline))
		})
	}
}
