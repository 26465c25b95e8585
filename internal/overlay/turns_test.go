//go:build unix && !aix && !solaris

package overlay

import (
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/duet"
)

func TestTurns(t *testing.T) {
	each(t, func(t *testing.T, r release) {
		binary := r.test(t, bench(t), true)
		t.Run("a b.Loop function is set up once", func(t *testing.T) { loop(t, binary) })
		t.Run("a b.N function is called for each turn", func(t *testing.T) { count(t, binary) })
		t.Run("what comes before the timer's start is not timed", func(t *testing.T) { setUp(t, binary) })
		t.Run("what comes while the timer stands is not timed", func(t *testing.T) { stopped(t, binary) })
		t.Run("RunParallel", func(t *testing.T) { parallel(t, binary) })
		t.Run("sub-benchmarks", func(t *testing.T) { sub(t, binary) })
		t.Run("what a process starts does not hold its pipes", func(t *testing.T) { starts(t, binary) })
		t.Run("a process whose gate is gone ends", func(t *testing.T) { orphan(t, binary) })
		t.Run("failures", func(t *testing.T) { failures(t, binary) })
		t.Run("a slowdown is planted", func(t *testing.T) { planted(t, binary) })
		t.Run("no turn", func(t *testing.T) { none(t, binary) })
		t.Run("footprints", func(t *testing.T) { footprints(t, binary) })
		t.Run("what is said after the loop", func(t *testing.T) { after(t, binary) })
		t.Run("verbose", func(t *testing.T) { verbose(t, binary) })
		t.Run("the collector is off", func(t *testing.T) { uncollected(t, binary) })
		t.Run("GOMAXPROCS of its own", func(t *testing.T) { serial(t, binary) })
		t.Run("nobody's turn", func(t *testing.T) { alone(t, binary) })
	})
}

// objects are those of work, and size their bytes. The runtime may add some of its own, as where the first garbage collection of a
// process starts its workers: at most stray, and straySize.
const (
	objects, size    = 2, 128
	stray, straySize = 20, 20 << 10
)

func allocated(t *testing.T, r *duet.PlainResult, objects, size int) {
	t.Helper()
	assert.GreaterOrEqual(t, r.Allocations, int64(objects))
	assert.GreaterOrEqual(t, r.Bytes, int64(size))
	assert.LessOrEqual(t, r.Allocations, int64(objects+stray))
	assert.LessOrEqual(t, r.Bytes, int64(size+straySize))
}

func loop(t *testing.T, binary string) {
	p := seated(t, binary, "^BenchmarkLoop$", "BenchmarkLoop")
	assert.Equal(t, "BenchmarkLoop", p.peer.Hello.Benchmark)
	assert.Equal(t, p.cmd.Process.Pid, p.peer.Hello.PID)
	assert.NotZero(t, p.peer.Hello.Can&duet.TakesPlainTurns)
	assert.Zero(t, p.peer.Hello.Can&duet.BeginsAnew)
	var all duet.Totals
	for i, n := range []int{1, 10, 1, 1000, 3, 5000} {
		r := p.grant(t, n)
		assert.EqualValues(t, i+1, r.Number)
		assert.EqualValues(t, n, r.Iterations)
		allocated(t, r, objects*n, size*n)
		assert.EqualValues(t, 7, r.Processed)
		assert.Greater(t, r.Timed, time.Duration(n)*20*time.Nanosecond)
		assert.LessOrEqual(t, r.Timed, r.Wall)
		assert.LessOrEqual(t, r.Wall, r.Took)
		assert.Empty(t, r.Metrics)
		all.Requests += r.Iterations
		all.Allocations += r.Allocations
		all.Bytes += r.Bytes
	}
	totals, output := p.end(t)
	assert.Equal(t, all, totals)
	// And one by which b.Loop begins.
	assert.Regexp(t, `(?m)^BenchmarkLoop(-\d+)?\s+6016\s.* ns/op\s.* MB/s\s+6016 n\s+1\.000 setups\s+7\.000 tailgate-bytes\s`+
		`+128 B/op\s+2 allocs/op$`, output)
}

func after(t *testing.T, binary string) {
	p := seated(t, binary, "^BenchmarkSaysAfter$", "BenchmarkSaysAfter")
	assert.Zero(t, p.grant(t, 10).Processed)
	_, output := p.end(t)
	assert.Regexp(t, `(?m)^BenchmarkSaysAfter(-\d+)?\s+11\s.* ns/op\s.* MB/s\s+4096 tailgate-bytes\s+1\.000 tailgate-own-B/op\s`+
		`+5 B/op\s+2 allocs/op$`, output)
	alone, err := start(t, binary, "^BenchmarkSaysAfter$", "BenchmarkLoop")
	require.ErrorIs(t, err, duet.ErrGone)
	assert.NotContains(t, alone.wait(t, 0), "tailgate-", "nobody sits")
}

