//go:build unix && !aix && !solaris

package duet

import (
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The tests below hold the gate to test binaries of other releases. The bytes are written out, so that a change of the code cannot
// change them: a process of version 1 always sends these. TestFramesOfVersion1 has the other frames.

func wire(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	require.NoError(t, err)
	return b
}

// helloOf is what the process 7 of BenchmarkX sends first, as a release does whose protocol has the given version.
func helloOf(version uint64) []byte {
	b := appendVersion(begin(nil, kindHello), version)
	return finish(append(b, "\x07\x02\x01\x0aBenchmarkX"...))
}

func TestVersionIs1(t *testing.T) {
	assert.EqualValues(t, 1, version,
		"baselines that were built before are refused: say so in the changelog and in docs/releases.md")
	assert.Equal(t, "tailgate duet\n", magic)
	assert.Equal(t, "1d000000487461696c6761746520647565740a010702010a42656e63686d61726b58", hex.EncodeToString(helloOf(1)))
	invitation, err := Invite()
	require.NoError(t, err)
	defer invitation.Close()
	assert.Equal(t, "TAILGATE_DUET=1 3 4", invitation.Env())
}

// A process of a later release of version 1 may announce capabilities that the gate has never heard of. They change nothing.
func TestProcessOfVersion1IsMeasured(t *testing.T) {
	for name, c := range map[string]struct {
		hello string
		can   Capabilities
	}{
		"it can count": {"1d000000487461696c6761746520647565740a010702010a42656e63686d61726b58", CanCount},
		"it can all but drive itself, most of it unknown": {
			"26000000487461696c6761746520647565740a010702fdffffffffffffffff010a42656e63686d61726b58", math.MaxUint64 &^ DrivesItself,
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, w := act(t, wire(t, c.hello),
				func(kind byte, body []byte) []byte {
					assert.Equal(t, "54010200", hex.EncodeToString(append([]byte{kind}, body...)), "the turn that is granted")
					return wire(t, "2400000052010188278827882700010102d00fb81701f403016402646401056d6f64656c02e807dc0b")
				},
				func(kind byte, body []byte) []byte {
					assert.Equal(t, "45", hex.EncodeToString(append([]byte{kind}, body...)), "the end")
					return wire(t, "0300000041020304")
				})
			p, err := Open(t.Context(), r, w)
			require.NoError(t, err)
			assert.Equal(t, Hello{PID: 7, Procs: 2, Can: c.can, Benchmark: "BenchmarkX"}, p.Hello)
			result, err := p.Grant(t.Context(), Turn{Requests: 2})
			require.NoError(t, err)
			result.Took = 0
			assert.Equal(t, honest(), result)
			totals, err := p.End(t.Context())
			require.NoError(t, err)
			assert.Equal(t, Totals{Requests: 2, Allocations: 3, Bytes: 4}, totals)
		})
	}
}

func TestProcessOfAnotherVersionIsRefused(t *testing.T) {
	for _, v := range []uint64{0, 2, math.MaxUint64} {
		r, w := act(t, helloOf(v))
		_, err := Open(t.Context(), r, w)
		var refused *VersionError
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, VersionError{Gate: 1, Process: v}, *refused)
		assert.ErrorContains(t, err, "build both with the same release of tailgate")
	}
}

// A gate of another version reads which version the process has, whatever else that version's hello says.
func TestProcessTellsAGateOfAnotherVersion(t *testing.T) {
	for _, v := range []uint64{0, 2, math.MaxUint16} {
		fromGate, w, err := os.Pipe()
		require.NoError(t, err)
		r, toGate, err := os.Pipe()
		require.NoError(t, err)
		for _, f := range []*os.File{fromGate, w, r, toGate} {
			t.Cleanup(func() { f.Close() })
		}
		_, err = join(fmt.Sprintf("%d %d %d", v, fromGate.Fd(), toGate.Fd()))
		var refused *VersionError
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, VersionError{Gate: v, Process: 1}, *refused)
		require.NoError(t, r.SetReadDeadline(time.Now().Add(10*time.Second)))
		said := make([]byte, 64)
		n, err := r.Read(said)
		require.NoError(t, err)
		assert.Equal(t, "0f000000487461696c6761746520647565740a01", hex.EncodeToString(said[:n]))
	}
}
