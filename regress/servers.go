package regress

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/measure"
	"github.com/tailgate-go/tailgate/internal/output"
	"github.com/tailgate-go/tailgate/internal/progress"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/source"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

// Loader is how Command loads servers. The zero value is that it does not.
type Loader struct {
	// Flags are flags of the command beside those that it always has. One of them that is given asks for a load.
	Flags []LoadFlag
	// Load says what load flags ask for, by their names; those that were not given are empty.
	Load func(flags map[string]string) (Load, error)
}

// Load is what servers are loaded with. The program that calls Command is started again, with flags of package testing and more
// variables in its environment: then it runs the load as benchmarks and prints what testing prints.
type Load struct {
	Env       []string      // those variables
	Rules     policy.Policy // by which servers are judged where nobody says otherwise
	Benchtime string        // of one run, where a server is measured by itself, as in go test -benchtime
	Takes     time.Duration // of one run of all benchmarks, at least
}

// LoadFlag is a flag that says something of a load.
type LoadFlag struct {
	Name    string // without its hyphen
	Usage   string // for -h, with the value's name in back quotes
	Records bool   // it is only for a server that is measured by itself, with -baseline=none
}

// recordings is how often a server is measured by itself: as often as benchstat wants results.
const recordings = 10

// attempts is how often as long as Takes a run may take: package testing comes near to a time in several runs.
const attempts = 3

// program is this one, as Order wants it.
func program(env []string) (*measure.Program, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, err
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil, errors.New("this program does not say what it was built from: build it with modules")
	}
	return &measure.Program{Path: path, Package: info.Path, Env: env}, nil
}

// checkLoad refuses what a load is not for.
func (a arguments) checkLoad(s settings) error {
	baseline, candidate := s.baseline.Value, s.candidate.Value
	for _, f := range a.loader.Flags {
		if f.Records && *a.load[f.Name] != "" && baseline != none {
			return fmt.Errorf("-%s is for a server that is measured by itself: give -baseline=none, or leave it out", f.Name)
		}
	}
	switch {
	case len(a.gate.Packages) > 0:
		return errors.New("a load takes the place of packages: name packages, or give -scenario or -model")
	case !source.IsAddress(candidate), !source.IsAddress(baseline) && baseline != none && !source.IsFile(baseline):
		return errors.New("it is servers that get a load: give -candidate=http://host:port, and as -baseline another address, " +
			"a file of saved results, or none to print results")
	case !s.plant.IsZero():
		return errors.New("a slowdown cannot be planted in a server: leave -inject out")
	}
	return nil
}

// load measures a server by itself, when no gate measures on this machine, and writes what the program prints to w, as go test
// -bench does.
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
	out, err := bin.Run(ctx, testbin.RunOptions{
		Args: []string{
			"-test.run=^$", "-test.bench=" + s.bench, "-test.benchtime=" + s.benchtime, fmt.Sprintf("-test.count=%d", recordings),
		},
		Env:  append([]string{duet.ChildEnv + "=1", duet.TargetEnv + "=" + address}, s.program.Env...),
		Keep: s.variables, Timeout: recordings * (s.timeout + attempts*s.takes),
	})
	if err == nil && out.ExitCode != 0 {
		err = fmt.Errorf("the load on %s failed with status %d:\n%s%s", address, out.ExitCode, out.Stdout, out.Stderr)
	}
	if err != nil {
		return err
	}
	_, err = w.Write(out.Stdout)
	return err
}

// loaded is the file of results of a server that was measured now, to be judged against saved ones.
func (s settings) loaded(ctx context.Context, dir, address string, display *progress.Display, out *output.Folder) (
	file string, err error,
) {
	name := output.Sides(false)[1]
	err = out.Write(name, func(w io.Writer) error { return s.load(ctx, dir, address, display, w) })
	return filepath.Join(out.Dir, name), err
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
