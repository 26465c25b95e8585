//go:build unix && !aix && !solaris

package measure

import (
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/testbed/neighbour"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

var (
	recordPlain = flag.String("recordplain", "", "make the recordings of testdata/plain anew, of clones of public repositories in "+
		"this `folder`: 10 minutes on a machine that does nothing else; needs -timeout 0")
	recordPlainOnly = flag.String("recordplainonly", "",
		"with -recordplain: only the recordings whose name the pattern matches, as busy-gjson")
	recordPlainEach = flag.Int("recordplainlaunches", 24, "with -recordplain: launches of a recording")
)

// plainlyRecorded are the plain benchmarks whose turns ship: six of public repositories and two of this one.
var plainlyRecorded = []struct{ name, dir, benchmark string }{
	{"gjson-Valid", "gjson", "Valid"},
	{"btree-InsertG", "btree", "InsertG"},
	{"btree-SeekG", "btree", "SeekG"},
	{"hdrhistogram-RecordValue", "hdrhistogram-go", "HistogramRecordValue"},
	{"uuid-String", "uuid", "UUID_String"},
	{"fastjson-ObjectGet", "fastjson", "ObjectGet/items_10/lookups_0"},
	{"stats-SignedRank", "../stats", "SignedRank/n=20"},
	{"sse-Reader", "../sse", "Reader/from=memory/read=4096_bytes"},
}

// TestRecordPlain records turns of plain benchmarks with themselves, and whole runs of the same time between them, quiet and beside
// a neighbour that compiles on all CPUs.
func TestRecordPlain(t *testing.T) {
	if *recordPlain == "" {
		t.Skip("run with -recordplain")
	}
	only, err := regexp.Compile(*recordPlainOnly)
	require.NoError(t, err)
	for _, machine := range []string{"quiet", "busy"} {
		for _, of := range plainlyRecorded {
			name := machine + "-" + of.name
			if !only.MatchString(name) {
				continue
			}
			t.Run(name, func(t *testing.T) {
				dir := of.dir
				if !strings.HasPrefix(dir, "../") {
					dir = filepath.Join(*recordPlain, dir)
				}
				scratch, err := testbin.NewScratch()
				require.NoError(t, err)
				defer func() { require.NoError(t, scratch.Close()) }()
				bin, err := scratch.Build(t.Context(), dir)
				require.NoError(t, err)
				require.Empty(t, bin.NoTurns)
				if machine == "busy" {
					neighbour.Start(t)
					time.Sleep(20 * time.Second) // until it is in full swing
				}
				r := plainRecording{about: []string{
					"what: turns of a plain benchmark with itself, and whole runs of the same time",
					"when: " + time.Now().UTC().Format(time.RFC3339), "cpus: " + strconv.Itoa(runtime.NumCPU()),
					"benchmark: Benchmark" + of.benchmark + " of " + of.dir, "machine: " + machine, "go: " + runtime.Version(),
				}}
				for range *recordPlainEach {
					r.launches = append(r.launches, recordPlainLaunch(t, bin, of.benchmark))
				}
				require.NoError(t, r.save(filepath.Join("testdata", "plain", name+".txt.gz")))
			})
		}
	}
}

// recordPlainLaunch is a launch of a duet and a pair of whole runs that measure as long.
func recordPlainLaunch(t *testing.T, bin *testbin.Binary, benchmark string) (l plainLaunch) {
	const path = "recorded"
	g := newGate(Order{
		Judge: judge.By(policy.Policy{}), Timeout: time.Minute, Budget: time.Hour, Seed: rand.Uint64(), Doc: &report.Document{},
	})
	for _, s := range g.sides {
		s.bins = map[string]*testbin.Binary{path: bin}
	}
	one := judge.Results{Benchmarks: []judge.Benchmark{{
		ID: policy.ID{Package: path, Name: benchmark, Procs: runtime.GOMAXPROCS(0)}, Metrics: map[string][]float64{"ns/op": {1}},
	}}}
	m := newMeasurement(g, g.order.Judge.Pairs(one, one)[0], g.order.Judge.Plan(1))
	m.choose(t.Context())
	require.True(t, m.plain)
	d := &iterations{duo: &duo{of: m}}
	defer d.kill()
	require.NoError(t, d.start(t.Context()))
	var timed time.Duration
	require.NoError(t, d.held(t.Context(), d, func() error {
		for range d.turns {
			order := d.draw()
			results, err := d.grant(t.Context(), order, d.turn)
			if err != nil {
				return err
			}
			l.add(order[0], results)
			timed += (results[0].Timed + results[1].Timed) / 2
		}
		return nil
	}))
	_, _, err := d.end(t.Context())
	require.NoError(t, err)
	for _, i := range g.draw(m.sides) {
		l.whole[i] = wholeNs(t, bin.Path, bin.Dir, benchmark, timed)
	}
	return l
}

var nsPerOp = regexp.MustCompile(`\s([0-9.]+) ns/op`)

func wholeNs(t *testing.T, binary, dir, benchmark string, long time.Duration) float64 {
	cmd := exec.Command(binary, "-test.run=^$", "-test.bench="+pattern(benchmark), "-test.benchtime="+long.String())
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), duet.ChildEnv+"=1")
	out, err := cmd.Output()
	require.NoError(t, err, "%s", out)
	m := nsPerOp.FindSubmatch(out)
	require.NotNil(t, m, "%s", out)
	ns, err := strconv.ParseFloat(string(m[1]), 64)
	require.NoError(t, err)
	return ns
}

func (l *plainLaunch) add(first int, results each[*duet.PlainResult]) {
	turn := plainTurns{candidateFirst: first == candidateSide}
	for i := range turn.iterations {
		r := results[i]
		turn.iterations[i], turn.timed[i], turn.gcs[i] = r.Iterations, int64(r.Timed), r.GCs
	}
	l.turns = append(l.turns, turn)
}
