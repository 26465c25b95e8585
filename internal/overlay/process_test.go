//go:build unix && !aix && !solaris

package overlay

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/duet"
)

// process is a benchmark process that takes turns.
type process struct {
	cmd    *exec.Cmd
	peer   *duet.Peer
	output *bytes.Buffer
}

// start starts a test binary and returns when the benchmark has taken its seat.
func start(t testing.TB, binary, pattern, name string, args ...string) (*process, error) {
	t.Helper()
	return startIn(t, os.Environ(), binary, pattern, name, args...)
}

func startIn(t testing.TB, env []string, binary, pattern, name string, args ...string) (*process, error) {
	t.Helper()
	invitation, err := duet.Invite()
	require.NoError(t, err)
	p := &process{output: &bytes.Buffer{}}
	p.cmd = exec.Command(binary, append([]string{
		"-test.run=^$", "-test.bench=" + pattern, "-test.benchtime=1ns", "-test.benchmem", "-test.v",
	}, args...)...)
	p.cmd.Env = append(env, invitation.PlainEnv(name))
	p.cmd.ExtraFiles = invitation.Files
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	p.cmd.WaitDelay = time.Second
	require.NoError(t, p.cmd.Start())
	t.Cleanup(func() {
		if p.cmd.ProcessState == nil {
			_ = p.cmd.Process.Kill()
			_ = p.cmd.Wait()
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	p.peer, err = invitation.Open(ctx)
	if err == nil {
		t.Cleanup(p.peer.Close)
	}
	return p, err
}

// seated starts a binary whose benchmark of that name takes its seat.
func seated(t testing.TB, binary, pattern, name string, args ...string) *process {
	t.Helper()
	p, err := start(t, binary, pattern, name, args...)
	require.NoError(t, err, "%s", p.output)
	return p
}

func (p *process) grant(t *testing.T, n int) *duet.PlainResult {
	t.Helper()
	r, err := p.peer.GrantPlain(t.Context(), duet.PlainTurn{Iterations: n})
	require.NoError(t, err)
	return r
}

// end ends the turns and the process, and returns what it printed.
func (p *process) end(t *testing.T) (duet.Totals, string) {
	t.Helper()
	totals, err := p.peer.End(t.Context())
	require.NoError(t, err)
	return totals, p.wait(t, 0)
}

func (p *process) wait(t *testing.T, status int) string {
	t.Helper()
	err := p.cmd.Wait()
	if !errors.Is(err, exec.ErrWaitDelay) && p.cmd.ProcessState.ExitCode() != status {
		t.Fatalf("%v\n%s", err, p.output)
	}
	return p.output.String()
}
