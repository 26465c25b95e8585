//go:build unix

package duet_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/duet"
)

// process is this test binary in one of the roles.
type process struct {
	t      testing.TB
	cmd    *exec.Cmd
	out    bytes.Buffer  // standard output and error
	exited chan struct{} // closed when the process is gone and all that it printed is in out
}

type options struct {
	args, env []string
}

// start starts a process and invites it. Both are gone when the test is.
func start(t testing.TB, role string, o options) (*process, *duet.Invitation) {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	invitation, err := duet.Invite()
	require.NoError(t, err)
	t.Cleanup(invitation.Close)
	p := &process{t: t, exited: make(chan struct{})}
	p.cmd = exec.Command(exe, append(o.args,
		"-test.run=^$", "-test.bench=^BenchmarkRole$/^is="+role+"$", "-test.benchtime=1000000000x", "-test.v")...)
	p.cmd.Env = append(os.Environ(), append([]string{roleEnv + "=1", invitation.Env()}, o.env...)...)
	p.cmd.ExtraFiles = invitation.Files
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.out
	require.NoError(t, p.cmd.Start())
	go func() {
		defer close(p.exited)
		_ = p.cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.exited
	})
	return p, invitation
}

// open starts a process and waits until it has taken its seat.
func open(t testing.TB, role string, o options) (*process, *duet.Peer) {
	t.Helper()
	p, invitation := start(t, role, o)
	peer, err := invitation.Open(within(t, 10*time.Second))
	require.NoError(t, err)
	t.Cleanup(peer.Close)
	return p, peer
}

// wait waits for the process to end, by itself and soon, and returns its exit status and all that it printed.
func (p *process) wait() (status int, printed string) {
	p.t.Helper()
	select {
	case <-p.exited:
	case <-time.After(10 * time.Second):
		require.FailNow(p.t, "the process does not end")
	}
	return p.cmd.ProcessState.ExitCode(), p.out.String()
}

// stop stops the process. It has stopped when stop returns.
func (p *process) stop() {
	p.t.Helper()
	require.NoError(p.t, p.cmd.Process.Signal(syscall.SIGSTOP))
	var status syscall.WaitStatus
	_, err := syscall.Wait4(p.cmd.Process.Pid, &status, syscall.WUNTRACED, nil)
	require.NoError(p.t, err)
	require.True(p.t, status.Stopped())
}

func within(t testing.TB, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

func grant(t testing.TB, peer *duet.Peer, turn duet.Turn) *duet.Result {
	t.Helper()
	r, err := peer.Grant(t.Context(), turn)
	require.NoError(t, err)
	return r
}
