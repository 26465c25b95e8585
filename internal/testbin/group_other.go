//go:build !unix || aix || solaris

package testbin

import (
	"fmt"
	"os"
	"os/exec"
)

// group is one process here.
type group struct {
	watch *watchdog // nil for what needs no scratch
	cmd   *exec.Cmd
}

func newGroup() (*group, error) { return &group{}, nil }

func (w *watchdog) lead() (*group, error) { return &group{watch: w}, nil }

func (g *group) start(cmd *exec.Cmd) error {
	g.cmd = cmd
	if g.watch == nil {
		return cmd.Start()
	}
	g.watch.mu.Lock()
	defer g.watch.mu.Unlock()
	if g.watch.closed {
		return fmt.Errorf("%s: %w", g.watch.dir, os.ErrClosed)
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	g.watch.groups[g] = true
	return nil
}

func (g *group) kill() { _ = g.cmd.Process.Kill() }

func (g *group) leave() { g.end() }

func (g *group) end() {
	if g.watch == nil {
		return
	}
	g.watch.mu.Lock()
	defer g.watch.mu.Unlock()
	delete(g.watch.groups, g)
}
