//go:build unix

package duet_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/duet"
)

func TestBenchmarkThatFails(t *testing.T) {
	for _, c := range []struct{ role, failure, printed string }{
		{"error", "workload: request 5: upstream said 503", "workload: request 5: upstream said 503"},
		{"panic", "workload: request 5 panicked: index out of range", "role_test.go:"},
		{"fatal", "workload: request 5 ended its goroutine, as b.Fatal and b.Skip do", "given up"},
		{"cold", "workload: warm-up request 1: cold", "workload: warm-up request 1: cold"},
		{"parallel-error", "parallel trouble", "parallel trouble"},
		{"driven", "workload: a load cannot be driven in a duet", "serve requests with Recorder.Do"},
		{"early", "the benchmark ended by itself after 3 requests", "benchmark function returned without B.Loop() == false"},
		{"two", "BenchmarkRole/is=two takes part in a duet already", "run one benchmark with one Recorder in a process"},
	} {
		t.Run(c.role, func(t *testing.T) {
			p, invitation := start(t, c.role, options{})
			peer, err := invitation.Open(within(t, 10*time.Second))
			for range 10 {
				if err == nil {
					_, err = peer.Grant(t.Context(), duet.Turn{Requests: 2})
				}
			}
			var failure *duet.Failure
			require.ErrorAs(t, err, &failure)
			assert.Contains(t, failure.Text, c.failure)
			if peer != nil {
				peer.Close()
			}
			status, printed := p.wait()
			assert.Equal(t, 1, status)
			assert.Contains(t, printed, c.printed)
			assert.Contains(t, printed, "--- FAIL: BenchmarkRole/is="+c.role)
			assert.NotContains(t, printed, "<nil>")
		})
	}
}

func TestBenchmarkWithoutARecorder(t *testing.T) {
	p, invitation := start(t, "unrecorded", options{})
	_, err := invitation.Open(within(t, 10*time.Second))
	require.ErrorIs(t, err, duet.ErrGone)
	p.wait()
}

func TestProcessThatIsKilled(t *testing.T) {
	t.Run("waiting", func(t *testing.T) {
		p, peer := open(t, "loop", options{})
		grant(t, peer, duet.Turn{Requests: 1})
		require.NoError(t, p.cmd.Process.Kill())
		p.wait()
		_, err := peer.Grant(t.Context(), duet.Turn{Requests: 1})
		require.ErrorIs(t, err, duet.ErrGone)
		assert.ErrorContains(t, err, "duet: BenchmarkRole/is=loop: turn 2: the process ended")
		_, again := peer.End(t.Context())
		assert.Equal(t, err, again, "what went wrong first is what counts")
	})
	t.Run("serving", func(t *testing.T) {
		p, peer := open(t, "busy", options{})
		killer := time.AfterFunc(50*time.Millisecond, func() { _ = p.cmd.Process.Kill() })
		defer killer.Stop()
		_, err := peer.Grant(t.Context(), duet.Turn{Requests: 1})
		assert.ErrorIs(t, err, duet.ErrGone)
	})
	t.Run("setting up", func(t *testing.T) {
		p, invitation := start(t, "loop", options{})
		require.NoError(t, p.cmd.Process.Kill())
		_, err := invitation.Open(within(t, 10*time.Second))
		assert.ErrorIs(t, err, duet.ErrGone)
	})
}

func TestProcessThatStalls(t *testing.T) {
	t.Run("busy", func(t *testing.T) {
		_, peer := open(t, "busy", options{})
		began := time.Now()
		_, err := peer.Grant(t.Context(), duet.Turn{Requests: 1, Within: 50 * time.Millisecond})
		require.ErrorIs(t, err, duet.ErrStalled)
		assert.ErrorContains(t, err, "turn 1: no answer within ")
		assert.Less(t, time.Since(began), 5*time.Second)
	})
	t.Run("stopped", func(t *testing.T) {
		p, peer := open(t, "loop", options{})
		p.stop()
		_, err := peer.Grant(t.Context(), duet.Turn{Requests: 1, Within: 50 * time.Millisecond})
		assert.ErrorIs(t, err, duet.ErrStalled)
	})
	t.Run("stopped at the end", func(t *testing.T) {
		p, peer := open(t, "loop", options{})
		p.stop()
		_, err := peer.End(within(t, 50*time.Millisecond))
		assert.ErrorIs(t, err, duet.ErrStalled)
	})
	t.Run("setting up", func(t *testing.T) {
		_, invitation := start(t, "setting-up", options{})
		_, err := invitation.Open(within(t, 50*time.Millisecond))
		assert.ErrorIs(t, err, duet.ErrStalled)
	})
	t.Run("no longer wanted", func(t *testing.T) {
		_, peer := open(t, "busy", options{})
		ctx, cancel := context.WithCancelCause(t.Context())
		enough := errors.New("enough")
		stop := time.AfterFunc(20*time.Millisecond, func() { cancel(enough) })
		defer stop.Stop()
		_, err := peer.Grant(ctx, duet.Turn{Requests: 1})
		assert.ErrorIs(t, err, enough)
	})
}

// A gate that dies closes its ends of the pipes, whatever it dies of. Nothing else holds them: not the other process.
func TestProcessWhoseGateIsGone(t *testing.T) {
	for _, role := range []string{"loop", "n", "parallel", "workers"} {
		t.Run(role, func(t *testing.T) {
			p, peer := open(t, role, options{})
			_, other := open(t, "loop", options{})
			grant(t, peer, duet.Turn{Requests: 5})
			peer.Close()
			status, printed := p.wait()
			assert.Zero(t, status, printed)
			assert.Contains(t, printed, "cleaned up")
			assert.Contains(t, printed, "workload: the gate that started this process is gone")
			grant(t, other, duet.Turn{Requests: 1})
		})
	}
	t.Run("serving", func(t *testing.T) {
		p, peer := open(t, "1ms", options{})
		_, err := peer.Grant(t.Context(), duet.Turn{Requests: 100, Within: 5 * time.Millisecond})
		require.ErrorIs(t, err, duet.ErrStalled)
		peer.Close()
		status, printed := p.wait()
		assert.Zero(t, status, printed)
	})
}

func TestInvitationThatCannotBeTaken(t *testing.T) {
	for _, c := range []struct{ invitation, printed string }{
		{"2 3 4", "the gate speaks version 2 of the duet and the benchmark's tailgate version 1"},
		{"1 3 99", "descriptor 99: fstat: bad file descriptor"},
		{"1 0 4", "descriptor 0: not a pipe"},
		{"1 3", "not a version and two descriptors"},
		{"1 3 4 5", "not a version and two descriptors"},
		{"1 -3 4", "not a version and two descriptors"},
		{"one 3 4", "not a version and two descriptors"},
	} {
		t.Run(c.invitation, func(t *testing.T) {
			p, invitation := start(t, "loop", options{env: []string{duet.InvitationEnv + "=" + c.invitation}})
			_, err := invitation.Open(within(t, 10*time.Second))
			require.Error(t, err)
			status, printed := p.wait()
			assert.Equal(t, 1, status)
			assert.Contains(t, printed, c.printed)
		})
	}
}
