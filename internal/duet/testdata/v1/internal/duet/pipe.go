//go:build unix && !aix && !solaris

package duet

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// pipe is one end of a pipe, used by system calls on the calling goroutine's own thread.
type pipe int

func (p pipe) Read(b []byte) (int, error) {
	for {
		n, err := syscall.Read(int(p), b)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case err != nil:
			return 0, os.NewSyscallError("read", err)
		case n == 0:
			return 0, io.EOF
		}
		return n, nil
	}
}

func (p pipe) Write(b []byte) (int, error) {
	for done := 0; done < len(b); {
		n, err := syscall.Write(int(p), b[done:])
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case err != nil:
			return done, os.NewSyscallError("write", err)
		}
		done += n
	}
	return len(b), nil
}

func inherit(p pipe) error {
	var stat syscall.Stat_t
	if err := syscall.Fstat(int(p), &stat); err != nil {
		return os.NewSyscallError("fstat", err)
	}
	if stat.Mode&syscall.S_IFMT != syscall.S_IFIFO {
		return errors.New("not a pipe")
	}
	syscall.CloseOnExec(int(p))
	if err := syscall.SetNonblock(int(p), false); err != nil {
		return fmt.Errorf("to blocking mode: %w", err)
	}
	return nil
}
