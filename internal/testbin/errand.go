package testbin

import (
	"context"
	"os/exec"
)

// Errand runs a command whose work is to outlast it, such as one that starts a server, and waits for its end. Until then it ends
// with the gate, in whatever way that ends, and with ctx, each time with all that it has started; what it leaves running when it
// returns is left. cmd must not have a context of its own, and its outputs must be files, which what it leaves may keep open. The
// error is the cause of ctx's end, or that of cmd.
func (s *Scratch) Errand(ctx context.Context, cmd *exec.Cmd) error {
	g, err := s.watch.lead()
	if err != nil {
		return err
	}
	if err := g.start(cmd); err != nil {
		g.end()
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		g.leave()
		return err
	case <-ctx.Done():
		g.kill()
		_ = cmd.Process.Kill() // it may have left the group
		<-ended
		g.end()
		return context.Cause(ctx)
	}
}
