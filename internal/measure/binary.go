package measure

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

// task is what a test binary is to run, as go test has it.
type task struct {
	bench, benchtime string
	takes            time.Duration // by what the benchmarks say, beyond the order's timeout
	flags, env       []string      // more of them
	looked           *looked       // is told what the binary looked at; nil: nobody asks
}

// start runs a binary for t.
func (t task) start(ctx context.Context, bin *testbin.Binary, options testbin.RunOptions) (output testbin.Output, err error) {
	if t.looked == nil {
		return bin.Run(ctx, options)
	}
	t.looked.began = time.Now()
	output, t.looked.at, err = bin.RunLogged(ctx, options)
	return output, err
}

// runBinary starts a test binary once and reads the results that it prints.
func (g *gate) runBinary(ctx context.Context, s *side, bin *testbin.Binary, t task) (*benchdata.Set, error) {
	output, err := t.start(ctx, bin, testbin.RunOptions{
		Args: append([]string{
			"-test.run=^$", "-test.bench=" + t.bench, "-test.benchtime=" + t.benchtime, "-test.benchmem", "-test.count=1",
			// With -test.v a result line is printed whole, after what the benchmark itself may have printed. The hooks keep it from
			// testing.Verbose.
			"-test.v", "-test.paniconexit0",
		}, t.flags...),
		Env:     slices.Concat([]string{duet.ChildEnv + "=1"}, t.env, g.environ(s)),
		Keep:    g.order.Variables,
		Timeout: g.order.Timeout + t.takes, // testing's own -test.timeout does not cover benchmarks
	})
	var late *testbin.TimeoutError
	if errors.As(err, &late) {
		return nil, fmt.Errorf("%s: %w (-regress.timeout)%s", s.name, err, tail(output))
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w%s", s.name, err, tail(output))
	}
	if output.ExitCode != 0 {
		return nil, fmt.Errorf("%s: the test binary exited with status %d%s", s.name, output.ExitCode, tail(output))
	}
	if hasNone(output.Stdout) {
		return &benchdata.Set{Source: s.name}, nil // a package without benchmarks, or that skips them
	}
	return g.read(s, output)
}

// read reads the results that a test binary printed. With -test.v each is below the benchmark's own name, so that nothing has to be
// guessed where one ends in digits.
func (g *gate) read(s *side, output testbin.Output) (*benchdata.Set, error) {
	set, err := g.reader().Read(bytes.NewReader(output.Stdout), s.name)
	if problems, ok := errors.AsType[benchdata.Problems](err); ok {
		return nil, badResults(problems, tail(output))
	}
	if err != nil {
		return nil, err
	}
	g.spared = g.spared.With(set.Spared)
	return set, nil
}

// reader reads what cannot be only of metrics that nobody needs.
func (g *gate) reader() benchdata.Reader { return benchdata.Reader{Needed: g.order.Judge.Needs} }

var resultText = regexp.MustCompile(`Benchmark\S*[ \t]+\d+[ \t]`)

// hasNone reports whether what a test binary printed has passed without any result. A result that stands behind other output on its
// line is one, which is refused when it is read.
func hasNone(printed []byte) bool { return testbin.Passed(printed) > 0 && !resultText.Match(printed) }

// tail is the end of what a process printed, indented: where a failure says why.
func tail(o testbin.Output) string {
	const most = 30
	text := strings.TrimSpace(string(o.Stdout) + string(o.Stderr))
	if text == "" {
		return ""
	}
	lines := strings.Split(text, "\n")
	// A panic's message stands above its goroutines.
	first := slices.IndexFunc(lines, func(line string) bool {
		return strings.HasPrefix(line, "panic:") || strings.HasPrefix(line, "fatal error:")
	})
	switch {
	case first >= 0 && first > len(lines)-most:
		lines = lines[first:]
	case first >= 0:
		lines = append(lines[first:first+most:first+most], "...")
	case len(lines) > most:
		lines = append([]string{"..."}, lines[len(lines)-most:]...)
	}
	return "\n\t" + strings.Join(lines, "\n\t")
}

// discover runs every benchmark once on each side: the smoke test. It finds the leaf benchmarks and refuses results whose
// structure is wrong before any time is spent on measuring them.
//
// One run tells of baseline and candidate where they are one: the same binaries, with the same in their environment.
func (g *gate) discover(ctx context.Context) error {
	for i, s := range g.sides {
		if i == candidateSide && g.areOne() {
			s.smoke.Source = s.name
			if problems := s.smoke.Add(&g.sides[baselineSide].smoke); len(problems) > 0 {
				return problems
			}
			continue
		}
		for _, path := range slices.Sorted(maps.Keys(s.bins)) {
			set, looked, err := g.smoke(ctx, s, s.bins[path])
			if err != nil {
				return fmt.Errorf("smoke run of %s: %w", path, err)
			}
			s.looked[path] = looked
			if problems := s.smoke.Add(set); len(problems) > 0 {
				return fmt.Errorf("smoke run of %s: %w", path, problems)
			}
		}
	}
	if len(g.sides[candidateSide].smoke.Benchmarks) == 0 {
		return failure(policy.NoBenchmarks, policy.Facts{Words: []string{strings.Join(g.order.Packages, " "), g.order.Bench}})
	}
	return nil
}

// areOne reports whether baseline and candidate are the same processes.
func (g *gate) areOne() bool {
	baseline, candidate := g.sides[baselineSide], g.sides[candidateSide]
	return baseline.tree == nil && candidate.tree == nil && slices.Equal(g.environ(baseline), g.environ(candidate))
}

// environ is what the gate adds to the environment of a side's processes.
func (g *gate) environ(s *side) []string {
	if address := g.address(s); address != "" {
		return append(slices.Clip(s.env), duet.TargetEnv+"="+address)
	}
	return s.env
}
