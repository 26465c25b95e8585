package measure

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Restart says how the servers at the sides' addresses are started anew, before the smoke run and before each round. The zero value
// leaves them as they are.
type Restart struct {
	// Command is a command with its arguments, to which the side, "baseline" or "candidate", and the address are added. It returns
	// when that side's server, and no other, answers at the address.
	Command []string
	// Swap gives each side's server the other's address in one of two restarts that follow each other; a coin decides in which.
	Swap bool
}

// twoProcesses is noted where two servers are compared that live on.
const twoProcesses = "two processes are compared: one may be slower than its twin for as long as it lives, " +
	"which rounds do not average; have the gate start both anew before each round (-regress.restart), " +
	"or start them anew yourself and gate again"

// oneServer is noted where a server is compared with itself.
const oneServer = "both sides are one server: nothing but noise is compared, which tells how often a gate is wrong; " +
	"name another address to compare two"

// noteServers notes what two servers at addresses are to each other.
func (g *gate) noteServers() {
	at := func(side int) string { return strings.TrimSuffix(g.sides[side].source.Address, "/") }
	switch {
	case at(baselineSide) == at(candidateSide):
		g.note(oneServer)
	case len(g.order.Restart.Command) == 0:
		g.note(twoProcesses)
	}
}

// mostRestartOutput is how much of what a restart printed is told.
const mostRestartOutput = 2000

// address is where the side's server is now; empty when it is no server.
func (g *gate) address(s *side) string {
	if g.swapped {
		for i := range g.sides {
			if g.sides[i] == s {
				return g.sides[1-i].source.Address
			}
		}
	}
	return s.source.Address
}

// restart starts both servers anew, if the order says how.
func (g *gate) restart(ctx context.Context) error {
	r := g.order.Restart
	if len(r.Command) == 0 {
		return nil
	}
	if r.Swap {
		g.swapped = g.restarts%2 == 0 && g.random.IntN(2) == candidateSide || g.restarts%2 == 1 && !g.swapped
		g.restarts++
	}
	return g.restartBoth(ctx)
}

// restartBoth starts both servers anew, in the order that a coin decides: the first has had longer to warm up than its twin.
func (g *gate) restartBoth(ctx context.Context) error {
	for _, i := range g.draw([]int{baselineSide, candidateSide}) {
		s := g.sides[i]
		if err := g.restartOne(ctx, s); err != nil {
			return fmt.Errorf("restarting the %s's server at %s with %s: %w", s.name, g.address(s), g.order.Restart.Command[0], err)
		}
	}
	return nil
}

// unswap puts each side's server back to its own address, and notes it where it cannot.
func (g *gate) unswap(ctx context.Context) {
	if !g.swapped {
		return
	}
	g.swapped = false
	if err := g.restartBoth(ctx); err != nil {
		g.note(fmt.Sprintf("the servers may be left swapped, the baseline's at %s and the candidate's at %s: %v",
			g.sides[candidateSide].source.Address, g.sides[baselineSide].source.Address, err))
	}
}

// restartOne starts a side's server anew. The command ends with the gate at the latest; the server that it leaves does not. What it
// prints goes to a file: that server may keep it open.
func (g *gate) restartOne(ctx context.Context, s *side) (err error) {
	printed, err := os.CreateTemp(g.scratch.Dir, "restart-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, printed.Close(), os.Remove(printed.Name())) }()
	within, cancel := context.WithTimeout(ctx, g.order.Timeout)
	defer cancel()
	command := g.order.Restart.Command
	cmd := exec.Command(command[0], append(command[1:len(command):len(command)], s.name, g.address(s))...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = g.order.Dir, printed, printed
	began := time.Now()
	err = g.scratch.Errand(within, cmd)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case within.Err() != nil:
		err = fmt.Errorf("it did not return within %v: allow more with -regress.timeout", time.Since(began).Round(time.Second))
	}
	return fmt.Errorf("%w%s", err, lastPrinted(printed))
}

// lastPrinted is the end of what a command printed, indented.
func lastPrinted(f *os.File) string {
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return ""
	}
	text := make([]byte, min(size, mostRestartOutput))
	if _, err := f.ReadAt(text, size-int64(len(text))); err != nil {
		return ""
	}
	text = bytes.TrimSpace(bytes.ToValidUTF8(text, []byte("?")))
	if len(text) == 0 {
		return ""
	}
	return "\n\t" + strings.ReplaceAll(string(text), "\n", "\n\t")
}
