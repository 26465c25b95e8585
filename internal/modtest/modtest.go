// Package modtest runs whole foreign modules, written as txtar files, through the real go command.
//
// A script imports tailgate as its users do, from a module of its own, so that exit codes and text are those that users get.
package modtest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"
)

// Run runs every testdata/script/*.txtar of the package under test, each in a folder and environment of its own. A script
// without go.mod is module example.com/shop. Every module of the script requires this checkout of tailgate. The environment has no
// REGRESS_*, GITHUB_* or CI variables, and git has an identity and no configuration of the user's.
func Run(t *testing.T) {
	t.Helper()
	RunDir(t, "testdata/script")
}

// RunDir is Run for the scripts in another folder.
func RunDir(t *testing.T, dir string) {
	t.Helper()
	root := Root(t)
	goEnv := goEnv(t, "GOCACHE", "GOMODCACHE", "GOPATH", "GOPROXY", "GOSUMDB")
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Vars = append(env.Vars, goEnv...)
			env.Vars = append(env.Vars, hermetic...)
			// Gates of other scripts are not waited for: what one measures beside them does not matter.
			env.Vars = append(env.Vars, "TAILGATE_LOCK="+filepath.Join(env.WorkDir, ".tmp", "tailgate.lock"))
			return complete(env.WorkDir, root, sums)
		},
	})
}

// hermetic keeps the user's settings of go and git out. Binaries that scripts build have no tables for debuggers, as those of go
// test, for a link then takes half the time; and what they are linked of is what a gate links, so that it is compiled once.
var hermetic = []string{
	"GOFLAGS=-mod=mod -trimpath -ldflags=-w", "GOTOOLCHAIN=local", "GOTELEMETRY=off",
	"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
	"GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@example.com", "GIT_COMMITTER_NAME=t", "GIT_COMMITTER_EMAIL=t@example.com",
}

// Unpack lays out the txtar file of that name as Run does, for tests that need more than a script. Commands in dir get env as
// their whole environment.
func Unpack(t testing.TB, name string) (dir string, env []string) {
	t.Helper()
	root := Root(t)
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := txtar.Write(archive, dir); err != nil {
		t.Fatal(err)
	}
	if err := complete(dir, root, sums); err != nil {
		t.Fatal(err)
	}
	env = append(goEnv(t, "GOCACHE", "GOMODCACHE", "GOPATH", "GOPROXY", "GOSUMDB"), hermetic...)
	return dir, append(env, "PATH="+os.Getenv("PATH"), "HOME="+dir)
}

// complete makes the files in dir one or more whole modules.
func complete(dir, root string, sums []byte) error {
	// testscript keeps temporary files in the folder of the script.
	if err := os.WriteFile(filepath.Join(dir, ".gitignore"), []byte("/.tmp/\n"), 0o644); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); errors.Is(err, os.ErrNotExist) {
		if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/shop\n\ngo 1.26\n"), 0o644); err != nil {
			return err
		}
	}
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() != "go.mod" {
			return err
		}
		return require(path, root, sums)
	})
}

// require completes the module at goMod: with this checkout of tailgate and all that the module's packages need, so that a script
// that commits it sees no change later.
func require(goMod, root string, sums []byte) error {
	f, err := os.OpenFile(goMod, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "\nrequire github.com/tailgate-go/tailgate v0.0.0\n\nreplace github.com/tailgate-go/tailgate => %s\n",
		root)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(goMod), "go.sum"), sums, 0o644); err != nil {
		return err
	}
	list := exec.Command("go", "list", "-test", "-deps", "./...")
	list.Dir, list.Env = filepath.Dir(goMod), append(os.Environ(), "GOFLAGS=-mod=mod")
	_ = list.Run() // what the script's packages lack shows when it runs them
	return nil
}

// Git runs git in dir, with an identity for commits, and returns what it prints. t fails if git does.
func Git(t testing.TB, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=t", "-c", "user.email=t@example.com"}, args...)...)
	var problem strings.Builder
	cmd.Stderr = &problem
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %v: %v\n%s%s", args, err, out, problem.String())
	}
	return strings.TrimSpace(string(out))
}

// Root is the top folder of the module under test.
func Root(t testing.TB) string {
	t.Helper()
	return filepath.Dir(strings.TrimSpace(goCommand(t, "env", "GOMOD")))
}

func goEnv(t testing.TB, names ...string) []string {
	t.Helper()
	values := strings.Split(goCommand(t, append([]string{"env"}, names...)...), "\n")
	pairs := make([]string, len(names))
	for i, name := range names {
		pairs[i] = name + "=" + values[i]
	}
	return pairs
}

func goCommand(t testing.TB, args ...string) string {
	t.Helper()
	out, err := exec.Command("go", args...).Output()
	if err != nil {
		t.Fatalf("go %v: %v", args, err)
	}
	return string(out)
}
