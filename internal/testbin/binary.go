package testbin

import (
	"cmp"
	"context"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"
)

var (
	// ErrNoPackage means that there is no Go package in a folder, or no folder: at the baseline, all its benchmarks are yet to come.
	ErrNoPackage = errors.New("no Go package here")

	// ErrNoTests means that a package has no test files.
	ErrNoTests = errors.New("no test files")
)

// BuildError is a package that does not build.
type BuildError struct {
	Dir    string
	Output string   // what the go command printed, less what exceeds 64 KiB
	Hints  []string // sentences about what may be missing
}

func (e *BuildError) Error() string {
	lines := append([]string{e.Dir + ": does not build:", e.Output}, e.Hints...)
	return strings.Join(lines, "\n")
}

// First is the first line of what the go command printed that does not only name a package.
func (e *BuildError) First() string {
	for line := range strings.Lines(e.Output) {
		if !strings.HasPrefix(line, "#") {
			return strings.TrimSpace(line)
		}
	}
	return e.Output
}

// Binary is the compiled test of a package. Equal hashes of equal layouts mean equal programs: nothing changed.
type Binary struct {
	Path      string
	Dir       string               // the package's folder in its own tree, in which it runs
	SHA256    string               // of the file, in hexadecimal
	Layout    int64                // see Relink; 0 is the linker's own order
	GoVersion string               // that it was built with, such as go1.26.8: a go.mod may choose it
	Settings  []debug.BuildSetting // likewise: a go.mod or a file may set GODEBUG
	Warnings  []string
	NoTurns   string // why its benchmarks take no turns of a duet without a Recorder; empty: they do

	scratch *Scratch
	tree    *Tree    // nil outside the scratch's trees
	env     []string // of the go command, besides toolEnviron
	apart   string   // a sentence on the workspace that it is built without; empty: none
	hooks   hooks
}

// Build compiles the test of the package in dir, which is either in a tree of s or outside of s. The file holds no path of dir and
// no state of version control, so that the same source in two folders gives the same hash. The error is ErrNoPackage, ErrNoTests, a
// *BuildError, or that of a go command that could not be run.
//
// Its benchmarks can take turns of a duet as they are, by hooks in package testing: see package overlay. Where that cannot be
// built, NoTurns says so.
func (s *Scratch) Build(ctx context.Context, dir string) (*Binary, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	files, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
		return nil, err
	}
	if !hasGoFile(files) {
		return nil, fmt.Errorf("%s: %w", dir, ErrNoPackage)
	}
	b := &Binary{Dir: dir, scratch: s, tree: s.tree(dir)}
	out, err := s.mkdir("bin")
	if err != nil {
		return nil, err
	}
	name := filepath.Base(dir)
	if b.tree != nil {
		gowork, warning, err := b.tree.workspace(ctx, dir)
		if err != nil {
			return nil, err
		}
		b.env = []string{"GOWORK=" + gowork}
		b.Warnings = append(b.Warnings, b.tree.Warnings...)
		if warning != "" {
			b.Warnings = append(b.Warnings, warning)
			b.apart = warning + committed
		}
		if dir == b.tree.Dir {
			name = filepath.Base(b.tree.repo.Root)
		}
	}
	c, err := s.cEnviron(ctx, dir)
	if err != nil {
		return nil, err
	}
	b.env = append(b.env, c...)
	b.Path = filepath.Join(out, name+".test")
	if runtime.GOOS == "windows" {
		b.Path += ".exe"
	}
	if err := b.build(ctx); err != nil {
		return nil, err
	}
	return b, nil
}

// build links b with hooks, or without where it cannot be linked with them.
func (b *Binary) build(ctx context.Context) error {
	t, err := toolchainOf(ctx, b.Dir, b.env)
	if err != nil {
		return err
	}
	if b.hooks, err = b.scratch.hook(t, b.Dir); err != nil {
		b.NoTurns = err.Error()
		return b.link(ctx)
	}
	failed := b.link(ctx)
	var broken *BuildError
	if !errors.As(failed, &broken) {
		return failed
	}
	b.hooks = hooks{}
	if err := b.link(ctx); err != nil {
		return err
	}
	b.NoTurns = fmt.Sprintf("%s: package testing does not build with the hooks of the duet: %s",
		t.GOVERSION, broken.First())
	return nil
}

