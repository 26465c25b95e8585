//go:build unix && !aix && !solaris

package duet

import (
	"context"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// look is how often a wait looks whether it is still wanted.
const look = 100 * time.Millisecond

// wait waits until there is something to read, or the end. The error is errStalled, or ctx's cause.
func (p pipe) wait(ctx context.Context, until time.Time) error {
	ready := []unix.PollFd{{Fd: int32(p), Events: unix.POLLIN}}
	for {
		rest := time.Until(until)
		if rest <= 0 {
			return errStalled
		}
		// Rounded up, so as not to spin through the last millisecond.
		n, err := unix.Poll(ready, int((min(rest, look)+time.Millisecond-1)/time.Millisecond))
		if n > 0 {
			return nil
		}
		if err != nil && !errors.Is(err, unix.EINTR) {
			return os.NewSyscallError("poll", err)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
}

// descriptor is f's, in the mode that it is in: File.Fd would make it block.
func descriptor(f *os.File) (pipe, error) {
	conn, err := f.SyscallConn()
	if err != nil {
		return -1, err
	}
	p := pipe(-1)
	err = conn.Control(func(fd uintptr) { p = pipe(fd) })
	return p, err
}
