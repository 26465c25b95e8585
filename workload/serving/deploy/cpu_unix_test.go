//go:build unix

package deploy

import (
	"syscall"
	"time"
)

// cpu is the CPU time of this process so far; 0: not known.
func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
