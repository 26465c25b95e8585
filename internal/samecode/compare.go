package samecode

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// Package is a compiled package of a program, as `go list -test -deps -export` names it.
type Package struct {
	Path     string // as code imports it: without " [x.test]"
	File     string // the archive; empty for package unsafe, which has none
	Standard bool   // of the toolchain
}

// ErrUnknown means that it cannot be told whether code is the same.
var ErrUnknown = errors.New("cannot tell whether the code is the same")

// Result is what a comparison saw.
type Result struct {
	Functions int      // pairs of functions compared
	Differ    []string // functions that differ or whose data does, sorted, each once; none where all is the same
}

// Same reports whether all code is the same but for addresses.
func (r Result) Same() bool { return len(r.Differ) == 0 }

// Sides are the programs of both sides. Their code is held in memory.
type Sides struct {
	universe            *universe
	baseline, candidate *program
}

// Load reads all packages that the test binary of each side links, main among them. An archive that both link is read once. The
// error is ErrUnknown, with the reason, or that of a file.
func Load(baseline, candidate []Package) (sides *Sides, err error) {
	defer recoverDamaged(&err)
	u := &universe{archives: map[string]*archive{}}
	b, err := u.program(baseline)
	if err != nil {
		return nil, unknown(err)
	}
	c, err := u.program(candidate)
	if err != nil {
		return nil, unknown(err)
	}
	if !supported(u.tool) {
		return nil, fmt.Errorf("%w: %q is not one of Go 1.24 to 1.27", ErrUnknown, u.tool)
	}
	return &Sides{u, b, c}, nil
}

// Compare compares all code that a benchmark of both sides may run: the function of this name in a package or in its external test,
// what it calls or refers to, and all that runs before it. The error is ErrUnknown, with the reason.
func (s *Sides) Compare(pkg, benchmark string) (result Result, err error) {
	defer recoverDamaged(&err)
	f := newFlood(s.universe, s.baseline, s.candidate)
	if err := f.packages(); err != nil {
		return Result{}, unknown(err)
	}
	function, main := f.function(escape(pkg)+"."+benchmark), f.function("main.main")
	if function == (pair{}) {
		function = f.function(escape(pkg+"_test") + "." + benchmark)
	}
	if function == (pair{}) || main == (pair{}) {
		return Result{}, fmt.Errorf("%w: no function %s in %s on both sides", ErrUnknown, benchmark, pkg)
	}
	f.root(function)
	f.root(main)
	if err := errors.Join(f.run(), f.lone()); err != nil {
		return Result{}, unknown(err)
	}
	return f.result(), nil
}

// recoverDamaged makes an error of an index that leads nowhere, as in a damaged file; those of the blocks are checked when it is
// read.
func recoverDamaged(err *error) {
	switch r := recover().(type) {
	case nil:
	case runtime.Error:
		*err = fmt.Errorf("%w: %w: %v", ErrUnknown, errDamaged, r)
	default:
		panic(r)
	}
}

func unknown(err error) error {
	if errors.Is(err, errDamaged) {
		return fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	return err
}

// supported reports whether the format of this toolchain's objects is known.
func supported(tool string) bool {
	fields := strings.Fields(tool) // go object linux amd64 go1.26.8 ...
	if len(fields) < 5 {
		return false
	}
	for _, release := range []string{"go1.24", "go1.25", "go1.26", "go1.27"} {
		if rest, ok := strings.CutPrefix(fields[4], release); ok && (rest == "" || rest[0] < '0' || rest[0] > '9') {
			return true
		}
	}
	return false
}

func (f *flood) result() Result {
	slices.Sort(f.differ)
	return Result{Functions: f.functions, Differ: slices.Compact(f.differ)}
}

// function is a Go function of both sides, by its name in symbols; zero if one has none.
func (f *flood) function(text string) pair {
	key := name{text, abiInternal}
	if p := (pair{f.sides[0].names[key], f.sides[1].names[key]}); p.baseline != 0 && p.candidate != 0 {
		return p
	}
	return pair{}
}

const (
	abi0        = 0
	abiInternal = 1
)
