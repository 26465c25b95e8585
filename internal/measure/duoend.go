package measure

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/testbin"
)

// failLine is what package testing prints of a benchmark that failed. A TestMain may end the process well all the same.
var failLine = regexp.MustCompile(`(?m)^--- FAIL: `)

// end ends the processes as they would end by themselves: cleaned up, profiles written. They end side by side.
func (d *duo) end(ctx context.Context) (totals each[duet.Totals], outputs each[testbin.Output], err error) {
	for _, i := range d.of.sides {
		if totals[i], err = d.peers[i].End(ctx); err != nil {
			return totals, outputs, d.fault(i, err)
		}
	}
	for _, i := range d.of.sides {
		s := d.of.gate.sides[i]
		done := time.AfterFunc(d.of.gate.order.Timeout, d.processes[i].Kill)
		output, err := d.processes[i].Wait()
		if !done.Stop() {
			return totals, outputs, fmt.Errorf("%s: it did not end within %v (-regress.timeout)%s",
				s.name, d.of.gate.order.Timeout, tail(output))
		}
		if err != nil {
			return totals, outputs, fmt.Errorf("%s: %w%s", s.name, err, tail(output))
		}
		if output.ExitCode != 0 {
			return totals, outputs, fmt.Errorf("%s: the test binary exited with status %d%s", s.name, output.ExitCode, tail(output))
		}
		if failLine.Match(output.Stdout) {
			return totals, outputs, fmt.Errorf("%s: a benchmark failed, and the test binary exited with status 0%s", s.name, tail(output))
		}
		outputs[i] = output
	}
	return totals, outputs, nil
}

// mourning is how long a process that failed may take to end by itself and say why.
const mourning = 2 * time.Second

// fault words what went wrong with side i, with what its process said of it.
func (d *duo) fault(i int, err error) error {
	name := d.of.gate.sides[i].name
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s: %w", name, err)
	}
	hint := ""
	if errors.Is(err, duet.ErrStalled) {
		d.processes[i].Kill()
		hint = ": fix the hang, or allow more time (-regress.timeout)"
	}
	if d.peers[i] != nil {
		d.peers[i].Close() // it ends when it sees that
	}
	done := time.AfterFunc(mourning, d.processes[i].Kill)
	output, gone := d.processes[i].Wait()
	done.Stop()
	switch {
	case gone == nil && output.ExitCode != 0:
		err = fmt.Errorf("the test binary exited with status %d: %w", output.ExitCode, err)
	case gone != nil && errors.Is(err, duet.ErrGone):
		err = gone // by a signal
	}
	return fmt.Errorf("%s: %w%s%s", name, err, hint, tail(output))
}

// notAtOnceError means that a plain benchmark, which runs alone, failed on one side before it took its seat: as where it needs a
// port that the other side has.
type notAtOnceError struct {
	error
	why string // in a line
}

func (e *notAtOnceError) Unwrap() error { return e.error }

// unseated words why side i has not taken its seat.
func (d *duo) unseated(i int, err error) error {
	fault := d.fault(i, err)
	output, gone := d.processes[i].Wait()
	switch {
	case !d.of.plain || !errors.Is(err, duet.ErrGone) || gone != nil:
		return fault
	case output.ExitCode == 0:
		return errUnseated
	}
	return &notAtOnceError{fault, d.of.gate.sides[i].name + ": " + failed(output)}
}

// complaint begins a line that says why a process failed.
var complaint = regexp.MustCompile(`^(panic: |[^\s:]+\.go:\d+: )`)

// failed is what a process printed first of why it failed, in a line.
func failed(output testbin.Output) string {
	const most = 200 // bytes
	for line := range strings.Lines(string(output.Stdout) + "\n" + string(output.Stderr)) {
		if line = strings.TrimSpace(line); complaint.MatchString(line) {
			return strings.ToValidUTF8(line[:min(len(line), most)], "?")
		}
	}
	return fmt.Sprintf("the test binary exited with status %d", output.ExitCode)
}

// kill ends what is left of the processes.
func (d *duo) kill() {
	for _, i := range d.of.sides {
		if d.peers[i] != nil {
			d.peers[i].Close()
		}
		if d.processes[i] != nil {
			d.processes[i].Kill()
			_, _ = d.processes[i].Wait() // what it says is known, or does not matter
		}
	}
}