// Only package testing itself knows that a gate's processes run with -test.v.
func verbose(t *testing.T, binary string) {
	for env, want := range map[string]string{"": "1.000", duet.ChildEnv + "=1": "0"} {
		p, err := startIn(t, append(os.Environ(), env), binary, "^BenchmarkVerbose$", "BenchmarkVerbose")
		require.NoError(t, err, "%s", p.output)
		p.grant(t, 10)
		_, output := p.end(t)
		assert.Regexp(t, `(?m)^BenchmarkVerbose\nBenchmarkVerbose(-\d+)?\s+11\s.* ns/op\s+`+want+` verbose\s`, output)
	}
}

// What a call leaves is collected before the next one, if nothing else would collect it.
func uncollected(t *testing.T, binary string) {
	check := func(p *process) {
		cycles := 0.0
		for i := range 5 {
			r := p.grant(t, 10)
			assert.Zero(t, r.GCs, "it is not the turn's")
			require.Len(t, r.Metrics, 1)
			if i > 0 {
				assert.Equal(t, cycles+1, r.Metrics[0].Value)
			}
			cycles = r.Metrics[0].Value
		}
		p.end(t)
	}
	check(seated(t, binary, "^BenchmarkUncollected$", "BenchmarkUncollected"))
	p, err := startIn(t, append(os.Environ(), "GOGC=off"), binary, "^BenchmarkCollections$", "BenchmarkCollections")
	require.NoError(t, err, "%s", p.output)
	check(p)
}

// A function that sets GOMAXPROCS for itself is the benchmark that testing names by what it was before.
func serial(t *testing.T, binary string) {
	for _, name := range []string{"BenchmarkSerial", "BenchmarkSerialCount"} {
		p, err := startIn(t, append(os.Environ(), "GOMAXPROCS=3"), binary, "^"+name+"$", name)
		require.NoError(t, err, "%s", p.output)
		assert.Equal(t, 3, p.peer.Hello.Procs, name)
		p.grant(t, 10)
		_, output := p.end(t)
		assert.Regexp(t, `(?m)^`+name+`-3\s+1[01]\s`, output)
	}
}

func count(t *testing.T, binary string) {
	p := seated(t, binary, "^BenchmarkCount$", "BenchmarkCount")
	assert.NotZero(t, p.peer.Hello.Can&duet.BeginsAnew)
	for i, n := range []int{1, 10, 1, 1000, 3, 5000} {
		r := p.grant(t, n)
		assert.EqualValues(t, n, r.Iterations)
		allocated(t, r, objects*n, size*n)
		assert.EqualValues(t, 7, r.Processed)
		assert.Zero(t, r.GCs, "none is forced")
		// One call finds out whether there are sub-benchmarks.
		assert.ElementsMatch(t, []duet.Metric{{Unit: "n", Value: float64(n)}, {Unit: "setups", Value: float64(i + 2)}}, r.Metrics)
	}
	_, output := p.end(t)
	assert.Regexp(t, `(?m)^BenchmarkCount(-\d+)?\s+6015\s.* ns/op\s.* MB/s\s+5000 n\s+7\.000 setups\s+128 B/op\s+2 allocs/op$`, output)
}

func setUp(t *testing.T, binary string) {
	p := seated(t, binary, "^BenchmarkSetUp$", "BenchmarkSetUp")
	for range 3 {
		r := p.grant(t, 10)
		assert.Greater(t, r.Wall-r.Timed, 3*time.Millisecond)
		allocated(t, r, objects*10, size*10)
	}
	p.end(t)
}

func stopped(t *testing.T, binary string) {
	p := seated(t, binary, "^BenchmarkStopped$", "BenchmarkStopped")
	for range 3 {
		r := p.grant(t, 10)
		allocated(t, r, objects*10, size*10)
	}
	p.end(t)
}

func parallel(t *testing.T, binary string) {
	for _, procs := range []string{"1", "3"} {
		p := seated(t, binary, "^BenchmarkParallel$", "BenchmarkParallel", "-test.cpu="+procs)
		assert.EqualValues(t, procs[0]-'0', p.peer.Hello.Procs)
		for range 3 {
			allocated(t, p.grant(t, 10_000), 10_000, 64*10_000)
		}
		_, output := p.end(t)
		assert.Regexp(t, `(?m)^BenchmarkParallel(-3)?\s+30000\s`, output)
	}
	// A turn of one iteration does not make those after it share one iteration at a time.
	grains := seated(t, binary, "^BenchmarkGrain$", "BenchmarkGrain")
	long := time.Duration(0)
	for _, n := range []int{10_000, 1, 10_000, 1, 10_000} {
		r := grains.grant(t, n)
		if long > 0 {
			share := min(max(int64(100*time.Microsecond)*10_000/int64(long), 1), 10_000) // of 0.1 ms, by the last long turn
			assert.EqualValues(t, share, r.Metrics[0].Value)
		}
		if n > 1 {
			long = r.Timed
		}
	}
	grains.end(t)
	// Of several the first takes the turns.
	p := seated(t, binary, "^BenchmarkParallel$", "BenchmarkParallel", "-test.cpu=2,1", "-test.count=2")
	assert.EqualValues(t, 2, p.peer.Hello.Procs)
	p.grant(t, 10_000)
	_, output := p.end(t)
	assert.Regexp(t, `(?m)^BenchmarkParallel-2\s+10000\s`, output)
	assert.Regexp(t, `(?m)^BenchmarkParallel\s+1\s`, output)
}

