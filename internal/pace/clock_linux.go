package pace

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// spin is how long before the instant the kernel's timer wakes the waiter, which then watches the clock: what a wake-up takes on
	// a quiet machine (p50 43 us, p99 85 us at 350 waits/s; Linux 2 vCPU, 2026).
	spin = 50 * time.Microsecond

	// watched is the part of its time that a waiter may watch the clock, one in so many: 2 % of a core, at any rate.
	// Where instants come thick it wakes later, and several of them are past: at 10,000 requests/s that took the load generator's
	// CPU time from 57 to 40 us a request, and its median lag from 18 to 35 us (EPYC, load 0.3, November 2026).
	watched = 50

	// saved is the most watching that is saved up for instants that come close together.
	saved = 20 * spin
)

// timerfd is a clock over a kernel timer whose expiry the network poller waits for. Its system calls do not block, and the runtime
// is not told of them: it would wake up its monitor's thread at each.
type timerfd struct {
	file   *os.File
	raw    syscall.RawConn // of file
	turn   func(fd uintptr) bool
	origin time.Time     // an instant, with the runtime's reading of the monotonic clock
	zero   time.Duration // the kernel's monotonic clock at origin

	wake  unix.ItimerSpec // what the timer is to be set to, and
	set   bool            // whether it has been
	err   syscall.Errno   // of the last call
	count [8]byte         // expirations, read and not used

	ended  time.Time     // the last wait
	credit time.Duration // of watching that is left
}

func newClock() (clock, error) {
	same, err := systemTime()
	if err != nil {
		return nil, err
	}
	if !same {
		return newTimer(), nil
	}
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("pace: timerfd_create: %w", err)
	}
	// The poller takes a file that does not block: a read parks the goroutine, not a thread.
	c := &timerfd{file: os.NewFile(uintptr(fd), "timerfd")}
	c.turn = c.setOrRead
	if c.raw, err = c.file.SyscallConn(); err == nil {
		err = c.synchronise()
	}
	if err != nil {
		return nil, errors.Join(err, c.file.Close())
	}
	return c, nil
}

// synchronise reads the two clocks, several times: what holds the goroutine up between the readings would be an error of every
// wait.
func (c *timerfd) synchronise() error {
	closest := time.Duration(1<<63 - 1)
	for range 10 {
		var kernel unix.Timespec
		before := time.Now()
		err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &kernel)
		took := time.Since(before)
		if err != nil {
			return fmt.Errorf("pace: clock_gettime: %w", err)
		}
		if took < closest {
			closest, c.origin, c.zero = took, before.Add(took/2), time.Duration(kernel.Nano())
		}
	}
	return nil
}

// systemTime is whether time.Now tells the kernel's time: not so in a bubble of testing/synctest, whose clock starts in the
// year 2000 and stands still while anyone works. Exact, because the runtime's reading lies between two of the kernel's, unless
// someone sets the clock meanwhile: then the answer may be no, and waits are only less precise.
func systemTime() (bool, error) {
	var before, after unix.Timespec
	err := unix.ClockGettime(unix.CLOCK_REALTIME, &before)
	now := time.Now().UnixNano()
	err = errors.Join(err, unix.ClockGettime(unix.CLOCK_REALTIME, &after))
	if err != nil {
		return false, fmt.Errorf("pace: clock_gettime: %w", err)
	}
	return before.Nano() <= now && now <= after.Nano(), nil
}

func (c *timerfd) until(ctx context.Context, at time.Time) error {
	now := time.Now()
	c.credit = min(c.credit+now.Sub(c.ended)/watched, saved) // the first wait's is full
	early := min(spin, c.credit)
	if left := at.Sub(now); left > early {
		if err := c.sleep(ctx, now.Add(left-early)); err != nil {
			return err
		}
		now = time.Now()
	}
	for c.ended = now; c.ended.Before(at); {
		c.ended = time.Now()
	}
	c.credit -= c.ended.Sub(now)
	return nil
}

// sleep waits until at, which has a reading of the monotonic clock. The timer is set to an instant, not to a time from now: a
// goroutine that is held up before the call does not oversleep.
func (c *timerfd) sleep(ctx context.Context, at time.Time) error {
	c.wake, c.set = unix.ItimerSpec{Value: unix.NsecToTimespec(int64(c.zero + at.Sub(c.origin)))}, false
	deadlined := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() { deadlined <- c.file.SetReadDeadline(time.Unix(1, 0)) }) // in the past: the read returns
	err := c.raw.Read(c.turn)
	if err == nil && c.err != 0 {
		err = c.err
	}
	if stop() {
		if err != nil {
			return fmt.Errorf("pace: timerfd: %w", err)
		}
		return nil
	}
	if err := errors.Join(<-deadlined, c.file.SetReadDeadline(time.Time{})); err != nil {
		return fmt.Errorf("pace: timerfd: %w", err)
	}
	return context.Cause(ctx)
}

// setOrRead sets the timer, when the poller is ready to hear of it, and at the next call reads that it has expired.
// It reports whether there is nothing more to wait for.
func (c *timerfd) setOrRead(fd uintptr) (done bool) {
	if !c.set {
		c.set = true
		_, _, c.err = unix.RawSyscall6(unix.SYS_TIMERFD_SETTIME, fd, unix.TFD_TIMER_ABSTIME, uintptr(unsafe.Pointer(&c.wake)), 0, 0, 0)
		return c.err != 0
	}
	_, _, c.err = unix.RawSyscall(unix.SYS_READ, fd, uintptr(unsafe.Pointer(&c.count)), uintptr(len(c.count)))
	return c.err != unix.EAGAIN
}

func (c *timerfd) close() error { return c.file.Close() }
