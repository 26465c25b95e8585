//go:build unix && !aix && !solaris

package testbin

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

//go:embed group.sh
var groupScript string

// group is a process group that ends when the gate does.
type group struct {
	leader *exec.Cmd
	gate   *os.File // write end of a lifeline of its own, held by the gate alone; nil where the lifeline is a watchdog's
}

// newGroup starts a group that no watchdog knows of, for what needs no scratch.
func newGroup() (*group, error) {
	lifeline, gate, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer lifeline.Close()
	g, err := lead(lifeline)
	if err != nil {
		gate.Close()
		return nil, err
	}
	g.gate = gate
	return g, nil
}

// lead starts a group that the watchdog waits for.
func (w *watchdog) lead() (*group, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g, err := lead(w.lifeline, w.alive)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", w.dir, err)
	}
	return g, nil
}

// lead starts a group with nothing in it but its leader, who holds the files and ends the group when the lifeline ends.
func lead(lifeline *os.File, holds ...*os.File) (*group, error) {
	cmd := shell(groupScript)
	cmd.Stdin = lifeline
	cmd.ExtraFiles = holds
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("process group: %w", err)
	}
	return &group{leader: cmd}, nil
}

// start starts cmd as a member of g.
func (g *group) start(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pgid: g.leader.Process.Pid}
	return cmd.Start()
}

// kill ends all processes in g. It must not be called after end: the number of the group may then be another's.
func (g *group) kill() { _ = syscall.Kill(-g.leader.Process.Pid, syscall.SIGKILL) }

// end kills what is left of g and forgets it.
func (g *group) end() {
	g.kill()
	g.forget()
}

// leave forgets g and leaves what is left of it running.
func (g *group) leave() {
	_ = g.leader.Process.Kill()
	g.forget()
}

func (g *group) forget() {
	_ = g.leader.Wait() // it died of the signal
	_ = g.gate.Close()  // nil is refused
}
