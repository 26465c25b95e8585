package benchdata

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tailgate-go/tailgate/policy"
)

// said is an output event of package p.
func said(output string) string { return saidBy("p", output) }

func saidBy(pkg, output string) string {
	return fmt.Sprintf(`{"Action":"output","Package":%q,"Output":%q}`+"\n", pkg, output)
}

const (
	started = `{"Action":"start","Package":"p"}` + "\n"
	passed  = `{"Action":"pass","Package":"p","Elapsed":0.1}` + "\n"
)

func TestReadJoinsResultsSplitOverEvents(t *testing.T) {
	set, err := Read(strings.NewReader(started+
		said("cpu: A\n")+
		said("BenchmarkServe/rate=300-2   \t")+
		`{"Action":"run","Package":"p","Test":"BenchmarkOther"}`+"\n"+
		saidBy("q", "BenchmarkServe-4 \t")+
		said("     100\t  5 ns/op")+
		said("\t 6 B/op\nBenchmarkB-2 1 7 ns/op\r\n")+
		saidBy("q", "10 8 ns/op\n")+
		said("PASS\n")+passed+
		saidBy("q", "cpu: A\nPASS\n")+
		`{"Action":"pass","Package":"q"}`+"\n"), "x.json")
	require.NoError(t, err)
	assert.Equal(t, []Benchmark{
		{ID: policy.ID{Package: "p", Name: "Serve/rate=300", Procs: 2},
			Runs: []Run{{"x.json", 3, 100, []Value{{"ns/op", 5}, {"B/op", 6}}}}},
		{ID: policy.ID{Package: "p", Name: "B", Procs: 2}, Runs: []Run{{"x.json", 7, 1, []Value{{"ns/op", 7}}}}},
		{ID: policy.ID{Package: "q", Name: "Serve", Procs: 4}, Runs: []Run{{"x.json", 5, 10, []Value{{"ns/op", 8}}}}},
	}, set.Benchmarks)
	assert.Empty(t, set.Config, "the result of q stands above its cpu line")
}

func TestReadIgnoresLinesOfTheGoCommandAmongEvents(t *testing.T) {
	_, err := Read(strings.NewReader("go: downloading x v1\n# p\n./x.go:1: vet says no\n{\"Action\":\"greet\"}\n"+
		started+"\ngo: downloading y v1\n"+said("BenchmarkX 1 2 ns/op\nPASS\n")+passed), "x.json")
	assert.NoError(t, err)
}

func TestReadTellsWhatIsWrongWithEvents(t *testing.T) {
	const makePass = "; make the run pass: results beside a failure are not judged"
	const record = "; record with: go test -run '^$' -bench . -count 10 > x.json"
	ok := said("BenchmarkX 1 2 ns/op\nPASS\n")
	for _, tt := range []struct{ name, input, want string }{
		{"a NaN in a result split over two events", started + said("BenchmarkX-2 \t") + said("1 NaN ns/op\n") + passed,
			"x.json:2: X-2: ns/op is NaN; report a finite number"},
		{"a build that fails", `{"ImportPath":"p [p.test]","Action":"build-output","Output":"# p\n"}` +
			"\n" + `{"ImportPath":"p [p.test]","Action":"build-fail"}` + "\n" + started + said("FAIL\tp [build failed]\n") +
			`{"Action":"fail","Package":"p","FailedBuild":"p [p.test]"}` + "\n",
			"x.json:2: p [p.test] does not build; make it build"},
		{"a package that fails without a word", started + ok + `{"Action":"fail","Package":"p"}` + "\n",
			"x.json:3: p failed" + makePass},
		{"a test that fails without a word",
			started + ok + `{"Action":"fail","Package":"p","Test":"TestA"}` + "\n" + `{"Action":"fail","Package":"p"}` + "\n",
			"x.json:3: TestA failed" + makePass},
		{"a failure that output and events tell of",
			started + said("--- FAIL: TestA (0.00s)\n") + `{"Action":"fail","Package":"p","Test":"TestA"}` + "\n" + said("FAIL\n") +
				said("FAIL\tp\t0.1s\n") + `{"Action":"fail","Package":"p"}` + "\n",
			"x.json:2: TestA failed" + makePass},
		{"a failure of another package", started + ok + passed + saidBy("q", "panic: boom\n") + `{"Action":"fail","Package":"q"}` + "\n",
			"x.json:4: panic: boom" + makePass},
		{"a package that does not end", started + ok,
			"x.json: p started and did not end: the run was cut short" + record},
		{"results that nothing confirms", started + said("BenchmarkX 1 2 ns/op\n"),
			"x.json:2: the results of p end here without PASS or ok: the run was cut short" + record},
		{"a run that starts again before it ended", started + said("BenchmarkX 1 2 ns/op\n") + started + ok + passed,
			"x.json:2: the results of p end here without PASS or ok: the run was cut short" + record},
		{"an event cut in the middle", started + ok + passed[:20],
			"x.json:3: not an event of go test -json: unexpected end of JSON input" + record + "\n" +
				"x.json: p started and did not end: the run was cut short" + record},
		{"a line among the events that is none", started + "oops\n" + ok + passed,
			"x.json:2: not an event of go test -json: invalid character 'o' looking for beginning of value; " +
				"keep standard error out of the file"},
		{"an event without an action", started + "{}\n" + ok + passed,
			"x.json:2: not an event of go test -json: no action; keep standard error out of the file"},
		{"a NUL byte inside an event",
			started + `{"Action":"output","Package":"p","Output":"BenchmarkX 1 2 ns/op\u0000\n"}` + "\n" + ok + passed,
			"x.json:2: a NUL byte: not text; name a file of benchmark results"},
		{"no results", started + said("PASS\n") + passed,
			"x.json: no benchmark results" + record},
		{"printing before a result line", started + said("loading...BenchmarkX-2 \t 1 2 ns/op\nPASS\n") + passed,
			`x.json:2: X-2: the result line is broken: "loading..." stands before it; print with b.Log or to standard error, ` +
				`not to standard output`},
		{"a last result without its line end", started + said("BenchmarkX-2 \t 1 NaN ns/op") + passed,
			"x.json:2: X-2: ns/op is NaN; report a finite number"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			set, err := Read(strings.NewReader(tt.input), "x.json")
			require.Error(t, err)
			assert.Nil(t, set)
			assert.Equal(t, tt.want, err.Error())
		})
	}
}

// TestReadMindsNotHowOutputIsSplit cuts output into events at any place, as test2json may.
func TestReadMindsNotHowOutputIsSplit(t *testing.T) {
	output, _, _ := strings.Cut(plainRun, "ok  \t") // of one package
	want, err := Read(strings.NewReader(output), "x")
	require.NoError(t, err)
	withoutLines(want)
	rapid.Check(t, func(t *rapid.T) {
		var events strings.Builder
		events.WriteString(started)
		for rest := output; rest != ""; {
			n := rapid.IntRange(1, min(200, len(rest))).Draw(t, "bytes")
			events.WriteString(said(rest[:n]))
			events.WriteString(saidBy("q", "other output "))
			rest = rest[n:]
		}
		events.WriteString(passed + `{"Action":"pass","Package":"q"}`)
		got, err := Read(strings.NewReader(events.String()), "x")
		require.NoError(t, err)
		require.Equal(t, want, withoutLines(got))
	})
}
