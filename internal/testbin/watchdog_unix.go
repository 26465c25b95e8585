//go:build unix && !aix && !solaris

package testbin

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

//go:embed watchdog.sh
var watchdogScript string

// closeTimeout bounds the wait for the watchdog. Removing a tree of 100,000 files takes seconds on a slow disk.
const closeTimeout = time.Minute

// watchdog is the process that cleans up after the gate, and the gate's ends of the pipes that tell it when.
type watchdog struct {
	dir    string
	exited chan struct{}

	mu       sync.Mutex // guards the files
	lock     *os.File   // the folder, locked for as long as the gate or the watchdog lives
	lifeline *os.File   // read end, standard input of every group leader
	gate     *os.File   // write end of the lifeline, held by the gate alone
	alive    *os.File   // write end of the watchdog's standard input, held by the gate and every group leader
}

func newWatchdog(base string) (*watchdog, error) {
	sweep(base)
	w := &watchdog{exited: make(chan struct{})}
	if err := w.start(base); err != nil {
		w.closeFiles()
		return nil, err
	}
	return w, nil
}

func (w *watchdog) start(base string) error {
	var err error
	if w.dir, w.lock, err = claim(base); err != nil {
		return err
	}
	if w.lifeline, w.gate, err = os.Pipe(); err != nil {
		return errors.Join(err, os.Remove(w.dir))
	}
	input, alive, err := os.Pipe()
	if err != nil {
		return errors.Join(err, os.Remove(w.dir))
	}
	defer input.Close()
	w.alive = alive
	// No output is inherited: go test would wait for whoever holds it.
	cmd := shell(watchdogScript, w.dir)
	cmd.Stdin = input
	cmd.ExtraFiles = []*os.File{w.lock}
	if err := cmd.Start(); err != nil {
		return errors.Join(fmt.Errorf("watchdog: %w; it needs a POSIX sh on the PATH", err), os.Remove(w.dir))
	}
	go func() {
		defer close(w.exited)
		_ = cmd.Wait() // what counts is whether the folder is gone
	}()
	return nil
}

// shell runs a script in a process group of its own, so that an interrupt typed at the terminal does not reach it.
func shell(script string, args ...string) *exec.Cmd {
	cmd := exec.Command("sh", append([]string{"-c", script, "tailgate"}, args...)...)
	cmd.Dir = "/"
	cmd.Env = toolEnviron()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// register makes the watchdog remove the worktree with this name from the repository with this git folder.
// The link is read when the time comes, and there is nothing in a link that needs quoting.
func (w *watchdog) register(name, gitDir string) error {
	return os.Symlink(gitDir, filepath.Join(w.dir, "repo", name))
}

func (w *watchdog) close() error {
	w.closeFiles()
	select {
	case <-w.exited:
	case <-time.After(closeTimeout):
		return fmt.Errorf("%s: still being removed after %v", w.dir, closeTimeout)
	}
	if isGone(w.dir) {
		return nil
	}
	// The watchdog itself was killed.
	if err := clean(w.dir); err != nil && !isGone(w.dir) {
		return fmt.Errorf("%s: %w; remove it by hand, and then run git worktree prune", w.dir, err)
	}
	return nil
}

func isGone(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, os.ErrNotExist)
}

func (w *watchdog) closeFiles() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range []*os.File{w.gate, w.lifeline, w.alive, w.lock} {
		_ = f.Close() // nil and closed files are refused
	}
}

// clean does the watchdog's work on the folder of a gate that is gone.
func clean(dir string) error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	cmd := shell(watchdogScript, dir)
	if err := cmd.Start(); err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })()
	return cmd.Wait()
}

// sweep removes the scratch folders of gates that ended together with their watchdog. What cannot be removed stays for the next
// sweep: it is no reason not to measure.
func sweep(base string) {
	entries, err := os.ReadDir(base)
	if err != nil {
		return
	}
	for _, entry := range entries {
		dir := filepath.Join(base, entry.Name())
		if !strings.HasPrefix(entry.Name(), scratchPrefix) || !isOwnFolder(dir) {
			continue
		}
		if lock, err := lockFolder(dir); err == nil {
			_ = clean(dir)
			lock.Close()
		}
	}
}

// isOwnFolder reports whether path is a folder, not a link to one, and belongs to this user. Root must not sweep for others.
func isOwnFolder(path string) bool {
	info, err := os.Lstat(path)
	if err != nil || !info.IsDir() {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}

// claim makes a folder and locks it. A sweep that comes in between takes the folder for one that was left, so try again.
func claim(base string) (dir string, lock *os.File, err error) {
	for range 10 {
		if dir, err = os.MkdirTemp(base, scratchPrefix); err != nil {
			return "", nil, err
		}
		if lock, err = lockFolder(dir); err == nil && !isGone(dir) {
			return dir, lock, nil
		}
		lock.Close()
	}
	return "", nil, errors.Join(err, os.Remove(dir))
}

// lockFolder opens a folder and locks it, or fails at once. The kernel unlocks it when the last process that inherited it ends.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.OpenFile(dir, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, &os.PathError{Op: "flock", Path: dir, Err: err}
	}
	return f, nil
}
