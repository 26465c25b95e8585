package regress

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/measure"
	"github.com/tailgate-go/tailgate/internal/output"
	"github.com/tailgate-go/tailgate/internal/progress"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/testbin"
)

// recordings is how often a server is measured by itself: as often as benchstat wants results.
const recordings = 10

// attempts times Takes is how long a run may take, since package testing approaches its -benchtime in several attempts.
const attempts = 3

// mostAgain is how often what was late is measured again.
const mostAgain = 3

// load measures a server by itself, when no gate measures on this machine, and writes what the program prints to w, as go test
// -bench does. Runs in which the load generator was late are made again.
func (s settings) load(ctx context.Context, dir, address string, display *progress.Display, w io.Writer) (err error) {
	release, err := measure.Lock(ctx, display)
	if err != nil {
		return err
	}
	defer release()
	scratch, err := testbin.NewScratch()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, scratch.Close()) }()
	bin, err := scratch.Program(s.program.Path, dir)
	if err != nil {
		return err
	}
	for left, again := recordings, 0; left > 0; again++ {
		out, err := bin.Run(ctx, testbin.RunOptions{
			Args: []string{
				"-test.run=^$", "-test.bench=" + s.bench, "-test.benchtime=" + s.benchtime, fmt.Sprintf("-test.count=%d", left),
			},
			Env:  append([]string{duet.ChildEnv + "=1", duet.WholeRunEnv + "=1", duet.TargetEnv + "=" + address}, s.program.Env...),
			Keep: s.variables, Timeout: recordings * (s.timeout + attempts*s.takes),
		})
		if err == nil && out.ExitCode != 0 {
			err = fmt.Errorf("the load on %s failed with status %d:\n%s%s", address, out.ExitCode, out.Stdout, out.Stderr)
		}
		if err != nil {
			return err
		}
		var results []byte
		if results, left = onTime(out.Stdout); left > 0 && again == mostAgain {
			return fmt.Errorf("the load generator was late in %d of its last runs on %s, which say nothing of the server: "+
				"lower the rate, or run it on a machine that does less", left, address)
		}
		if _, err := w.Write(results); err != nil {
			return err
		}
		if left > 0 {
			display.Say("the load generator was late in %d runs: they are made again", left)
		}
	}
	return nil
}

// onTime leaves out the runs in which the load generator was late; late is how many the benchmark with the most of them had.
func onTime(results []byte) (rest []byte, late int) {
	runs := map[string]int{}
	for line := range bytes.Lines(results) {
		fields := strings.Fields(string(line))
		if at := slices.Index(fields, duet.LateUnit); at > 0 && strings.HasPrefix(fields[0], "Benchmark") && fields[at-1] != "0" {
			runs[fields[0]]++
			late = max(late, runs[fields[0]])
			continue
		}
		rest = append(rest, line...)
	}
	return rest, late
}

// loadedName is the file of results, in the output folder, of a server that was measured to be judged against saved ones.
var loadedName = output.Sides(false)[1]

// checkKept refuses a baseline that the results of the candidate would replace.
func (s settings) checkKept(out *output.Folder) error {
	files, err := filepath.Glob(s.baseline.Value)
	if err != nil {
		return err
	}
	for _, file := range files {
		if isSame(file, filepath.Join(out.Dir, loadedName)) {
			return fmt.Errorf("baseline: %s lies where the candidate's results will: copy it elsewhere first, and name the copy, "+
				"or name another folder with -out", file)
		}
	}
	return nil
}

// loaded is the file of results of a server that was measured now, to be judged against saved ones.
func (s settings) loaded(ctx context.Context, dir, address string, display *progress.Display, out *output.Folder) (
	file string, err error,
) {
	err = out.Write(loadedName, func(w io.Writer) error { return s.load(ctx, dir, address, display, w) })
	return filepath.Join(out.Dir, loadedName), err
}

// record prints what a server answers, as results to compare with later.
func (s settings) record(display *progress.Display) (status int) {
	dir, err := os.Getwd()
	if err == nil {
		err = s.load(context.Background(), dir, s.candidate.Value, display, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "tailgate: invalid: "+report.Plain(err.Error()))
		return exitInvalid
	}
	return exitPassed
}
