package measure_test

import (
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/measure"
	"github.com/tailgate-go/tailgate/internal/testbed/neighbour"
)

var (
	record = flag.Bool("record", false,
		"make the recordings of testdata/duets anew: half an hour on a machine that does nothing else; needs -timeout 0")
	recordOnly  = flag.String("recordonly", "", "with -record: only the recordings whose name the pattern matches, as busy-5ms")
	recordParts = flag.Int("recordparts", 1, "with -record: one of so many launches and pairs of turns, to try whether all works")
)

// recorded are the duets that ship, of a benchmark of ./workload each, in which a request takes about as long as the name says. (On
// a machine that does nothing else BenchmarkMLP takes 14 ms, not 50.)
var recorded = []struct {
	name string
	duet measure.Duet
}{
	// Turns of 1 ms, as a gate's are, of links of which each launch has two: how code is laid out is part of its noise.
	{"100us", measure.Duet{Benchmark: "Decoder/step/lora=off", Launches: 24, Pairs: 420, Requests: 10, Links: 20}},
	{"5ms", measure.Duet{Benchmark: "MLPSmall", Launches: 24, Pairs: 600, Requests: 1}},
	{"50ms", measure.Duet{Benchmark: "Decoder/phase=decode/batch=8/lora=off", Launches: 12, Pairs: 120, Requests: 1}},
}

// TestRecord records duets of benchmarks with themselves, quiet and beside a neighbour that compiles on all CPUs.
func TestRecord(t *testing.T) {
	if !*record {
		t.Skip("run with -record")
	}
	only, err := regexp.Compile(*recordOnly)
	require.NoError(t, err)
	for _, machine := range []string{"quiet", "busy"} {
		for _, of := range recorded {
			name := machine + "-" + of.name
			if !only.MatchString(name) {
				continue
			}
			t.Run(name, func(t *testing.T) {
				beside := "none"
				if machine == "busy" {
					beside = "go build -a std, again and again"
					neighbour.Start(t)
					time.Sleep(20 * time.Second) // until it is in full swing
				}
				recordDuet(t, name, of.name, beside, of.duet)
			})
		}
	}
}

func recordDuet(t *testing.T, name, request, beside string, d measure.Duet) {
	d.Dir, d.Seed = "../../workload", rand.Uint64()
	d.Launches, d.Pairs, d.Links = part(d.Launches), part(d.Pairs), part(d.Links)
	r := recording{name: name, about: []fact{
		{"what", "a duet of a benchmark with itself, one side's turn after the other's"},
		{"when", time.Now().UTC().Format(time.RFC3339)},
		{"cpu", cpu(t) + ", " + strconv.Itoa(runtime.NumCPU())}, {"go", runtime.Version()}, {"load", load(t)},
		{"benchmark", "Benchmark" + d.Benchmark + " of workload"}, {"neighbour", beside},
		{requestKey, request}, {requestsKey, strconv.Itoa(d.Requests)}, {pairsKey, strconv.Itoa(d.Pairs)},
		{"seed", strconv.FormatUint(d.Seed, 10)},
	}}
	began := time.Now()
	err := d.Record(t.Context(), func(links [2]int64) {
		r.launches = append(r.launches, launch{links: links})
	}, func(first int, results [2]*duet.Result) {
		turn := turns{candidateFirst: first == 1}
		for side, result := range results {
			turn.ns[side], turn.cpu[side] = slices.Clone(result.Latencies), int64(result.CPU)
		}
		last := &r.launches[len(r.launches)-1]
		last.turns = append(last.turns, turn)
	})
	require.NoError(t, err)
	r.about = append(r.about, fact{"load-after", load(t)}, fact{"took", time.Since(began).Round(time.Second).String()})
	require.NoError(t, r.save(filepath.Join(recordings, name+".txt.gz")))
}

// part is one of so many; where there is one, it is one.
func part(n int) int { return (n + *recordParts - 1) / *recordParts }

func load(t *testing.T) string {
	data, err := os.ReadFile("/proc/loadavg")
	require.NoError(t, err)
	return strings.Fields(string(data))[0]
}

func cpu(t *testing.T) string {
	data, err := os.ReadFile("/proc/cpuinfo")
	require.NoError(t, err)
	for line := range strings.Lines(string(data)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.TrimSpace(strings.TrimLeft(name, "\t :"))
		}
	}
	return "unknown"
}
