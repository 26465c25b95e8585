package duet

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// HoldCPU ties the calling goroutine to its thread, and the thread to the CPU that it is on, until release is called.
// Nothing is held where that cannot be.
//
// A gate should grant turns from such a goroutine. The system wakes a process near whoever wakes it, so with a gate that
// stays where it is both sides of a duet serve on one CPU, hot from the turn before, and a hand-over is a switch of context;
// with a gate that wanders each side tends to a CPU of its own, one of them asleep at each hand-over and each with its own luck.
// Nothing is asked of the processes: they may use every CPU. On two shared cores (EPYC, October 2026; 8 launches of 12 rounds
// of 100 turns, one request each, identical sides; spread of the logarithm of the ratio of p50 within a launch, and of its mean
// between launches; hand-over p50, p95):
//
//	request   gate      within   between   hand-over
//	 90 us    wanders    8.3 %     3.9 %    43,  80 us
//	 90 us    holds      0.4 %     0.5 %     9,  17 us
//	350 us    wanders    4.3 %     3.3 %    62, 100 us
//	350 us    holds      0.7 %     0.3 %    18,  29 us
//	350 us    wanders    1.6 %     1.6 %    21,  56 us   beside a busy process
//	350 us    holds      0.7 %     0.6 %    16,  34 us   beside a busy process
//
// Moving to another CPU for each round, or for each ten turns, was worse than wandering.
//
// A process started from the goroutine meanwhile inherits the one CPU (its Hello.Procs is then 1): start processes before.
func HoldCPU() (release func()) {
	runtime.LockOSThread()
	var before, one unix.CPUSet
	if unix.SchedGetaffinity(0, &before) != nil {
		return runtime.UnlockOSThread
	}
	cpu, err := current()
	if err != nil || !before.IsSet(cpu) {
		return runtime.UnlockOSThread
	}
	one.Set(cpu)
	if unix.SchedSetaffinity(0, &one) != nil {
		return runtime.UnlockOSThread
	}
	return func() {
		if unix.SchedSetaffinity(0, &before) == nil {
			runtime.UnlockOSThread()
		} // else the thread is of no use to others: it ends with the goroutine that stays tied to it
	}
}

// current is the CPU that the calling thread is on.
func current() (int, error) {
	var cpu uint32
	if _, _, errno := unix.RawSyscall(unix.SYS_GETCPU, uintptr(unsafe.Pointer(&cpu)), 0, 0); errno != 0 {
		return -1, errno
	}
	return int(cpu), nil
}
