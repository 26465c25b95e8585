//go:build unix

package duet

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// act plays a process that says whatever it likes: hello first, then what script returns for each frame that the gate sends,
// nil for silence. It hangs up when the gate does, or when it is out of lines.
func act(t *testing.T, hello []byte, script ...func(kind byte, body []byte) []byte) (r, w *os.File) {
	t.Helper()
	fromGate, w, err := os.Pipe()
	require.NoError(t, err)
	r, toGate, err := os.Pipe()
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer fromGate.Close()
		defer toGate.Close()
		var in inbox
		if _, err := toGate.Write(hello); err != nil {
			return
		}
		for _, line := range script {
			kind, body, err := in.next(fromGate)
			if err != nil {
				return
			}
			if _, err := toGate.Write(line(kind, body)); err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		r.Close()
		w.Close()
		<-done
	})
	return r, w
}

var honestHello = appendHello(nil, Hello{PID: 7, Procs: 2, Benchmark: "BenchmarkX"})

// honest is a result of the first turn, of two requests of 2 us and 3 us.
func honest() *Result {
	return &Result{
		Number: 1, Latencies: []int64{2000, 3000}, Concurrency: 1, Wall: 5 * time.Microsecond, Timed: 5 * time.Microsecond,
		Stages: []Stage{{"model", []int64{1000, 1500}}},
		TTFT:   []int64{500}, TPOT: []int64{100}, Gaps: []int64{100, 100},
		CPU: 5 * time.Microsecond, Switches: 1, GCs: 1,
	}
}

func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

func say(frame []byte) func(byte, []byte) []byte { return func(byte, []byte) []byte { return frame } }

func TestHonestPeerIsBelieved(t *testing.T) {
	r, w := act(t, honestHello,
		say(appendResult(nil, honest())),
		func(kind byte, _ []byte) []byte {
			assert.Equal(t, byte(kindEnd), kind)
			return appendTotals(nil, Totals{Requests: 2, Allocations: 3, Bytes: 4})
		})
	p, err := Open(t.Context(), r, w)
	require.NoError(t, err)
	assert.Equal(t, Hello{PID: 7, Procs: 2, Benchmark: "BenchmarkX"}, p.Hello)
	result, err := p.Grant(t.Context(), Turn{Requests: 2})
	require.NoError(t, err)
	assert.GreaterOrEqual(t, result.Took, time.Microsecond)
	result.Took = 0
	assert.Equal(t, honest(), result)
	totals, err := p.End(t.Context())
	require.NoError(t, err)
	assert.Equal(t, Totals{2, 3, 4}, totals)
	_, err = p.Grant(t.Context(), Turn{Requests: 1})
	assert.ErrorContains(t, err, "closed")
}

