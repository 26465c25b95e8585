package growth

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/pprof/profile"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const shop = Module("example.com/shop")

// frame is a function at a line.
type frame struct {
	function string
	line     int64
}

// cpu is a CPU profile of stacks, each with the innermost frame first, seen so many times 10 ms.
func cpu(stacks map[string][]frame, seen map[string]int64) *profile.Profile {
	p := &profile.Profile{SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}, {Type: "cpu", Unit: "nanoseconds"}}}
	for name, stack := range stacks {
		s := &profile.Sample{Value: []int64{seen[name], seen[name] * 10e6}}
		for _, f := range stack {
			s.Location = append(s.Location, &profile.Location{
				Line: []profile.Line{{Line: f.line, Function: &profile.Function{Name: f.function, Filename: "f.go"}}},
			})
		}
		p.Sample = append(p.Sample, s)
	}
	return p
}

var stacks = map[string][]frame{
	"tokenize":  {{"example.com/shop.tokenize", 12}, {"example.com/shop.serve", 3}},
	"sort":      {{"sort.insertionSort", 9}, {"sort.Sort", 2}, {"example.com/shop.rank", 40}, {"example.com/shop.serve", 4}},
	"yaml":      {{"runtime.mallocgc", 1}, {"gopkg.in/yaml%2ev3.parse", 7}, {"encoding.x", 1}, {"example.com/shop.load[...]", 21}},
	"collector": {{"runtime.scanobject", 5}, {"runtime.gcBgMarkWorker", 6}},
	"waiting": {
		{"syscall.read", 5}, {"github.com/tailgate-go/tailgate/internal/duet.(*Seat).wait", 6}, {"example.com/shop.serve", 4},
	},
}

func profiles(requests int64, seen map[string]int64) *Profiles {
	p := NewProfiles(shop)
	p.Add(cpu(stacks, seen), "cpu", requests)
	return p
}

func names(d Diff) []string {
	var out []string
	for _, f := range d.Functions {
		out = append(out, f.Name)
	}
	return out
}

func TestCostsBelongToTheInnermostFunctionOfAModule(t *testing.T) {
	d := Compare(profiles(100, map[string]int64{"tokenize": 100, "sort": 100, "yaml": 100, "collector": 100, "waiting": 500}),
		profiles(100, map[string]int64{"tokenize": 150, "sort": 400, "yaml": 130, "collector": 110, "waiting": 900}))
	assert.Equal(t, []string{
		"example.com/shop.rank", "example.com/shop.tokenize", "gopkg.in/yaml%2ev3.parse", "runtime.gcBgMarkWorker",
	}, names(d))
	assert.Equal(t, "nanoseconds", d.Unit)
	assert.InDelta(t, 40e6, d.Baseline, 1e-6, "400 samples of 10 ms in 100 requests; what waits for the gate does not count")
	assert.InDelta(t, 39e6, d.Growth(), 1e-6)
	assert.InDelta(t, 30e6, d.Functions[0].Growth(), 1e-6)
	assert.EqualValues(t, 40, d.Functions[0].Line)
	assert.Empty(t, d.Functions[0].Via)
	assert.Equal(t, "example.com/shop.load[...]", d.Functions[2].Via)
	assert.InDelta(t, 300/math.Sqrt(500), d.Functions[0].Z, 1e-9, "Poisson")
	assert.True(t, d.Leads())
	assert.InDelta(t, 0.1e6*math.Sqrt(400+790), d.Deviation, 1e-3)
	assert.InDelta(t, 39e6+3*d.Deviation, d.AtMost(), 1e-3)
}

