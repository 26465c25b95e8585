// Package modtest runs whole foreign modules, written as txtar files, through the real go command.
//
// A script imports tailgate as its users do, from a module of its own, so that exit codes and text are those that users get.
package modtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
)

// goMod is the module that a script gets when it brings no go.mod.
const goMod = `module example.com/shop

go 1.26

require github.com/tailgate-go/tailgate v0.0.0

replace github.com/tailgate-go/tailgate => %s
`

// Run runs every testdata/script/*.txtar of the package under test, each in a folder and environment of its own. A script
// without go.mod is module example.com/shop, which requires this checkout of tailgate. The environment has no REGRESS_*,
// GITHUB_* or CI variables, and git has an identity and no configuration of the user's.
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
	require.NoError(t, err)
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Vars = append(env.Vars, goEnv...)
			env.Vars = append(env.Vars,
				"GOFLAGS=-mod=mod", "GOTOOLCHAIN=local", "GOTELEMETRY=off",
				"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
				"GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@example.com", "GIT_COMMITTER_NAME=t", "GIT_COMMITTER_EMAIL=t@example.com",
				"TAILGATE="+root)
			mod := filepath.Join(env.WorkDir, "go.mod")
			if _, err := os.Stat(mod); err == nil {
				return nil
			}
			if err := os.WriteFile(mod, fmt.Appendf(nil, goMod, root), 0o644); err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(env.WorkDir, "go.sum"), sums, 0o644); err != nil {
				return err
			}
			// testscript keeps temporary files in the folder of the script.
			if err := os.WriteFile(filepath.Join(env.WorkDir, ".gitignore"), []byte("/.tmp/\n"), 0o644); err != nil {
				return err
			}
			// Completes go.mod now, so that a script that commits it sees no change later. What the script's packages lack shows then.
			list := exec.Command("go", "list", "-test", "-deps", "./...")
			list.Dir, list.Env = env.WorkDir, append(os.Environ(), "GOFLAGS=-mod=mod")
			_ = list.Run()
			return nil
		},
	})
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
	require.NoError(t, err, "go %v", args)
	return string(out)
}