// Whatever a process says that cannot be is an error that says so, and the next turn is not granted.
func TestLiesAreFound(t *testing.T) {
	hour := int64(time.Hour)
	for name, c := range map[string]struct {
		lie  func(r *Result)
		want string
	}{
		"another turn":    {func(r *Result) { r.Number = 2 }, "a result of turn 2"},
		"fewer latencies": {func(r *Result) { r.Latencies = r.Latencies[:1] }, "1 latencies, and 2 requests were granted"},
		"more latencies": {
			func(r *Result) { r.Latencies = append(r.Latencies, 1) }, "3 latencies, and 2 requests were granted",
		},
		"no latencies":           {func(r *Result) { r.Latencies = nil }, "0 latencies, and 2 requests were granted"},
		"a negative latency":     {func(r *Result) { r.Latencies[1] = -5 }, "latency: -5 is negative"},
		"a long latency":         {func(r *Result) { r.Latencies[1] = hour }, "a latency of 1h0m0s, and all was over after"},
		"the longest latency":    {func(r *Result) { r.Latencies[1] = math.MaxInt64 }, "a latency of"},
		"no concurrency":         {func(r *Result) { r.Concurrency = 0 }, "0 of 2 requests in flight"},
		"concurrency of more":    {func(r *Result) { r.Concurrency = 3 }, "3 of 2 requests in flight"},
		"a long turn":            {func(r *Result) { r.Wall = time.Hour }, "a turn of 1h0m0s, and all was over after"},
		"a negative turn":        {func(r *Result) { r.Wall = -1 }, "wall time: -1 is negative"},
		"a long timer":           {func(r *Result) { r.Timed = time.Second }, "timer ran for 1s of a turn of 5"},
		"much CPU time":          {func(r *Result) { r.CPU = time.Hour }, "1h0m0s of CPU time within"},
		"negative CPU time":      {func(r *Result) { r.CPU = -1 }, "CPU time: -1 is negative"},
		"negative idle CPU time": {func(r *Result) { r.Idle = -1 }, "idle CPU time: -1 is negative"},
		"negative switches":      {func(r *Result) { r.Switches = -1 }, "involuntary switches: -1 is negative"},
		"negative GCs":           {func(r *Result) { r.GCs = -1 }, "garbage collections: -1 is negative"},
		"more of a stage":        {func(r *Result) { r.Stages[0].Times = []int64{1, 1, 1} }, "stage model: 3 times of 2 requests"},
		"a long stage": {
			func(r *Result) { r.Stages[0].Times[0] = 5000 }, "stage model: 5µs and then 1.5µs, where 5µs is all there was",
		},
		"long stages": {func(r *Result) { r.Stages = append(r.Stages, Stage{"post", []int64{2501}}) },
			"stage post: 0s and then 2.501µs, where 2.5µs is all"},
		"a negative stage": {func(r *Result) { r.Stages[0].Times[0] = -1 }, "time in stage model: -1 is negative"},
		"a stage twice": {
			func(r *Result) { r.Stages = append(r.Stages, Stage{"model", []int64{1}}) }, `stages: "model" comes twice`,
		},
		"a stage with no name": {func(r *Result) { r.Stages[0].Name = "" }, `stages: "" has 2 times`},
		"a stage with a long name": {
			func(r *Result) { r.Stages[0].Name = strings.Repeat("x", maxName+1) }, "stage: 1025, where 1024 is the most",
		},
		"many stages": {func(r *Result) {
			for i := range maxStages {
				r.Stages = append(r.Stages, Stage{string(rune('a' + i)), []int64{0}})
			}
		}, "stages: 65, where 64 is the most"},
		"more first tokens":     {func(r *Result) { r.TTFT = []int64{1, 1, 1} }, "3 times to first token of 2 requests"},
		"a late first token":    {func(r *Result) { r.TTFT[0] = 5001 }, "times to first token: 0s and then 5.001µs"},
		"long gaps":             {func(r *Result) { r.Gaps[1] = 4401 }, "token gaps: 100ns and then 4.401µs, where 4.5µs is all"},
		"gaps of no request":    {func(r *Result) { r.TTFT, r.TPOT = nil, nil }, "2 token gaps, and no request had a token"},
		"more tpot than tokens": {func(r *Result) { r.TPOT = []int64{1, 1} }, "2 times per output token, and 1 requests had a token"},
		"a long tpot":           {func(r *Result) { r.TPOT[0] = 201 }, "times per output token: 0s and then 201ns, where 200ns is all"},
	} {
		t.Run(name, func(t *testing.T) {
			result := honest()
			c.lie(result)
			r, w := act(t, honestHello, say(appendResult(nil, result)), say(nil))
			p, err := Open(t.Context(), r, w)
			require.NoError(t, err)
			defer p.Close()
			_, err = p.Grant(t.Context(), Turn{Requests: 2})
			require.ErrorContains(t, err, c.want)
			assert.ErrorContains(t, err, "duet: BenchmarkX: turn 1: a result that cannot be: ")
			_, again := p.Grant(t.Context(), Turn{Requests: 2})
			assert.Equal(t, err, again)
		})
	}
}