// TestWhatNoRequestDidDoesNotCount has stacks as the profiles of a plain benchmark in turns have them.
func TestWhatNoRequestDidDoesNotCount(t *testing.T) {
	const plain = "example.com/shop.BenchmarkPlain"
	loop := []frame{{"testing.(*B).Loop", 503}, {plain, 50}, {"testing.(*B).runN", 219}, {"testing.(*B).run1.func1", 245}}
	inLoop := func(inner ...frame) []frame { return append(inner, loop...) }
	for _, c := range []struct {
		name  string
		stack []frame
		want  string // empty: it does not count
		via   string
	}{
		{"what the benchmark itself does", loop[1:], plain, ""},
		{"a pass of its loop", loop, plain, ""},
		{"waiting for a turn", inLoop(frame{"internal/runtime/syscall.Syscall6", 1},
			frame{"testing.(*tailgate_PlainSeat).Next", 90}, frame{"testing.tailgate_next", 58},
			frame{"testing.(*B).stopOrScaleBLoop", 112}, frame{"testing.(*B).loopSlowPath", 453}), "", ""},
		{"reading the CPU time", inLoop(frame{"syscall.Getrusage", 1}, frame{"testing.tailgate_usage", 9},
			frame{"testing.(*tailgate_PlainSeat).granted", 100}, frame{"testing.(*tailgate_PlainSeat).Next", 84}), "", ""},
		{"scaling, as the release does it", inLoop(frame{"testing.(*B).tailgate_stopOrScaleBLoop", 394}), "", ""},
		{"the memory statistics of a timer that the benchmark stops", append([]frame{
			{"runtime.ReadMemStats", 1}, {"testing.(*B).StopTimer", 154}}, loop[1:]...), "", ""},
		{"a collection before a run", []frame{{"runtime.GC", 1}, {"testing.tailgate_collect", 39}, {"testing.(*B).runN", 204}}, "", ""},
		{"what follows a b.N function", []frame{{"runtime.ReadMemStats", 1}, {"testing.(*B).runN", 220}, {"testing.(*B).launch", 140}},
			"", ""},
		{"a b.N function", []frame{{"example.com/shop.rank", 9}, {plain, 61}, {"testing.(*B).runN", 219}, {"testing.(*B).launch", 140}},
			"example.com/shop.rank", ""},
		{"a goroutine of RunParallel", []frame{{"sync/atomic.AddUint64", 1}, {"testing.(*PB).Next", 923}, {plain + ".func1", 70},
			{"testing.(*B).RunParallel.func1", 977}}, plain + ".func1", ""},
		{"whoever waits for those goroutines", append([]frame{{"sync.(*WaitGroup).Wait", 1}, {"testing.(*B).RunParallel", 980}},
			loop[1:]...), "", ""},
		{"what is planted", inLoop(frame{"time.Since", 1}, frame{"testing.tailgate_burn", 66},
			frame{"testing.(*B).stopOrScaleBLoop", 107}), "testing.tailgate_burn", plain},
		{"a goroutine of the seat's", []frame{{"syscall.read", 1}, {"testing.(*tailgate_PlainSeat).Next.func1", 90}}, "", ""},
		{"a goroutine of the hook's", []frame{{"syscall.read", 1}, {"testing.tailgate_accept.func1", 90}}, "", ""},
		{"TestMain", []frame{{"example.com/shop.rank", 9}, {"example.com/shop.TestMain", 12}, {"main.main", 55},
			{"runtime.main", 283}}, "", ""},
		{"whoever waits for a benchmark", []frame{{"runtime.chanrecv1", 1}, {"testing.(*M).Run", 1}, {"main.main", 55},
			{"runtime.main", 283}}, "", ""},
		{"a goroutine of the benchmark's", []frame{{"sort.Sort", 2}, {"example.com/shop.rank", 9}, {plain + ".gowrap1", 12}},
			"example.com/shop.rank", ""},
		{"the collector", stacks["collector"], "runtime.gcBgMarkWorker", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := NewProfiles(shop)
			p.Add(cpu(map[string][]frame{"it": c.stack}, map[string]int64{"it": 3}), "cpu", 1)
			d := Compare(NewProfiles(shop), p)
			if c.want == "" {
				assert.Empty(t, d.Functions)
				assert.Zero(t, d.Candidate)
				return
			}
			require.Len(t, d.Functions, 1)
			assert.Equal(t, c.want, d.Functions[0].Name)
			assert.Equal(t, c.via, d.Functions[0].Via)
			assert.InDelta(t, 30e6, d.Candidate, 0)
		})
	}
}

func TestInlinedFramesAreFrames(t *testing.T) {
	p := cpu(map[string][]frame{"a": {{"example.com/shop.outer", 8}}}, map[string]int64{"a": 5})
	location := p.Sample[0].Location[0]
	location.Line = append([]profile.Line{{Line: 3, Function: &profile.Function{Name: "example.com/shop.inlined"}}}, location.Line...)
	candidate := NewProfiles(shop)
	candidate.Add(p, "cpu", 1)
	d := Compare(NewProfiles(shop), candidate)
	assert.Equal(t, []string{"example.com/shop.inlined"}, names(d))
	assert.EqualValues(t, 3, d.Functions[0].Line)
	assert.Zero(t, d.Baseline, "a side without requests costs nothing")
}

func TestRequestsNeedNotBeEqual(t *testing.T) {
	d := Compare(profiles(100, map[string]int64{"tokenize": 100, "sort": 200}),
		profiles(50, map[string]int64{"tokenize": 50, "sort": 100}))
	assert.InDelta(t, 0, d.Growth(), 1e-6)
	for _, f := range d.Functions {
		assert.InDelta(t, 0, f.Growth(), 1e-6, f.Name)
	}
	assert.False(t, d.Leads())
}

