//go:build unix && !aix && !solaris

package duet

import (
	"syscall"
	"time"
)

const capabilities = CanCount

// usage is the CPU time of all threads of this process so far, and how often one was taken off a CPU. It takes 0.6 us.
func usage() (cpu time.Duration, switches int64) {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0, 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), int64(u.Nivcsw)
}
