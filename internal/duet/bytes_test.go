package duet

import (
	"encoding/hex"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestFramesOfVersion1 holds every frame to its bytes in version 1 of the protocol: a change of a byte is a change of the version.
func TestFramesOfVersion1(t *testing.T) {
	hello := Hello{PID: 4711, Procs: 2, Can: CanCount | DrivesItself, Benchmark: "BenchmarkServe/size=small"}
	result := &Result{
		Number: 7, Concurrency: 2, Wall: 3 * time.Millisecond, Timed: 2 * time.Millisecond, CPU: time.Millisecond,
		Idle: 20 * time.Microsecond, Switches: 1,
		GCs: 1, Latencies: []int64{1000, 200_000}, TTFT: []int64{300}, TPOT: []int64{200}, Gaps: []int64{100, 300},
		Stages: []Stage{{"model", []int64{900, 199_000}}},
	}
	totals := Totals{Requests: 12, Allocations: 34, Bytes: 5678}
	for _, c := range []struct {
		name  string
		frame []byte
		want  string
	}{
		{"hello", appendHello(nil, hello),
			"2d000000487461696c6761746520647565740a01e72402031942656e63686d61726b53657276652f73697a653d736d616c6c"},
		{"turn", appendTurn(nil, 7, Turn{Requests: 300, WarmUp: true}), "040000005407ac0201"},
		{"result", appendResult(nil, result),
			"2e000000520702c08db70180897ac0843da09c01010102e807c09a0c01ac0201c8010264ac0201056d6f64656c028407d8920c"},
		{"failure", appendFailure(nil, "out of order"), "0c000000466f7574206f66206f72646572"},
		{"end", finish(begin(nil, kindEnd)), "0000000045"},
		{"account", appendTotals(nil, totals), "04000000410c22ae2c"},
	} {
		assert.Equal(t, c.want, hex.EncodeToString(c.frame), c.name)
		frame, err := hex.DecodeString(c.want)
		require.NoError(t, err)
		kind, body, n, err := cut(frame)
		require.NoError(t, err)
		require.Equal(t, len(frame), n)
		switch kind {
		case kindHello:
			got, err := decodeHello(body)
			require.NoError(t, err)
			assert.Equal(t, hello, got)
		case kindTurn:
			number, turn, err := decodeTurn(body)
			require.NoError(t, err)
			assert.EqualValues(t, 7, number)
			assert.Equal(t, Turn{Requests: 300, WarmUp: true}, turn)
		case kindResult:
			got, err := decodeResult(body)
			require.NoError(t, err)
			assert.Equal(t, result, got)
		case kindFailure:
			assert.Equal(t, "out of order", decodeFailure(body).Text)
		case kindTotals:
			got, err := decodeTotals(body)
			require.NoError(t, err)
			assert.Equal(t, totals, got)
		}
	}
}
