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
			return nil, err
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
			return nil, fmt.Errorf("%s: held by %s: %w", path, busy, context.Cause(ctx))
		case <-time.After(lockPoll):
		}
	}
}

// tryLock returns the locked file, or who holds it.
func tryLock(path string) (locked *os.File, busy string, err error) {
	// The folder may be anyone's to write to: no links, no pipes, no files of others.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o600)
	if errors.Is(err, os.ErrNotExist) {
		return nil, "", err
	}
	if err != nil {
		return nil, "", fmt.Errorf("%w: the lock must be a plain file of this user's; remove what is there", err)
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
	if stat, ok := info.Sys().(*syscall.Stat_t); !ok || int(stat.Uid) != os.Geteuid() || !info.Mode().IsRegular() {
		return nil, "", fmt.Errorf("%s: the lock must be a plain file of this user's; remove what is there", path)
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
		return nil, "", &os.PathError{Op: "flock", Path: path, Err: err}
	}
	// A cleaner of temporary files may have taken it away between opening and locking.
	if there, err := os.Lstat(path); err != nil || !os.SameFile(info, there) {
		return tryLock(path)
	}
	if err := f.Truncate(0); err != nil {
		return nil, "", err
	}
	if _, err := f.WriteAt([]byte(holder(time.Now())+"\n"), 0); err != nil {
		return nil, "", err
	}
	return f, "", nil
}
