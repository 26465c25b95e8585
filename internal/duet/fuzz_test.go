package duet

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// FuzzDecode feeds a stream of bytes to whoever reads a pipe. Nothing panics, memory stays within what has come, and what is
// understood is said again in the same words.
func FuzzDecode(f *testing.F) {
	for _, stream := range [][]byte{
		appendHello(nil, Hello{PID: 7, Procs: 2, Can: CanCount, Benchmark: "BenchmarkChat/size=small"}),
		finish(appendVersion(begin(nil, kindHello), 2)),
		appendTurn(nil, 3, Turn{Requests: 10, WarmUp: true}),
		appendResult(nil, &Result{
			Number: 1, Latencies: []int64{2000, 3000}, Concurrency: 1, Wall: time.Millisecond, Timed: time.Millisecond,
			Stages: []Stage{{"model", []int64{1000, 1500}}, {"post", []int64{1}}}, TTFT: []int64{500},
			TPOT: []int64{100}, Gaps: []int64{100},
		}),
		appendFailure(nil, "out of memory"),
		finish(begin(nil, kindEnd)),
		appendTotals(nil, Totals{1, 2, 3}),
		appendPlainTurn(nil, 3, PlainTurn{Iterations: 10, WarmUp: true}),
		appendPlainResult(nil, &PlainResult{Number: 1, Iterations: 10, Wall: 5, Timed: 4, Metrics: []Metric{{"hits", 0.5}}}),
	} {
		f.Add(stream)
		f.Add(append(slices.Clone(stream), stream...))
		f.Add(stream[:len(stream)-1])
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		var in inbox
		r := iotest.OneByteReader(bytes.NewReader(stream))
		for rest := stream; ; {
			kind, body, err := in.next(r)
			if err != nil {
				assert.LessOrEqual(t, cap(in.buf), 2*max(firstRead, len(stream)))
				whole := errors.Is(err, io.EOF)
				assert.Equal(t, whole, len(rest) == 0)
				return
			}
			require.True(t, bytes.HasPrefix(rest[frameHeader:], body))
			rest = rest[frameHeader+len(body):]
			decodeAndEncode(t, kind, slices.Clone(body))
		}
	})
}

// decodeAndEncode decodes a body, encodes what it holds, and decodes that: both must hold the same.
func decodeAndEncode(t *testing.T, kind byte, body []byte) {
	switch kind {
	case kindHello:
		if h, err := decodeHello(body); err == nil {
			again, err := decodeHello(appendHello(nil, h)[frameHeader:])
			require.NoError(t, err)
			require.Equal(t, h, again)
		}
	case kindTurn:
		if number, turn, err := decodeTurn(body); err == nil {
			n, again, err := decodeTurn(appendTurn(nil, number, turn)[frameHeader:])
			require.NoError(t, err)
			require.Equal(t, number, n)
			require.Equal(t, turn, again)
		}
	case kindResult:
		if r, err := decodeResult(body); err == nil {
			again, err := decodeResult(appendResult(nil, r)[frameHeader:])
			require.NoError(t, err)
			require.Equal(t, r, again)
			_ = r.check(1, Turn{Requests: len(r.Latencies)}, time.Second, 2)
		}
	case kindPlainTurn:
		if number, turn, err := decodePlainTurn(body); err == nil {
			n, again, err := decodePlainTurn(appendPlainTurn(nil, number, turn)[frameHeader:])
			require.NoError(t, err)
			require.Equal(t, number, n)
			require.Equal(t, turn, again)
		}
	case kindPlainResult:
		if r, err := decodePlainResult(body); err == nil {
			frame := appendPlainResult(nil, r)
			again, err := decodePlainResult(frame[frameHeader:])
			require.NoError(t, err)
			require.Equal(t, frame, appendPlainResult(nil, again), "NaN is not equal to itself")
			_ = r.check(1, PlainTurn{Iterations: 10}, time.Second, 2)
		}
	case kindFailure:
		_ = decodeFailure(body).Error()
	case kindTotals:
		if totals, err := decodeTotals(body); err == nil {
			again, err := decodeTotals(appendTotals(nil, totals)[frameHeader:])
			require.NoError(t, err)
			require.Equal(t, totals, again)
		}
	default:
		require.Equal(t, byte(kindEnd), kind)
		require.Empty(t, body)
	}
}

// What an honest process measures is what the gate reads, and the gate believes it.
func TestResultsSurviveThePipe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &Result{Number: rapid.Int64Range(0, 1<<40).Draw(t, "number")}
		r.Latencies = rapid.SliceOfN(rapid.Int64Range(0, int64(time.Second)), 1, 200).Draw(t, "latencies")
		for _, v := range r.Latencies {
			if rapid.Bool().Draw(t, "marked") {
				for _, name := range []string{"preprocess", "model"} {
					s := r.Stage(name)
					s.Times = append(s.Times, v/2)
				}
			}
			if v > 4 && rapid.Bool().Draw(t, "tokens") {
				r.TTFT, r.Gaps, r.TPOT = append(r.TTFT, v/4), append(r.Gaps, v/4, v/2), append(r.TPOT, (v/4+v/2)/2)
			}
			r.Wall += time.Duration(v)
		}
		r.Concurrency = rapid.IntRange(1, len(r.Latencies)).Draw(t, "concurrency")
		r.Timed, r.CPU = r.Wall, r.Wall

		var in inbox
		_, body, err := in.next(bytes.NewReader(appendResult(nil, r)))
		require.NoError(t, err)
		got, err := decodeResult(body)
		require.NoError(t, err)
		require.Equal(t, r, got)
		require.NoError(t, got.check(r.Number, Turn{Requests: len(r.Latencies)}, r.Wall, 1))
	})
}
