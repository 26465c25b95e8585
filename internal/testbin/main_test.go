package testbin

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// roles are what this test binary does when a test starts it again; see kill_test.go.
var roles = map[string]func(){}

func TestMain(m *testing.M) {
	if role, ok := roles[os.Getenv("TESTBIN_ROLE")]; ok {
		role()
		return
	}
	temp, err := os.MkdirTemp("", "testbin")
	if err != nil {
		panic(err)
	}
	for name, value := range environment(temp) {
		os.Setenv(name, value)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		os.RemoveAll(temp)
		os.Exit(code)
	}))
}

// environment has no configuration of the user's and no network, but the user's build cache.
func environment(temp string) map[string]string {
	out, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		panic(err)
	}
	caches := strings.Fields(string(out))
	env := map[string]string{
		"HOME": temp, "TMPDIR": temp, "GOTMPDIR": "", LockEnv: filepath.Join(temp, "x.lock"),
		"GOCACHE": caches[0], "GOMODCACHE": caches[1], "GOENV": "off", "GOFLAGS": "-trimpath -ldflags=-w", // as a gate builds
		"GOWORK": "", "GOPROXY": "off", "GOTOOLCHAIN": "local",
		"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.DevNull,
		"GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.com", "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@example.com",
		// Submodules of these tests lie on the disk.
		"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "protocol.file.allow", "GIT_CONFIG_VALUE_0": "always",
	}
	return env
}

// notShort leaves a test to .ci/run adoption. Under -short one of each kind of build is enough, for a link takes half a second.
func notShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("links again and again, or waits for long")
	}
}

// shop is a module with one package in a folder, infer.
const shop = `
-- go.mod --
module example.com/shop

go 1.26
-- infer/infer.go --
package infer

func Infer() int { return 1 }
-- infer/infer_test.go --
package infer

import "testing"

func BenchmarkInfer(b *testing.B) {
	for b.Loop() {
		Infer()
	}
}
`

// newRepo commits the files of a txtar archive to a new repository in dir, or in a folder of the test's.
func newRepo(t *testing.T, archive string, dir ...string) *Repo {
	t.Helper()
	root := filepath.Join(append([]string{t.TempDir()}, dir...)...)
	require.NoError(t, os.MkdirAll(root, 0o755))
	run(t, root, "git", "init", "-q", "-b", "main")
	commit(t, root, archive)
	repo, err := Open(t.Context(), root)
	require.NoError(t, err)
	return repo
}

// commit adds the files of a txtar archive, and whatever else is there, and returns the hash.
func commit(t *testing.T, root, archive string) Commit {
	t.Helper()
	write(t, root, archive)
	run(t, root, "git", "add", "-A")
	run(t, root, "git", "commit", "-q", "--allow-empty", "-m", "a subject\n\nand a body")
	return Commit{Hash: run(t, root, "git", "rev-parse", "HEAD"), Subject: "a subject"}
}

func write(t *testing.T, root, archive string) {
	t.Helper()
	for _, file := range txtar.Parse([]byte(archive)).Files {
		path := filepath.Join(root, filepath.FromSlash(file.Name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, file.Data, 0o644))
	}
}

func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s %v: %s", name, args, out)
	return strings.TrimSpace(string(out))
}

// newScratch is closed with the test, and must then be gone.
func newScratch(t *testing.T) *Scratch {
	t.Helper()
	s, err := NewScratch()
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, s.Close())
		require.NoDirExists(t, s.Dir)
	})
	return s
}

func headOf(t *testing.T, r *Repo) Commit {
	t.Helper()
	c, err := r.Resolve(t.Context(), "HEAD")
	require.NoError(t, err)
	return c
}

func newTree(t *testing.T, s *Scratch, r *Repo) *Tree {
	t.Helper()
	tree, err := s.Worktree(t.Context(), r, headOf(t, r))
	require.NoError(t, err)
	return tree
}
