// Package ci tests what runs a gate for a team: the workflows of this repository, the action, and the snippets of
// README.md and docs/ci.md, all of them run.
package ci

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/modtest"

	// What the small module builds is the go command's alone to know: without these go test would reuse a result from before
	// tailgate changed.
	_ "github.com/tailgate-go/tailgate/regress"
	_ "github.com/tailgate-go/tailgate/workload"
)

// shop is a small module that has a gate, in a git repository whose branch main has one commit.
type shop struct {
	t   *testing.T
	dir string
	env []string // all of a command's
}

func newShop(t *testing.T) *shop {
	t.Helper()
	if testing.Short() {
		t.Skip("measures")
	}
	dir, env := modtest.Unpack(t, "testdata/shop.txtar")
	require.NoError(t, os.Chmod(filepath.Join(dir, ".ci", "run"), 0o755))
	home := t.TempDir()
	s := &shop{t, dir, append(env, "HOME="+home, "XDG_CACHE_HOME="+filepath.Join(home, "cache"), "XDG_CONFIG_HOME="+home)}
	s.git("init", "-q", "-b", "main")
	s.commit("first")
	return s
}

func (s *shop) git(args ...string) string {
	s.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = s.dir, s.env
	out, err := cmd.CombinedOutput()
	require.NoError(s.t, err, "git %v: %s", args, out)
	return strings.TrimSpace(string(out))
}

// commit commits everything and returns the hash.
func (s *shop) commit(message string) string {
	s.t.Helper()
	s.git("add", "-A")
	s.git("commit", "-q", "--allow-empty", "-m", message)
	return s.git("rev-parse", "HEAD")
}

// edit replaces text that must be in the file.
func (s *shop) edit(name, old, new string) {
	s.t.Helper()
	text := read(s.t, filepath.Join(s.dir, name))
	require.Contains(s.t, text, old)
	s.write(name, strings.ReplaceAll(text, old, new))
}

func (s *shop) write(name, text string) {
	s.t.Helper()
	name = filepath.Join(s.dir, name)
	require.NoError(s.t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(s.t, os.WriteFile(name, []byte(text), 0o644))
}

// slow makes requests take three times as long.
func (s *shop) slow() { s.edit("workload/work.go", "300_000", "900_000") }

// adopt gives the module the workflows and the action of this repository.
func (s *shop) adopt() *shop {
	s.t.Helper()
	require.NoError(s.t, os.CopyFS(filepath.Join(s.dir, ".github"), os.DirFS(filepath.Join(repository(s.t), ".github"))))
	s.commit("adopt the workflows")
	return s
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(data)
}

// repository is the top folder of this one.
func repository(t *testing.T) string { return modtest.Root(t) }

// in is the shop in a subtest, which leaves it as it is now.
func (s *shop) in(t *testing.T) *shop {
	sub := &shop{t, s.dir, s.env}
	head := s.git("rev-parse", "main")
	t.Cleanup(func() {
		sub.git("checkout", "-q", "-f", "main")
		sub.git("reset", "-q", "--hard", head)
	})
	return sub
}
