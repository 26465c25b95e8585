//go:build !unix || aix || solaris

package testbin

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
)

// watchdog is only a list here: nothing cleans up after a gate that is killed, and nothing ends what its children started.
type watchdog struct {
	dir string

	mu     sync.Mutex
	closed bool
	repos  map[string]string // git folder by name of worktree
	groups map[*group]bool
}

func newWatchdog(base string) (*watchdog, error) {
	dir, err := os.MkdirTemp(base, scratchPrefix)
	if err != nil {
		return nil, err
	}
	return &watchdog{dir: dir, repos: map[string]string{}, groups: map[*group]bool{}}, nil
}

func (w *watchdog) register(name, gitDir string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.repos[name] = gitDir
	return nil
}

func (w *watchdog) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	for g := range w.groups {
		_ = g.cmd.Process.Kill()
	}
	for name, gitDir := range w.repos {
		cmd := exec.Command("git", "--git-dir="+gitDir, "worktree", "remove", "--force", "--force", filepath.Join(w.dir, "tree", name))
		cmd.Env = toolEnviron()
		_ = cmd.Run() // the folder goes below; what git still lists then, git worktree prune removes
	}
	return os.RemoveAll(w.dir)
}
