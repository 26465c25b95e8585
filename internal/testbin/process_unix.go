//go:build unix && !aix && !solaris

package testbin

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// deathBySignal puts the end of a process by a signal into words. Any other end is nil.
func deathBySignal(state *os.ProcessState) error {
	status, ok := state.Sys().(syscall.WaitStatus)
	switch {
	case !ok || !status.Signaled():
		return nil
	case status.Signal() == syscall.SIGKILL:
		return errors.New("killed (SIGKILL), and not by the gate: most likely the machine ran out of memory, or a limit was reached")
	}
	return fmt.Errorf("ended by signal %d (%v)", int(status.Signal()), status.Signal())
}
