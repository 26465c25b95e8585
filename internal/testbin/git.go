package testbin

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// gitOptions keep the user's hooks and daemons out: a post-checkout hook must not run in a worktree that the user never made.
var gitOptions = []string{"-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"}

// outputDelay bounds the wait for output after a process has ended, should something it started still hold the pipe.
const outputDelay = time.Second

// toolError is a git or go command that did not succeed.
type toolError struct {
	command string
	stderr  string
	err     error
}

func (e *toolError) Error() string {
	if e.stderr == "" {
		return fmt.Sprintf("%s: %v", e.command, e.err)
	}
	return fmt.Sprintf("%s: %s", e.command, e.stderr)
}

func (e *toolError) Unwrap() error { return e.err }

// says reports whether err is a command that printed any of the texts.
func says(err error, texts ...string) bool {
	var tool *toolError
	if !errors.As(err, &tool) {
		return false
	}
	for _, text := range texts {
		if strings.Contains(tool.stderr, text) {
			return true
		}
	}
	return false
}

// isSilent reports whether err is a command's way to say no: exit status 1 and not a word.
func isSilent(err error) bool {
	var tool *toolError
	var exit *exec.ExitError
	return errors.As(err, &tool) && tool.stderr == "" && errors.As(err, &exit) && exit.ExitCode() == 1
}

// git runs git in dir and returns what it printed, less the final newline. It is for commands that only read.
func git(ctx context.Context, dir string, args ...string) (string, error) {
	out, err := tool(ctx, dir, nil, "git", append(gitOptions[:len(gitOptions):len(gitOptions)], args...)...)
	if errors.Is(err, exec.ErrNotFound) {
		return "", fmt.Errorf("git is not on the PATH: install it, or compare with a saved file: %w", exec.ErrNotFound)
	}
	var failed *toolError
	if errors.As(err, &failed) {
		failed.command = "git " + args[0]
	}
	return strings.TrimSuffix(string(out), "\n"), err
}

var errListing = fmt.Errorf("it lists more than %d MiB", maxListing>>20)

// maxListing is how many bytes git and go may list: 500,000 files.
const maxListing = 64 << 20

// tool runs a command that only reads and returns its standard output. It ends with ctx and with the gate, and so does what it has
// started.
func tool(ctx context.Context, dir string, env []string, name string, args ...string) ([]byte, error) {
	ctx, stop := context.WithTimeoutCause(ctx, toolTimeout, &TimeoutError{toolTimeout})
	defer stop()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(append(toolEnviron(), "PWD="+dir), env...)
	cmd.WaitDelay = outputDelay
	stdout := &head{limit: maxListing, overflow: func() { cancel(errListing) }}
	stderr := &tail{limit: maxStderr}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	err := runInGroup(cmd)
	listing, over := stdout.bytes()
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	} else if over {
		err = errListing
	}
	if err != nil {
		return listing, &toolError{command: name + " " + args[0], stderr: strings.TrimSpace(string(stderr.bytes())), err: err}
	}
	return listing, nil
}

// runInGroup runs cmd in a process group that ends when its context or the gate does.
func runInGroup(cmd *exec.Cmd) error {
	if cmd.Err != nil { // before what else may be missing
		return cmd.Err
	}
	g, err := newGroup()
	if err != nil {
		return err
	}
	defer g.end()
	cmd.Cancel = func() error {
		g.kill()
		return cmd.Process.Kill() // it may have left the group
	}
	if err := g.start(cmd); err != nil {
		return err
	}
	return cmd.Wait()
}
