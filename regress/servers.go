package regress

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"github.com/tailgate-go/tailgate/internal/measure"
	"github.com/tailgate-go/tailgate/internal/source"
	"github.com/tailgate-go/tailgate/policy"
)

// Loader tells Command how to load servers. With the zero value it cannot.
type Loader struct {
	// Flags are added to the flags of the command. Giving one of them asks for a load.
	Flags []LoadFlag
	// Load says what load flags ask for, by their names; those that were not given are empty.
	Load func(flags map[string]string) (Load, error)
}

// Load is the load that servers get. The gate starts the program that called Command again, with flags of package testing and the
// variables of Env: the program then runs the load as benchmarks and prints what testing prints.
type Load struct {
	Env       []string      // variables added to its environment
	Rules     policy.Policy // for servers, where no policy is set
	Benchtime string        // of one run, where a server is measured by itself, as in go test -benchtime
	Takes     time.Duration // of one run of all benchmarks, by its schedule: a run may take three times as long, and -timeout more
}

// LoadFlag is a flag that says something of a load.
type LoadFlag struct {
	Name    string // without its hyphen
	Usage   string // for -h, with the value's name in back quotes
	Records bool   // it is only for a server that is measured by itself, with -baseline=none
}

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
	case s.in != "": // a merge: the load has the rules by which its shards were judged
	case !source.IsAddress(candidate), !source.IsAddress(baseline) && baseline != none && !source.IsFile(baseline):
		return errors.New("it is servers that get a load: give -candidate=http://host:port, and as -baseline another address, " +
			"a file of saved results, or none to print results")
	case !s.plant.IsZero():
		return errors.New("a slowdown cannot be planted in a server: leave -inject out")
	}
	return nil
}
