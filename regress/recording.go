package regress

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
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

// mostLate is how often a benchmark may be late.
const mostLate = recordings

// records reports whether a server is to be measured by itself, without a gate.
func (s settings) records() bool { return s.program != nil && s.baseline.Value == none && s.in == "" }

// load measures a server by itself, when no gate measures on this machine, and writes what the program prints to w, as go test
// -bench does. Each run is a process. Runs in which the load generator was late are made again.
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
	env := append([]string{
		duet.ChildEnv + "=1", duet.WholeRunEnv + "=1", duet.TargetEnv + "=" + address,
		duet.HandoverEnv + "=" + filepath.Join(scratch.Dir, "handover"),
	}, s.program.Env...)
	r := recording{to: w, of: map[string]*tries{}, heads: map[string]bool{}}
	defer func() { err = errors.Join(err, r.end(err == nil)) }()
	run := func(bench string) error {
		out, err := bin.Run(ctx, testbin.RunOptions{
			Args: []string{"-test.run=^$", "-test.bench=" + bench, "-test.benchtime=" + s.benchtime, "-test.count=1"},
			Env:  env, Keep: s.variables, Timeout: s.timeout + attempts*s.takes,
		})
		var late *testbin.TimeoutError
		switch {
		case errors.As(err, &late):
			return fmt.Errorf("a run of the load on %s: %w (-timeout)", address, err)
		case err != nil:
			return err
		case out.ExitCode != 0:
			return fmt.Errorf("the load on %s failed with status %d:\n%s%s", address, out.ExitCode, out.Stdout, out.Stderr)
		}
		return r.add(out.Stdout)
	}
	for range recordings {
		if err := run(s.bench); err != nil {
			return err
		}
		if len(r.of) == 0 {
			return fmt.Errorf("-bench is %q, and no benchmark of the load has such a name: leave it out for all of them", s.bench)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.of)) {
		if err := r.complete(name, address, display, run); err != nil {
			return err
		}
	}
	return nil
}

// recording is what a server's runs have printed, each one benchmark or several, written as they come.
type recording struct {
	to    io.Writer
	of    map[string]*tries // benchmarks, by the names that are printed
	heads map[string]bool   // lines on the machine and the program, which each process prints
	table []byte            // the latest tables, which are of all runs
}

// tries are the runs of a benchmark: those that count, and those in which the load generator was late.
type tries struct{ good, late int }

// add adds what a process has printed: its results but for those that were late.
func (r *recording) add(printed []byte) error {
	var rest, table []byte
	for line := range bytes.Lines(printed) {
		fields := strings.Fields(string(line))
		switch {
		case len(fields) > 3 && strings.HasPrefix(string(line), "Benchmark"):
			if r.of[fields[0]] == nil {
				r.of[fields[0]] = &tries{}
			}
			if at := slices.Index(fields, duet.LateUnit); at > 0 && fields[at-1] != "0" {
				r.of[fields[0]].late++
				continue
			}
			r.of[fields[0]].good++
		case line[0] == '#':
			table = append(table, line...)
			continue
		case string(line) == passed, r.heads[string(line)]:
			continue
		case len(fields) > 0 && strings.HasSuffix(fields[0], ":") && line[0] != ' ':
			r.heads[string(line)] = true
		}
		rest = append(rest, line...)
	}
	if len(table) > 0 {
		r.table = table
	}
	_, err := r.to.Write(rest)
	return err
}

// complete makes as many runs of a benchmark more as were late.
func (r *recording) complete(name, address string, display *progress.Display, run func(bench string) error) error {
	of := r.of[name]
	if of.late > 0 {
		display.Say("runs of %s in which the load generator was late, and which are made again: %d", name, of.late)
	}
	for of.good < recordings {
		if of.late >= mostLate {
			return fmt.Errorf("the load generator was late in %d of %d runs of %s on %s, which say nothing of the server: "+
				"lower the rate, or run it on a machine that does less", of.late, of.good+of.late, name, address)
		}
		before := *of
		if err := run(measure.Pattern(withoutProcs(name))); err != nil {
			return err
		}
		if *of == before {
			return fmt.Errorf("%s was to be measured again on %s, and has no result", name, address)
		}
	}
	return nil
}

// passed is what the process of a test prints last.
const passed = "PASS\n"

// end writes what stands below all results. Only what is whole ends as a test that passed.
func (r *recording) end(whole bool) error {
	if whole {
		r.table = append(r.table, passed...)
	}
	_, err := r.to.Write(r.table)
	return err
}

// withoutProcs is the name of a benchmark without the GOMAXPROCS that testing adds where it is not 1.
func withoutProcs(name string) string {
	if n := runtime.GOMAXPROCS(0); n > 1 {
		name = strings.TrimSuffix(name, fmt.Sprintf("-%d", n))
	}
	return name
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