// link makes b.Path of what is in b.Dir now, and identifies it. A file that is up to date is left as it is.
func (b *Binary) link(ctx context.Context) error {
	t, err := toolchainOf(ctx, b.Dir, b.env)
	if err != nil {
		return err
	}
	args := slices.Concat([]string{"test", "-c", "-trimpath", "-buildvcs=false", "-vet=off", "-o", b.Path},
		linkFlags(t.GOFLAGS, b.Layout), tagFlags(ctx))
	if b.hooks.overlay != "" {
		args = append(args, "-overlay="+b.hooks.overlay)
	}
	process, err := b.scratch.start(ctx, command{
		name: "go test -c", path: cmp.Or(b.hooks.command, "go"), args: append(args, "."),
		dir: b.Dir, env: slices.Concat(toolEnviron(), []string{"PWD=" + b.Dir}, b.env, b.hooks.env), timeout: toolTimeout,
	})
	if err != nil {
		return err
	}
	output, err := process.Wait()
	if err != nil {
		return fmt.Errorf("%s: %w", b.Dir, err)
	}
	if output.ExitCode != 0 {
		text := strings.TrimSpace(string(output.Stderr) + string(output.Stdout))
		hints := b.tree.hints()
		if b.apart != "" {
			hints = append(hints, b.apart)
		}
		return &BuildError{Dir: b.Dir, Output: text, Hints: hints}
	}
	// The go command finds no test files to be no error.
	if !isFile(b.Path) {
		return fmt.Errorf("%s: %w", b.Dir, ErrNoTests)
	}
	return b.identify()
}

// checkedOut says what a commit that is checked out may lack.
const checkedOut = "this side is built of what is committed at its revision: files that are ignored or generated, " +
	"and folders outside of the repository, are not there"

// hints say what t lacks.
func (t *Tree) hints() []string {
	if t == nil {
		return nil
	}
	var hints []string
	for _, path := range t.absent {
		hints = append(hints, fmt.Sprintf("submodule %s is not checked out: git submodule update --init %[1]s", path))
	}
	return append(hints, checkedOut)
}

func hasGoFile(files []os.DirEntry) bool {
	for _, file := range files {
		if filepath.Ext(file.Name()) == ".go" && !file.IsDir() {
			return true
		}
	}
	return false
}

func (b *Binary) identify() error {
	info, err := buildinfo.ReadFile(b.Path)
	if err != nil {
		return err
	}
	b.GoVersion, b.Settings = info.GoVersion, info.Settings
	f, err := os.Open(b.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return fmt.Errorf("%s: %w", b.Path, err)
	}
	b.SHA256 = hex.EncodeToString(hash.Sum(nil))
	return nil
}

// Instrumented is the flag, such as -race, by which code built with these settings does more than it says; empty: it does not.
func Instrumented(settings []debug.BuildSetting) string {
	for _, s := range settings {
		switch s.Key {
		case "-race", "-msan", "-asan", "-cover":
			if s.Value == "true" {
				return s.Key
			}
		}
	}
	return ""
}

// RunOptions is how a binary is run. The zero value runs its tests.
type RunOptions struct {
	Args []string
	// Env is added to the environment, which is the gate's less its own settings (REGRESS_*, TAILGATE_*, GOCOVERDIR) and what looks
	// like a secret, with a folder for temporary files that goes when the process does.
	Env []string
	// Keep names variables that are inherited though they look like secrets.
	Keep []string
	// Files become descriptors 3, 4 and so on. They stay the caller's, to close once the process is started. Not on Windows.
	Files []*os.File
	// Timeout bounds the wall time; 0 means DefaultTimeout.
	Timeout time.Duration
}

// Run starts the binary and waits for its end; see Process.Wait for what counts as an error.
func (b *Binary) Run(ctx context.Context, options RunOptions) (Output, error) {
	process, err := b.Start(ctx, options)
	if err != nil {
		return Output{}, err
	}
	return process.Wait()
}

// Start starts the binary. It is killed when ctx ends.
func (b *Binary) Start(ctx context.Context, options RunOptions) (*Process, error) {
	if options.Timeout == 0 {
		options.Timeout = DefaultTimeout
	}
	return b.scratch.start(ctx, command{
		name: filepath.Base(b.Path), path: b.Path, args: options.Args, dir: b.Dir,
		env: append(benchmarkEnviron(options.Keep), options.Env...), files: options.Files, timeout: options.Timeout,
	})
}
