package regress

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/progress"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

// The exit statuses of Command.
const (
	exitPassed       = 0
	exitRegressed    = 1
	exitInconclusive = 2
	exitInvalid      = 3
	exitUntestable   = 125 // git bisect run skips such a commit
)

const usage = `usage: tailgate [flags] [packages]

Measures the benchmarks of the packages, "." if none is named, in the work tree and at a
baseline, in turn, and says what got slower. The packages need not know of tailgate.

	go install github.com/tailgate-go/tailgate/regress/tailgate@latest
	tailgate ./...
	tailgate -baseline=v1.4.0 -bench='Chat|Embed' ./infer
	tailgate -baseline=old.txt -candidate=new.txt
	tailgate -in='shards/*'
	tailgate -good=v1.4.0 -bench='^BenchmarkChat$' -metric=ns/op ./infer
	tailgate -scenario=chat.json -baseline=http://10.0.0.7:8000 -candidate=http://10.0.0.8:8000
	tailgate -scenario=chat.json -baseline=none -candidate=http://10.0.0.7:8000 > before.txt
	tailgate -scenario=chat.json -baseline=before.txt -candidate=http://10.0.0.7:8000
	tailgate -scenario=chat.json -in='shards/*'
	tailgate -model=llama -rate=5,10 -baseline=http://10.0.0.7:8000 -candidate=http://10.0.0.8:8000

The report is printed, and saved beside go.mod in .tailgate/command, or of a gate in the
subfolder infer in .tailgate/infer/command. The exit status is 0 where the gate passes. Else
it is that of the gravest verdict: 1 regressed or drifted, 2 inconclusive (or blind, if the
policy forbids it), 3 invalid, as with a wrong flag, and 125 where a side does not build or
the candidate has no such benchmark. With -good it finds the first bad commit, and the exit
status is 0 where it was found, and 2 where others cannot be told from it. (go run makes 1
of every status but 0: where it matters, install the program.) To git bisect 2 and 3
would be bad commits:

	git bisect run sh -c 'tailgate -baseline=v1.4.0 -bench=Chat -accept=off ./infer
	  case $? in 0) ;; 1) exit 1 ;; 2 | 125) exit 125 ;; *) exit 255 ;; esac'

Flags; -regress.baseline is -baseline, and so is the variable REGRESS_BASELINE if neither is
given:

`

// Command is the third door, for a module whose tests have no gate: the program regress/tailgate. Its args are flags, those of
// tests without "regress.", and patterns of packages; variables of the environment are heeded as in tests. It prints the report,
// and returns the exit status that "tailgate -h" explains. loader has the flags by which it loads servers.
func Command(args []string, loader Loader) (status int) {
	of, err := parse(args, loader)
	if errors.Is(err, flag.ErrHelp) {
		return exitPassed
	}
	var s settings
	if err == nil {
		s, err = of.settle()
	}
	if err == nil {
		err = of.unheeded(s)
	}
	if err == nil && duet.IsChild() {
		err = errors.New("this process is being measured by a gate, and a gate in it would wait for that one")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "tailgate: invalid: "+report.Plain(err.Error())+"; tailgate -h explains the flags")
		return exitInvalid
	}
	const name = "command"
	var result Result
	s.rerun, s.byCommand = byCommand(of), true
	display := progress.Quiet(os.Stderr)
	if of.verbose {
		display = progress.New(os.Stderr, os.Stderr)
	}
	switch {
	case s.records():
		return s.record(display)
	case s.good.Value != "":
		found := s.bisect(context.Background(), name, display)
		fmt.Print(found.Text())
		return bisected(found)
	case s.in != "":
		result, _ = s.merge(name) // the error is in the report
	default:
		result, _ = s.run(context.Background(), name, display)
	}
	fmt.Print(result.printed())
	return result.status()
}

// arguments are what the args of a command ask for.
type arguments struct {
	gate    Gate
	set     func(option) string // what options are set to
	loader  Loader
	load    map[string]*string // what its flags are set to
	verbose bool
}