func TestTheLineThatGrew(t *testing.T) {
	twoLines := map[string][]frame{"first": {{"example.com/shop.f", 10}}, "second": {{"example.com/shop.f", 11}}}
	side := func(first, second int64) *Profiles {
		p := NewProfiles(shop)
		p.Add(cpu(twoLines, map[string]int64{"first": first, "second": second}), "cpu", 10)
		return p
	}
	assert.EqualValues(t, 11, Compare(side(500, 10), side(500, 100)).Functions[0].Line, "not the line that costs most")

	moved := side(100, 500) // a line before the one that cost 500 is new
	moved.Was = func(file string, line int64) int64 {
		assert.Equal(t, "f.go", file)
		return map[int64]int64{10: 0, 11: 10}[line]
	}
	assert.EqualValues(t, 11, Compare(side(500, 0), side(100, 500)).Functions[0].Line)
	assert.EqualValues(t, 10, Compare(side(500, 0), moved).Functions[0].Line)
}

func TestSourceOfAModule(t *testing.T) {
	dir := filepath.FromSlash("/tmp/tree/chat/model")
	assert.Equal(t, filepath.FromSlash("/tmp/tree/chat/rank.go"),
		shop.Source("example.com/shop/rank.go", "example.com/shop/model", dir))
	assert.Equal(t, filepath.Join(dir, "rank.go"), shop.Source("example.com/shop/rank.go", "example.com/shop", dir))
	for _, file := range []string{"example.com/other@v1.0.0/a.go", "sort/sort.go", "example.com/shop/../../etc/passwd", ""} {
		assert.Empty(t, shop.Source(file, "example.com/shop/model", dir), file)
	}
	assert.Empty(t, shop.Source("example.com/shop/rank.go", "example.com/shop/other", dir))
}

func TestLuckIsNotGrowth(t *testing.T) {
	for _, c := range []struct {
		name                string
		baseline, candidate int64
		sure                bool
	}{
		{"a hundred samples more of a thousand are luck", 1000, 1100, false},
		{"a hundred and fifty are not", 1000, 1150, true},
		{"eight out of nothing are luck", 0, 8, false},
		{"nine out of nothing are a growth", 0, 9, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := Compare(profiles(10, map[string]int64{"tokenize": c.baseline}), profiles(10, map[string]int64{"tokenize": c.candidate}))
			assert.Equal(t, c.sure, d.Functions[0].Name == "example.com/shop.tokenize" && d.Functions[0].Sure())
		})
	}
}

// TestLeadsIsRarelyWrong draws profiles of four functions, one of which grew by a fifth.
func TestLeadsIsRarelyWrong(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 0))
	poisson := func(mean float64) int64 { // by the normal law, good for means of hundreds
		return int64(max(0, math.Round(mean+math.Sqrt(mean)*random.NormFloat64())))
	}
	leads, wrong, false0 := 0, 0, 0
	for range 2000 {
		draw := func(tokenize float64) *Profiles {
			return profiles(100, map[string]int64{
				"tokenize": poisson(tokenize), "sort": poisson(500), "yaml": poisson(800), "collector": poisson(200),
			})
		}
		if d := Compare(draw(500), draw(700)); d.Leads() {
			leads++
			if d.Functions[0].Name != "example.com/shop.tokenize" {
				wrong++
			}
		}
		if d := Compare(draw(500), draw(500)); d.Leads() {
			false0++
		}
	}
	assert.Greater(t, leads, 1200)
	assert.LessOrEqual(t, wrong, 2)
	assert.LessOrEqual(t, false0, 2000*4/740, "four functions, each with the luck of one in 740")
}

func TestModule(t *testing.T) {
	for function, want := range map[string]string{
		"example.com/shop.serve": "module", "example.com/shop/chat.serve": "module", "example.com/shop_test.BenchmarkX.func1": "module",
		"example.com/shopping.serve": "other", "gopkg.in/yaml%2ev3.parse": "other",
		"sort.Sort": "standard", "net/http.(*conn).serve": "standard", "vendor/golang.org/x/net/http2.f": "standard",
		"slices.SortFunc[go.shape.[]example.com/shop.T]": "standard", "": "standard",
	} {
		got := "other"
		switch {
		case shop.has(function):
			got = "module"
		case shop.isStandard(function):
			got = "standard"
		}
		assert.Equal(t, want, got, function)
	}
	assert.True(t, Module("shop").has("shop/chat.serve"), "a path without a dot")
	assert.False(t, Module("shop").isStandard("shop/chat.serve"))
	assert.True(t, Module("").isStandard("main.main"))

	executable, err := os.Executable()
	require.NoError(t, err)
	m, err := ReadModule(executable)
	require.NoError(t, err)
	assert.Equal(t, Module("github.com/tailgate-go/tailgate"), m)
	_, err = ReadModule("growth_test.go")
	assert.Error(t, err)
}

func TestProfileOfAnotherType(t *testing.T) {
	p := NewProfiles(shop)
	p.Add(cpu(stacks, nil), "delay", 3)
	assert.EqualValues(t, 3, p.Requests)
	assert.Empty(t, Compare(p, p).Functions)
	assert.False(t, Compare(p, p).Leads())
}
