//go:build unix && !aix && !solaris

package overlay

import (
	"flag"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/duet"
)

var (
	besideDir   = flag.String("beside", "", "the folder of a package whose benchmarks are run in turns and in whole, side by side")
	besideBench = flag.String("besidebench", ".", "with -beside: a pattern of names")
)

// TestBesideGoTestBench prints what turns measure beside what go test -bench measures of the same source without hooks, in rounds
// that alternate: half a second each way. It is for a look, and only holds that both ways measure something.
func TestBesideGoTestBench(t *testing.T) {
	if *besideDir == "" {
		t.Skip("run with -beside")
	}
	r := have(t, "local")
	hooked, plain := r.test(t, *besideDir, true), r.test(t, *besideDir, false)
	pattern, err := regexp.Compile(*besideBench)
	require.NoError(t, err)
	list, err := exec.Command(plain, "-test.list=^Benchmark").Output()
	require.NoError(t, err)
	fmt.Printf("%-48s %10s %10s %7s   %12s %12s   %9s %9s\n", "", "whole", "turns", "", "whole", "turns", "whole", "turns")
	looked := 0
	for _, name := range strings.Fields(string(list)) {
		if !pattern.MatchString(name) {
			continue
		}
		looked++
		var ns, bytes, allocs [2][]float64
		for range 7 {
			one := whole(t, plain, name)
			n, b, a := one["ns/op"], one["B/op"], one["allocs/op"]
			require.Positive(t, n, "%s in whole", name)
			ns[0], bytes[0], allocs[0] = append(ns[0], n), append(bytes[0], b), append(allocs[0], a)
			n, b, a = inTurns(t, hooked, name)
			require.Positive(t, n, "%s in turns", name)
			ns[1], bytes[1], allocs[1] = append(ns[1], n), append(bytes[1], b), append(allocs[1], a)
		}
		m := func(v []float64) float64 { slices.Sort(v); return v[len(v)/2] }
		fmt.Printf("%-48s %10.4g %10.4g %+6.1f%%   %12.0f %12.2f   %9.0f %9.3f\n", name, m(ns[0]), m(ns[1]), 100*(m(ns[1])/m(ns[0])-1),
			m(bytes[0]), m(bytes[1]), m(allocs[0]), m(allocs[1]))
	}
	require.Positive(t, looked, "no benchmark in %s matches", *besideDir)
}

func whole(t *testing.T, binary, name string) map[string]float64 {
	out, err := exec.Command(binary, "-test.run=^$", "-test.bench=^"+name+"$", "-test.benchtime=500ms", "-test.benchmem").Output()
	require.NoError(t, err)
	values := map[string]float64{}
	for line := range strings.Lines(string(out)) {
		if words := strings.Fields(line); strings.HasPrefix(line, name) && len(words) > 2 {
			for i := 2; i+1 < len(words); i += 2 {
				values[words[i+1]], err = strconv.ParseFloat(words[i], 64)
				require.NoError(t, err)
			}
		}
	}
	return values
}

func inTurns(t *testing.T, binary, name string) (ns, bytes, allocs float64) {
	p := seated(t, binary, "^"+name+"$", name)
	n := 1
	for range 30 {
		r := p.grant(t, n)
		want := max(time.Millisecond, r.Wall-r.Timed)
		n = max(1, min(int(float64(n)*float64(want)/float64(max(r.Timed, 1))), 100*n))
	}
	var all duet.PlainResult
	for began := time.Now(); time.Since(began) < time.Second && all.Timed < 500*time.Millisecond; {
		r := p.grant(t, n)
		all.Iterations += r.Iterations
		all.Timed += r.Timed
		all.Bytes += r.Bytes
		all.Allocations += r.Allocations
	}
	p.end(t)
	per := func(v int64) float64 { return float64(v) / float64(all.Iterations) }
	return per(int64(all.Timed)), per(all.Bytes), per(all.Allocations)
}