// parse reads args. Flags may stand behind packages.
func parse(args []string, loader Loader) (a arguments, err error) {
	a.loader, a.load = loader, map[string]*string{}
	flags := flag.NewFlagSet("tailgate", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.BoolVar(&a.verbose, "v", false, "tell on standard error what goes on")
	for _, f := range loader.Flags {
		a.load[f.Name] = flags.String(f.Name, "", f.Usage)
	}
	values := make(map[string]*string, len(options))
	for _, o := range options {
		values[o.name] = flags.String(o.name, "", o.usage)
		flags.StringVar(values[o.name], "regress."+o.name, "", "") // so messages and reports call it
	}
	for len(args) > 0 && err == nil {
		if err = flags.Parse(args); err == nil && flags.NArg() > 0 {
			a.gate.Packages = append(a.gate.Packages, flags.Arg(0))
		}
		args = flags.Args()[min(1, flags.NArg()):]
	}
	if errors.Is(err, flag.ErrHelp) {
		fmt.Print(usage)
		flags.VisitAll(func(f *flag.Flag) {
			if value, about := flag.UnquoteUsage(f); !strings.HasPrefix(f.Name, "regress.") {
				fmt.Printf("  %s\n    \t%s\n", strings.TrimSpace("-"+f.Name+" "+value), about)
			}
		})
	}
	a.set = func(o option) string { return *values[o.name] }
	return a, err
}

// settle decides every setting.
func (a arguments) settle() (s settings, err error) {
	gate, given, loads := a.gate, map[string]string{}, false
	for name, value := range a.load {
		given[name] = *value
		loads = loads || *value != ""
	}
	var load Load
	if loads {
		if load, err = a.loader.Load(given); err != nil {
			return s, err
		}
		gate.Policy, gate.Benchtime = load.Rules, load.Benchtime
	}
	if s, err = gate.settle(heeding("-", a.set)); err != nil || !loads {
		return s, err
	}
	s.takes = load.Takes
	if s.program, err = program(load.Env); err != nil {
		return s, err
	}
	return s, a.checkLoad(s)
}

// byCommand runs the command again that asked for this: of its release, or the program that it is.
func byCommand(a arguments) rerun {
	command := shellQuoted(os.Args[0])
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Replace == nil {
		if version := info.Main.Version; strings.HasPrefix(version, "v") && !strings.Contains(version, "+") {
			command = "go run " + info.Path + "@" + version
		}
	}
	for _, f := range a.loader.Flags {
		if value := *a.load[f.Name]; value != "" {
			command += " -" + f.Name + "=" + shellQuoted(value)
		}
	}
	for _, pattern := range a.gate.Packages {
		command += " " + shellQuoted(pattern)
	}
	return rerun{"where it ran", func(_, _ string) string { return command }}
}

// status is the exit status of a command with this result.
func (r Result) status() int {
	switch {
	case r.Passes():
		return exitPassed
	case r.isUntestable():
		return exitUntestable
	}
	outcome := r.Outcome()
	if failing := r.failing(); len(failing) > 0 { // what passes decides nothing
		outcome = policy.Report{Verdicts: failing}.Outcome()
	}
	switch outcome {
	case policy.Regressed, policy.Drifted:
		return exitRegressed
	case policy.Inconclusive, policy.Blind:
		return exitInconclusive
	}
	return exitInvalid // or a slowdown that was planted was not found
}

// failing are the verdicts that fail.
func (r Result) failing() []policy.Verdict {
	return slices.DeleteFunc(slices.Clone(r.Report.Verdicts), func(v policy.Verdict) bool { return !v.Fails })
}

// isUntestable reports whether nothing was judged because a side does not build, or because what is to be judged is not there.
func (r Result) isUntestable() bool {
	if r.doc.Error != "" {
		return r.doc.ErrorCode == policy.DoesNotBuild || r.doc.ErrorCode == policy.NoBenchmarks
	}
	failing := r.failing()
	return len(failing) > 0 && !slices.ContainsFunc(failing, func(v policy.Verdict) bool {
		return v.Reason.Code != policy.BenchmarkRemoved && v.Reason.Code != policy.RuleMatchesNoName
	})
}