func sub(t *testing.T, binary string) {
	for name, each := range map[string]int{
		"BenchmarkSub/size=1": 1, "BenchmarkSub/size=2": 2, "BenchmarkSub/size=1/count": 1, "BenchmarkSub/size=2/count": 2,
	} {
		p := seated(t, binary, "^BenchmarkSub$", name) // of all that the pattern finds one takes the turns
		allocated(t, p.grant(t, 100), each*objects*100, each*size*100)
		totals, output := p.end(t)
		assert.EqualValues(t, 100, totals.Requests, name)
		assert.Regexp(t, regexp.MustCompile(`(?m)^`+name+`(-\d+)?\s+10[01]\s`), output)
	}
}

func planted(t *testing.T, binary string) {
	in := func(plant, name string) *process {
		p, err := startIn(t, append(os.Environ(), duet.PlantEnv+"="+plant), binary, "^"+name+"$", name)
		require.NoError(t, err, "%s", p.output)
		return p
	}
	for _, name := range []string{"BenchmarkLoop", "BenchmarkCount"} {
		p := in("2ms", name)
		for _, n := range []int{1, 3} {
			assert.GreaterOrEqual(t, p.grant(t, n).Timed, time.Duration(n)*2*time.Millisecond, name)
		}
		p.end(t)

		p, err := startIn(t, append(os.Environ(), duet.PlantEnv+"=much"), binary, "^"+name+"$", name)
		require.Error(t, err)
		assert.Contains(t, p.wait(t, 1), `planted slowdown "much"`, name)
	}
}

func starts(t *testing.T, binary string) {
	p := seated(t, binary, "^BenchmarkStarts$", "BenchmarkStarts")
	p.grant(t, 1)
	began := time.Now()
	_, output := p.end(t)
	assert.Less(t, time.Since(began), 10*time.Second)
	assert.Contains(t, output, "plain=\n")
}

func orphan(t *testing.T, binary string) {
	for _, name := range []string{"BenchmarkClean", "BenchmarkCount"} {
		p := seated(t, binary, "^"+name+"$", name)
		p.grant(t, 10)
		p.peer.Close()
		output := p.wait(t, 0)
		if name == "BenchmarkClean" {
			assert.Contains(t, output, "cleaned up")
		}
	}
}

func failures(t *testing.T, binary string) {
	for _, c := range []struct {
		name, want, says string
		status           int
	}{
		{"BenchmarkFails", "BenchmarkFails has failed, or was skipped, in one of its turns", "the eleventh is too many", 1},
		{"BenchmarkErrs", "BenchmarkErrs has failed, or was skipped, in one of its turns", "cleaned up after an error", 1},
		{"BenchmarkSkips", "BenchmarkSkips has failed, or was skipped, in one of its turns", "", 0},
		{"BenchmarkBreaks", "the process ended", "benchmark function returned without B.Loop() == false", 1},
		{"BenchmarkPanics", "the process ended", "panic: the tenth is too many", 2},
		{"BenchmarkSetsN", "the benchmark sets b.N itself: 2000 iterations, and 1000 were granted", "", 0},
		{"BenchmarkMetrics", "reports 1000 metrics", "", 1},
	} {
		var p *process
		for range 5 {
			p = seated(t, binary, "^"+c.name+"$", c.name)
			_, err := p.peer.GrantPlain(t.Context(), duet.PlainTurn{Iterations: 1000})
			require.ErrorContains(t, err, c.want)
			p.peer.Close()
			if err := p.cmd.Wait(); err != nil || c.status != 2 {
				break
			}
			// The benchmark's goroutine panics, and meanwhile package testing may let the process end: either may be first.
		}
		assert.Equal(t, c.status, p.cmd.ProcessState.ExitCode(), "%s: %s", c.name, p.output)
		assert.Contains(t, p.output.String(), c.says, c.name)
	}
}

func none(t *testing.T, binary string) {
	for _, name := range []string{"BenchmarkLoop", "BenchmarkCount"} {
		p := seated(t, binary, "^"+name+"$", name)
		totals, output := p.end(t)
		assert.Zero(t, totals)
		assert.Regexp(t, `(?m)^`+name+`(-\d+)?\s+1\s+\d.* ns/op`, output)
	}
}

func alone(t *testing.T, binary string) {
	p, err := start(t, binary, "^BenchmarkCount$", "BenchmarkLoop")
	require.ErrorIs(t, err, duet.ErrGone)
	assert.Regexp(t, `(?m)^BenchmarkCount(-\d+)?\s+1\s`, p.wait(t, 0))
}
