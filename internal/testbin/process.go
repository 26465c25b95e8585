package testbin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"time"
)

const (
	// DefaultTimeout is that of go test.
	DefaultTimeout = 10 * time.Minute

	// toolTimeout is for builds and checkouts, which may download.
	toolTimeout = 30 * time.Minute

	maxStdout = 8 << 20  // bytes; 100,000 benchmark lines
	maxStderr = 64 << 10 // bytes, the last of them
)

var (
	errKilled = errors.New("ended by the gate")
	errFlood  = fmt.Errorf("printed more than %d MiB to standard output: a benchmark must not print", maxStdout>>20)
)

// TimeoutError means that a process was killed because it took too long.
type TimeoutError struct{ After time.Duration }

func (e *TimeoutError) Error() string {
	return fmt.Sprintf("no result within %v: fix the hang, or allow more time", e.After)
}

// Output is what became of a process.
type Output struct {
	Stdout   []byte // the first 8 MiB
	Stderr   []byte // the last 64 KiB
	ExitCode int    // -1 when a signal ended the process
}

var passLine = regexp.MustCompile(`(?m)^PASS\r?$`)

// Passed counts the lines by which m.Run says that all went well: one for each call.
func Passed(stdout []byte) int { return len(passLine.FindAllIndex(stdout, -1)) }

// command is what start starts.
type command struct {
	name    string // in messages
	path    string
	args    []string
	dir     string
	env     []string
	files   []*os.File // descriptors 3, 4, ... of the process
	timeout time.Duration
}

// Process is a running child of the gate. It ends at the latest when the gate does, together with all that it has started.
type Process struct {
	name   string
	cmd    *exec.Cmd
	group  *group
	temp   string
	cancel context.CancelCauseFunc
	stdout *head
	stderr *tail

	done   chan struct{}
	output Output // valid once done is closed, as is err
	err    error
}

// Wait waits for the end of the process and ends all that it has started and left. A plain exit is no error, whatever its code. An
// error says in words why there was none: a *TimeoutError, ctx's cause, a signal, too much output. It may be called more than once.
func (p *Process) Wait() (Output, error) {
	<-p.done
	return p.output, p.err
}

// Kill ends the process and all that it has started. Wait then returns an error, unless the process had ended before.
func (p *Process) Kill() { p.cancel(errKilled) }

func (s *Scratch) start(ctx context.Context, c command) (*Process, error) {
	temp, err := s.mkdir("tmp")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.name, err)
	}
	p := &Process{name: c.name, temp: temp, done: make(chan struct{})}
	p.cmd = exec.Command(c.path, c.args...)
	p.cmd.Dir = c.dir
	p.cmd.ExtraFiles = c.files
	// A folder for each: the two sides of a comparison must not meet in a cache file.
	p.cmd.Env = append(c.env, "TMPDIR="+temp, "GOTMPDIR="+temp, "TMP="+temp, "TEMP="+temp)

	ctx, p.cancel = context.WithCancelCause(ctx)
	p.stdout = &head{limit: maxStdout, overflow: func() { p.cancel(errFlood) }}
	p.stderr = &tail{limit: maxStderr}
	if err := p.launch(ctx, s.watch, c.timeout); err != nil {
		p.cancel(nil)
		os.RemoveAll(temp)
		if errors.Is(err, os.ErrPermission) {
			err = fmt.Errorf("%w (if %s is mounted noexec, set GOTMPDIR to a folder that is not)", err, filepath.Dir(s.Dir))
		}
		return nil, fmt.Errorf("%s: %w", c.name, err)
	}
	return p, nil
}

func (p *Process) launch(ctx context.Context, watch *watchdog, timeout time.Duration) (err error) {
	var ends []*os.File // all four
	defer func() {
		for i, f := range ends {
			if err != nil || i%2 == 1 {
				f.Close()
			}
		}
	}()
	for range 2 {
		r, w, err := os.Pipe()
		if err != nil {
			return err
		}
		ends = append(ends, r, w)
	}
	// Files, not writers: with writers, Cmd.Wait would wait for grandchildren before their group can be killed.
	p.cmd.Stdout, p.cmd.Stderr = ends[1], ends[3]
	if p.group, err = watch.lead(); err != nil {
		return err
	}
	if err := p.group.start(p.cmd); err != nil {
		p.group.end()
		return err
	}
	ctx, stop := context.WithTimeoutCause(ctx, timeout, &TimeoutError{timeout})
	go p.supervise(ctx, stop, ends[0], ends[2])
	return nil
}

// supervise sees p to its end, whether anyone waits for it or not.
func (p *Process) supervise(ctx context.Context, stop context.CancelFunc, stdout, stderr *os.File) {
	defer close(p.done)
	defer p.cancel(nil)
	defer stop()
	var copies sync.WaitGroup
	copies.Go(func() { io.Copy(p.stdout, stdout) })
	copies.Go(func() { io.Copy(p.stderr, stderr) })

	exited := make(chan struct{})
	go func() {
		defer close(exited)
		_ = p.cmd.Wait() // ProcessState says more
	}()
	select {
	case <-exited:
	case <-ctx.Done():
		p.err = context.Cause(ctx)
		p.group.kill()
		_ = p.cmd.Process.Kill() // it may have left the group
		<-exited
	}
	p.group.end()
	endStrays(p.temp)

	// A grandchild that got away may still hold the pipes.
	copied := make(chan struct{})
	go func() { copies.Wait(); close(copied) }()
	select {
	case <-copied:
	case <-time.After(outputDelay):
	}
	stdout.Close()
	stderr.Close()

	os.RemoveAll(p.temp) // what resists, the watchdog gets
	p.conclude()
}

// conclude fills the output and words the error.
func (p *Process) conclude() {
	state := p.cmd.ProcessState
	var overflowed bool
	p.output.Stdout, overflowed = p.stdout.bytes()
	p.output.Stderr = p.stderr.bytes()
	p.output.ExitCode = state.ExitCode()
	if p.err == nil && overflowed {
		p.err = errFlood
	}
	if p.err == nil {
		p.err = deathBySignal(state)
	}
	if p.err != nil {
		p.err = fmt.Errorf("%s: %w", p.name, p.err)
	}
}