func TestLatenciesThatAddUpToTooMuch(t *testing.T) {
	const took = 10 * time.Millisecond
	of := func(latency time.Duration, n, concurrency int) error {
		r := &Result{Number: 1, Latencies: slices.Repeat([]int64{int64(latency)}, n), Concurrency: concurrency}
		return r.check(1, Turn{Requests: n}, took, 2)
	}
	assert.NoError(t, of(11*time.Millisecond, 1, 1), "exactly what there was, and the slack")
	assert.ErrorContains(t, of(11*time.Millisecond+1, 1, 1), "a latency of 11.000001ms, and all was over after 10ms")
	assert.NoError(t, of(time.Millisecond, 11, 1))
	assert.ErrorContains(t, of(time.Millisecond+1, 11, 1), "where 11ms is all there was")
	assert.NoError(t, of(11*time.Millisecond, 4, 4), "four at a time")
	assert.ErrorContains(t, of(11*time.Millisecond, 5, 4), "where 44ms is all there was")
}

func TestWhatIsNotTheProtocol(t *testing.T) {
	result := appendResult(nil, honest())
	huge := binary.LittleEndian.AppendUint32(nil, math.MaxUint32)
	for name, c := range map[string]struct {
		hello []byte
		lines [][]byte
		want  string
	}{
		"garbage":                 {hello: []byte("goos: linux\ngoarch: amd64\n"), want: `a frame of unknown kind ':'`},
		"a huge frame":            {hello: append(huge, kindHello), want: "4294967295 bytes, where 4096 is the most"},
		"a frame of unknown kind": {hello: []byte{0, 0, 0, 0, 'Z'}, want: "a frame of unknown kind 'Z'"},
		"no magic": {
			hello: finish(append(begin(nil, kindHello), "hello"...)), want: "this is no benchmark process of tailgate's",
		},
		"another version": {hello: finish(appendVersion(begin(nil, kindHello), 2)),
			want: "the gate speaks version 1 of the duet and the benchmark's tailgate version 2"},
		"hello cut short":       {hello: finish(appendVersion(begin(nil, kindHello), 1)), want: "hello: process id: cut short"},
		"hello with more":       {hello: finish(append(slices.Clone(honestHello), 'x')), want: "hello: 1 bytes too many"},
		"hello without a name":  {hello: appendHello(nil, Hello{PID: 1, Procs: 1}), want: `hello: benchmark: "" is no name`},
		"a name of no text":     {hello: appendHello(nil, Hello{PID: 1, Procs: 1, Benchmark: "\xff"}), want: `"\xff" is no name`},
		"a negative pid":        {hello: appendHello(nil, Hello{PID: -1, Benchmark: "B"}), want: "process id: -1 is negative"},
		"a result for a hello":  {hello: result, want: `a frame of kind 'R' where 'H' was to come`},
		"silence, then the end": {hello: nil, want: "the process ended"},
		"an end within a frame": {hello: honestHello[:9], want: "the process ended in the middle of a frame"},

		"a hello for a result": {honestHello, [][]byte{honestHello}, `turn 1: a frame of kind 'H' where 'R' was to come`},
		"a turn for a result": {
			honestHello, [][]byte{appendTurn(nil, 1, Turn{Requests: 1})}, `a frame of kind 'T' where 'R' was to come`,
		},
		"an empty result":    {honestHello, [][]byte{finish(begin(nil, kindResult))}, "number: cut short"},
		"a result cut short": {honestHello, [][]byte{finish(slices.Clone(result[:len(result)-1]))}, "cut short"},
		"a result with more": {honestHello, [][]byte{finish(append(slices.Clone(result), 0))}, "1 bytes too many"},
		"two results": {honestHello, [][]byte{append(slices.Clone(result), result...), nil},
			"turn 2: a result that cannot be: a result of turn 1"},
		"a list that claims more than there is": {honestHello, [][]byte{finish(binary.AppendUvarint(append(begin(nil, kindResult),
			1, 1, 0, 0, 0, 0, 0, 0), 60_000))}, "latency: cut short"},
		"a list that claims more than may be": {honestHello, [][]byte{finish(binary.AppendUvarint(append(begin(nil, kindResult),
			1, 1, 0, 0, 0, 0, 0, 0), 70_000))}, "latency: 70000, where 65536 is the most"},
		"no totals":         {honestHello, [][]byte{result, result}, `turn 2: a result that cannot be: a result of turn 1`},
		"a failure":         {honestHello, [][]byte{appendFailure(nil, "out of \xff memory")}, "turn 1: out of ? memory"},
		"an end for answer": {honestHello, [][]byte{finish(begin(nil, kindEnd))}, `a frame of kind 'E' where 'R' was to come`},
	} {
		t.Run(name, func(t *testing.T) {
			var script []func(byte, []byte) []byte
			for _, line := range c.lines {
				script = append(script, say(line))
			}
			r, w := act(t, c.hello, script...)
			p, err := Open(t.Context(), r, w)
			for err == nil {
				_, err = p.Grant(t.Context(), Turn{Requests: 2})
			}
			assert.ErrorContains(t, err, c.want)
			if p != nil {
				p.Close()
			}
		})
	}
}

