package testbin

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/tailgate-go/tailgate/internal/overlay"
)

// toolchain is the go command of a folder, as its go.mod and go.work choose it.
type toolchain struct {
	GOROOT, GOMODCACHE, GOFLAGS, GOVERSION string
}

func toolchainOf(ctx context.Context, dir string, env []string) (t toolchain, err error) {
	out, err := tool(ctx, dir, env, "go", "env", "-json", "GOROOT", "GOMODCACHE", "GOFLAGS", "GOVERSION")
	if err == nil {
		err = json.Unmarshal(out, &t)
	}
	if err != nil {
		return t, fmt.Errorf("%s: %w", dir, err)
	}
	return t, nil
}

// overlay is the file that GOFLAGS names in -overlay; empty if it does not.
func (t toolchain) overlay() (file string) {
	for _, flag := range splitFlags(t.GOFLAGS) {
		name, value, _ := strings.Cut(flag, "=")
		if name == "-overlay" || name == "--overlay" {
			file = value
		}
	}
	return file
}

// hooks are with what a binary is built so that its benchmarks take turns: see package overlay. The zero value builds it without.
type hooks struct {
	overlay string   // the file
	command string   // the go command, where it is another than that of the folder
	env     []string // of it
}

// overlays are the hooks of a scratch's builds. One that was made serves all builds with the same GOROOT and GOFLAGS' overlay.
type overlays struct {
	mu   sync.Mutex
	made map[string]hooks
}

// hook makes hooks for the toolchain in dir. The error says why its benchmarks can take no turns.
func (s *Scratch) hook(t toolchain, dir string) (hooks, error) {
	var beside overlay.Replace
	if file := t.overlay(); file != "" {
		var err error
		if beside, err = overlay.Read(file, dir); err != nil {
			return hooks{}, fmt.Errorf("GOFLAGS: %w", err)
		}
	}
	key, err := json.Marshal([]any{t.GOROOT, beside})
	if err != nil {
		return hooks{}, err
	}
	s.overlays.mu.Lock()
	defer s.overlays.mu.Unlock()
	if h, ok := s.overlays.made[string(key)]; ok {
		return h, nil
	}
	h, err := s.newHooks(t, beside)
	if err != nil {
		return hooks{}, err
	}
	if s.overlays.made == nil {
		s.overlays.made = map[string]hooks{}
	}
	s.overlays.made[string(key)] = h
	return h, nil
}

// newHooks writes an overlay. From Go 1.25 on the go command refuses one that replaces files of the module cache, which is where it
// keeps what it has downloaded of itself: there a link outside is the GOROOT. Nothing of that is in a binary.
func (s *Scratch) newHooks(t toolchain, beside overlay.Replace) (h hooks, err error) {
	folder, err := s.mkdir("overlay")
	if err != nil {
		return h, err
	}
	goroot := t.GOROOT
	if rel, err := filepath.Rel(t.GOMODCACHE, goroot); err == nil && filepath.IsLocal(rel) {
		link := filepath.Join(folder, "go")
		if err := os.Symlink(goroot, link); err != nil {
			return h, err
		}
		goroot = link
		h.command, h.env = filepath.Join(link, "bin", "go"), []string{"GOROOT=" + link, "GOTOOLCHAIN=local"}
	}
	files := filepath.Join(folder, "files")
	if err := os.Mkdir(files, 0o700); err != nil {
		return h, err
	}
	h.overlay, err = overlay.Write(files, goroot, beside)
	if err != nil {
		return hooks{}, fmt.Errorf("%s: %w", t.GOVERSION, err)
	}
	return h, nil
}
