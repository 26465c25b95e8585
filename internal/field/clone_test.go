package field

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// clone has the repository of a case, in folders of its own.
type clone struct {
	gated               string // where the gate runs
	baseline, candidate string // work trees of the revisions
}

// source is where the repository of a case is cloned from: a clone in the folder, as OWNER+NAME, OWNER/NAME or NAME, else GitHub.
func (c Case) source(folder string) string {
	owner, name, _ := strings.Cut(c.Repository, "/")
	for _, path := range []string{owner + "+" + name, filepath.Join(owner, name), name} {
		if _, err := os.Stat(filepath.Join(folder, path)); folder != "" && err == nil {
			return filepath.Join(folder, path)
		}
	}
	return "https://github.com/" + c.Repository
}

// clone clones the repository of a case into a folder, and gets the modules that both revisions need, so that nobody's time is that
// of a download.
func (c Case) clone(ctx context.Context, source, into string) (clone, error) {
	at := clone{filepath.Join(into, "clone"), filepath.Join(into, "baseline"), filepath.Join(into, "candidate")}
	args := []string{"clone", "-q", "--no-checkout"}
	if filepath.IsAbs(source) {
		args = append(args, "--shared")
	}
	if _, err := run(ctx, into, "git", append(args, source, at.gated)...); err != nil {
		return at, err
	}
	if _, err := run(ctx, at.gated, "git", "checkout", "-q", "--detach", c.Candidate); err != nil {
		return at, err
	}
	for tree, revision := range map[string]string{at.baseline: c.Baseline, at.candidate: c.Candidate} {
		if _, err := run(ctx, at.gated, "git", "worktree", "add", "-q", "-f", "--detach", tree, revision); err != nil {
			return at, err
		}
		if _, err := run(ctx, filepath.Join(tree, c.Dir), "go", "list", "-deps", "-test", c.Package); err != nil {
			return at, err
		}
	}
	return at, nil
}

// run is what a command prints on standard output.
func run(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, environment()
	out, err := cmd.Output()
	if err != nil {
		said := string(out)
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			said = string(exit.Stderr) + said
		}
		return "", fmt.Errorf("%s %s: %w: %.600s", name, strings.Join(args, " "), err, said)
	}
	return string(out), nil
}

// environment is that of this process without what would set a gate.
func environment() (env []string) {
	for _, of := range os.Environ() {
		if !strings.HasPrefix(of, "REGRESS_") && !strings.HasPrefix(of, "GITHUB_") && !strings.HasPrefix(of, "CI=") {
			env = append(env, of)
		}
	}
	return env
}

func TestAClonesSource(t *testing.T) {
	c := Case{Repository: "owner/name"}
	folder := t.TempDir()
	assert.Equal(t, "https://github.com/owner/name", c.source(folder))
	assert.Equal(t, "https://github.com/owner/name", c.source(""))
	for _, path := range []string{"name", filepath.Join("owner", "name"), "owner+name"} { // the last that is made comes first
		require.NoError(t, os.MkdirAll(filepath.Join(folder, path), 0o755))
		assert.Equal(t, filepath.Join(folder, path), c.source(folder))
	}
}

func TestGatesAreNotSetByTheEnvironment(t *testing.T) {
	for _, name := range []string{"REGRESS_BENCH", "GITHUB_BASE_REF", "CI"} {
		t.Setenv(name, "set")
	}
	t.Setenv("CITY", "kept")
	env := environment()
	assert.Contains(t, env, "CITY=kept")
	for _, of := range env {
		assert.NotRegexp(t, "^(REGRESS_|GITHUB_|CI=)", of)
	}
}