func TestPeerThatDribbles(t *testing.T) {
	fromGate, w, err := os.Pipe()
	require.NoError(t, err)
	r, toGate, err := os.Pipe()
	require.NoError(t, err)
	defer fromGate.Close()
	done := make(chan struct{})
	go func() { // a byte at a time, for as long as anyone listens
		defer close(done)
		defer toGate.Close()
		frame := appendFailure(nil, strings.Repeat("x", maxText))
		for i := 0; ; i++ {
			if _, err := toGate.Write(frame[i%len(frame):][:1]); err != nil {
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	_, err = Open(soon(t), r, w)
	assert.ErrorIs(t, err, ErrStalled)
	<-done
}

// A process that answers without reading what it is granted fills the pipe to it at last.
func TestPeerThatDoesNotRead(t *testing.T) {
	fromGate, w, err := os.Pipe()
	require.NoError(t, err)
	r, toGate, err := os.Pipe()
	require.NoError(t, err)
	defer fromGate.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer toGate.Close()
		frame := honestHello
		for i := int64(1); ; i++ {
			if _, err := toGate.Write(frame); err != nil {
				return
			}
			frame = appendResult(nil, &Result{Number: i, Latencies: []int64{0}, Concurrency: 1})
		}
	}()
	p, err := Open(t.Context(), r, w)
	require.NoError(t, err)
	for err == nil {
		_, err = p.Grant(t.Context(), Turn{Requests: 1})
	}
	assert.ErrorContains(t, err, "it does not read what it is granted")
	p.Close()
	<-done
}

func TestTurnThatCannotBeGranted(t *testing.T) {
	r, w := act(t, honestHello, say(appendResult(nil, honest())))
	p, err := Open(t.Context(), r, w)
	require.NoError(t, err)
	defer p.Close()
	for _, n := range []int{-1, 0, MaxRequests + 1} {
		_, err := p.Grant(t.Context(), Turn{Requests: n})
		assert.ErrorContains(t, err, "grant 1 to 65536")
	}
	_, err = p.Grant(t.Context(), Turn{Requests: 2})
	assert.NoError(t, err, "a wrong call is not the process's fault")
}

func TestFramesTakeNoMemoryForClaims(t *testing.T) {
	var in inbox
	claim := append(binary.LittleEndian.AppendUint32(nil, most[kindResult]), kindResult)
	_, _, err := in.next(bytes.NewReader(claim))
	require.Error(t, err)
	assert.LessOrEqual(t, cap(in.buf), 2*firstRead)
}
