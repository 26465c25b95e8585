package field

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/modtest"
	"github.com/tailgate-go/tailgate/internal/testbed/archive"
)

var (
	fieldResults = flag.String("field.results", "",
		"`folder` to which TestField adds results.jsonl, and in which it writes table.md; empty: it is skipped")
	fieldClones = flag.String("field.clones", "",
		"`folder` of clones, as OWNER+NAME, OWNER/NAME or NAME; what it lacks is cloned from GitHub")
	fieldCases     = flag.String("field.cases", "", "`pattern` of the names of cases; empty: all")
	fieldN         = flag.Int("field.n", 1, "how often each case is gated in a day, in both directions")
	fieldTotal     = flag.Duration("field.total", 2*time.Minute, "how long a gate may measure")
	fieldBenchstat = flag.Bool("field.benchstat", true, "let benchstat compare ten runs of each side, too")
)

// longest is how long one tool may take for one case.
const longest = 20 * time.Minute

// TestField gates the cases, adds what was said to a file after each, and prints the table of all that is in the file:
//
//	go test -v -run 'TestField$' ./internal/field -field.results DIR -field.clones CLONES -timeout 0
//
// A case that cannot be cloned or built is a result, too. What the file has of the day is not made again.
func TestField(t *testing.T) {
	if *fieldResults == "" {
		t.Skip("measures other people's code for hours: docs/field.md says how")
	}
	cases, err := loadCases(filepath.Join("testdata", "cases.json"))
	require.NoError(t, err)
	chosen, err := choose(cases, *fieldCases)
	require.NoError(t, err)
	clones, err := folder(*fieldClones)
	require.NoError(t, err)
	require.Positive(t, *fieldN, "-field.n: write 1 or more")
	file := filepath.Join(*fieldResults, "results.jsonl")
	tools := tools{gates{program(t), *fieldTotal}, runs{10, "1s"}, *fieldBenchstat}
	for n := range *fieldN {
		for _, c := range chosen {
			there, err := archive.Read[Result](file)
			require.NoError(t, err)
			tools.compare(t, c, c.source(clones), tools.left(c, there, time.Now(), n+1), func(r Result) {
				require.NoError(t, archive.Add(file, r))
				fmt.Printf("%s turned=%t %s %.0f s %s\n", r.Case, r.Turned, r.Tool, r.Seconds, r.Error)
			})
		}
	}
	results, err := archive.Read[Result](file)
	require.NoError(t, err)
	text := table(cases, results)
	fmt.Print(text)
	require.NoError(t, os.WriteFile(filepath.Join(*fieldResults, "table.md"), []byte(text), 0o644))
}

// choose are the cases whose names match.
func choose(cases []Case, pattern string) (chosen []Case, err error) {
	named, err := regexp.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("-field.cases: %w", err)
	}
	for _, c := range cases {
		if named.MatchString(c.Name) {
			chosen = append(chosen, c)
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("-field.cases: no case's name matches %q; testdata/cases.json has the names", pattern)
	}
	return chosen, nil
}

// folder is the absolute path of a folder of clones; empty: none is given.
func folder(clones string) (string, error) {
	if clones == "" {
		return "", nil
	}
	path, err := filepath.Abs(clones)
	if err != nil {
		return "", err
	}
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return "", fmt.Errorf("-field.clones: %s is not a folder; give one, or leave the flag out to clone from GitHub", path)
	}
	return path, nil
}

// program builds the command.
func program(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "tailgate")
	_, err := run(t.Context(), modtest.Root(t), "go", "build", "-o", file, "./regress/tailgate")
	require.NoError(t, err)
	return file
}

// tools are what cases are given to.
type tools struct {
	gates     gates
	runs      runs
	benchstat bool
}

// compare makes the comparisons of a case, and gives each result to done at once.
func (o tools) compare(t *testing.T, c Case, source string, left []comparison, done func(Result)) {
	t.Helper()
	if len(left) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), longest)
	defer cancel()
	dir, err := os.MkdirTemp("", "field-")
	require.NoError(t, err)
	defer func() { require.NoError(t, os.RemoveAll(dir)) }()
	at, err := c.clone(ctx, source, dir)
	if err != nil {
		for _, of := range left {
			way := c
			if of.turned {
				way = c.turned()
			}
			r := newResult(way, of.turned, of.tool, time.Now(), archive.Load())
			r.Error = err.Error()
			done(r)
		}
		return
	}
	within := func(f func(context.Context)) {
		ctx, cancel := context.WithTimeout(t.Context(), longest)
		defer cancel()
		f(ctx)
	}
	has := func(tool string, turned bool) bool { return slices.Contains(left, comparison{tool, turned}) }
	if has(byTailgate, false) {
		within(func(ctx context.Context) { done(o.gates.gate(ctx, c, false, at)) })
	}
	if has(byBenchstat, false) || has(byBenchstat, true) {
		within(func(ctx context.Context) {
			forward, turned := o.runs.benchstat(ctx, c, at)
			for _, r := range []Result{forward, turned} {
				if has(byBenchstat, r.Turned) {
					done(r)
				}
			}
		})
	}
	if has(byTailgate, true) {
		within(func(ctx context.Context) { done(o.gates.gate(ctx, c.turned(), true, at)) })
	}
}

func TestFlagsThatChooseNothingAreErrors(t *testing.T) {
	cases := []Case{{Name: "lz4-a"}, {Name: "zap"}, {Name: "lz4-b"}}
	for pattern, want := range map[string][]Case{"": cases, "^lz4": {cases[0], cases[2]}} {
		got, err := choose(cases, pattern)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	for _, pattern := range []string{"lz5", "("} {
		_, err := choose(cases, pattern)
		assert.ErrorContains(t, err, "-field.cases", pattern)
	}

	dir := t.TempDir()
	for _, clones := range []string{"", dir} {
		got, err := folder(clones)
		require.NoError(t, err)
		assert.Equal(t, clones, got)
	}
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	for _, clones := range []string{file, filepath.Join(dir, "gone")} {
		_, err := folder(clones)
		assert.ErrorContains(t, err, "-field.clones", clones)
	}
}

// TestACaseThatCannotBeClonedIsAResult has one for each comparison that was left, and none where none was.
func TestACaseThatCannotBeClonedIsAResult(t *testing.T) {
	c := Case{Name: "a", Baseline: "1", Candidate: "2"}
	both := tools{benchstat: true}
	for _, left := range [][]comparison{nil, both.of(c), both.of(c)[1:3]} {
		var got []comparison
		both.compare(t, c, filepath.Join(t.TempDir(), "gone"), left, func(r Result) {
			assert.NotEmpty(t, r.Error)
			assert.Equal(t, r.Turned, r.Baseline == "2")
			got = append(got, comparison{r.Tool, r.Turned})
		})
		assert.Equal(t, left, got)
	}
}
