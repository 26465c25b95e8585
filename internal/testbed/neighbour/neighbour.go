// Package neighbour is for tests: it makes a machine as busy as one that others share.
package neighbour

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"
)

// Start compiles on all CPUs until the test ends.
func Start(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	env := append(os.Environ(), "GOCACHE="+t.TempDir())
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			cmd := exec.CommandContext(ctx, "go", "build", "-a", "-o", os.DevNull, "std")
			cmd.Env = env
			cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // which its compilers heed too
			cmd.WaitDelay = 10 * time.Second
			_ = cmd.Run()
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
}
