//go:build unix && !aix && !solaris

package testbin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// lockPoll is the pause between two tries. The gate that holds the lock is measuring: 10 system calls a second do not disturb it.
const lockPoll = 100 * time.Millisecond

// Lock waits until no other gate holds the lock at path, in this process or another, and takes it until release is called or this
// process ends in whatever way. waiting, unless nil, is called for each holder that must be waited for, with its process id and
// start time. The file stays: removing it would let a third gate lock another file of the same name.
func Lock(ctx context.Context, path string, waiting func(holder string)) (release func(), err error) {
	told := ""
	for {
		f, busy, err := tryLock(path)
		if err != nil {
			return nil, fmt.Errorf("the lock of this machine's gates: %w", err)
		}
		if f != nil {
			var once sync.Once
			return func() { once.Do(func() { f.Truncate(0); f.Close() }) }, nil
		}
		if waiting != nil && busy != told {
			told = busy
			waiting(busy)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("another gate is measuring on this machine: %s: held by %s: %w", path, busy, context.Cause(ctx))
		case <-time.After(lockPoll):
		}
	}
}

// tryLock returns the locked file, or who holds it.
func tryLock(path string) (locked *os.File, busy string, err error) {
	f, err := openLock(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, "", fmt.Errorf("%w: make the folder, or name another file in %s", err, LockEnv)
	}
	if err != nil {
		return nil, "", fmt.Errorf("%w: %s", err, wantedLock)
	}
	defer func() {
		if locked != f {
			f.Close()
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return nil, "", err
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); !ok || stat.Nlink > 1 || !info.Mode().IsRegular() {
		return nil, "", fmt.Errorf("%s: %s", path, wantedLock)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
		text := make([]byte, 128)
		n, _ := f.ReadAt(text, 0)
		if busy = strings.TrimSpace(string(text[:n])); busy == "" {
			busy = "a gate that is just starting or ending"
		}
		return nil, busy, nil
	}
	if err != nil {
		return nil, "", fmt.Errorf("flock %s: %w: name a file of a local disk in %s", path, err, LockEnv)
	}
	// A cleaner of temporary files may have taken it away between opening and locking.
	if there, err := os.Lstat(path); err != nil || !os.SameFile(info, there) {
		return tryLock(path)
	}
	if f.Truncate(0) == nil { // the text is only told: the lock holds without it
		_, _ = f.WriteAt([]byte(holder(time.Now())+"\n"), 0)
	}
	return f, "", nil
}

// wantedLock says what a lock can be. Another user's file will do: nothing is done to it but to lock it and to write who holds it.
// A file with two names will not: by the other somebody may need it.
const wantedLock = "the lock must be a plain file with one name, which all users may open; remove what is there, " +
	"or name another file in " + LockEnv

// openLock opens the file, or makes it for all users. The folder may be anyone's to write to: no links, no pipes. What is there is
// opened without O_CREATE, with which Linux refuses another user's file (fs.protected_regular).
func openLock(path string) (*os.File, error) {
	const plain = syscall.O_NOFOLLOW | syscall.O_NONBLOCK
	f, err := os.OpenFile(path, os.O_RDWR|plain, 0)
	switch {
	case errors.Is(err, os.ErrPermission):
		return os.OpenFile(path, os.O_RDONLY|plain, 0) // which suffices to lock it
	case errors.Is(err, os.ErrNotExist):
		f, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL|plain, lockMode)
		if errors.Is(err, os.ErrExist) { // another gate made it
			return openLock(path)
		}
		if err == nil {
			_ = f.Chmod(lockMode) // whatever the umask; where that cannot be, others may read it
		}
	}
	return f, err
}

// lockMode lets all users lock the file and write who holds it.
const lockMode = 0o666

// isWritable reports whether this process may make files in dir.
func isWritable(dir string) bool { return unix.Access(dir, unix.W_OK|unix.X_OK) == nil }
