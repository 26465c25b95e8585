package testbin

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// scratchPrefix starts the name of every scratch folder, and of the worktrees in it.
const scratchPrefix = "tailgate-scratch-"

// Scratch owns what a gate leaves on the machine while it runs; see the package comment. Its methods may be called concurrently.
type Scratch struct {
	Dir string // the folder, without symbolic links in its path

	watch *watchdog

	overlays overlays

	mu     sync.Mutex
	serial int
	trees  []*Tree
	cSums  map[string]string // by the top of a work tree
}

// NewScratch makes an empty scratch in $GOTMPDIR, or else in the system's folder for temporary files, after
// removing those that a power cut left there. The folder must not be mounted noexec: binaries are started from it.
func NewScratch() (*Scratch, error) {
	base := os.Getenv("GOTMPDIR")
	if base == "" {
		base = os.TempDir()
	}
	real, err := filepath.Abs(base)
	if err == nil {
		real, err = filepath.EvalSymlinks(real) // git records real paths of worktrees
	}
	if err != nil {
		return nil, fmt.Errorf("scratch folder in %s: %w; set TMPDIR to a folder that exists", base, err)
	}
	watch, err := newWatchdog(real)
	if err != nil {
		return nil, fmt.Errorf("scratch folder in %s: %w", base, err)
	}
	s := &Scratch{Dir: watch.dir, watch: watch}
	for _, sub := range []string{"bin", "overlay", "repo", "tmp", "tree"} {
		if err := os.Mkdir(filepath.Join(s.Dir, sub), 0o700); err != nil {
			return nil, fmt.Errorf("scratch folder in %s: %w", base, errors.Join(err, s.Close()))
		}
	}
	return s, nil
}

// Close ends every process still running in s, removes its worktrees and its folder, and waits until that is done.
// Calling it again does nothing.
func (s *Scratch) Close() error { return s.watch.close() }

// mkdir makes a new folder in the named part of s. Names are equally long, because the length of a process's arguments and
// environment moves its stack, and that alone changes timings (Mytkowicz et al. 2009).
func (s *Scratch) mkdir(part string) (string, error) {
	s.mu.Lock()
	s.serial++
	name := fmt.Sprintf("%06d", s.serial)
	s.mu.Unlock()
	dir := filepath.Join(s.Dir, part, name)
	return dir, os.Mkdir(dir, 0o700)
}
