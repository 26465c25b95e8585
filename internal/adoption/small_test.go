package adoption

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/modtest"
)

var (
	smallRuns   = flag.Int("small", 0, "how many gate runs TestSmallChange makes, a third of them with a change; 0: none")
	smallBudget = flag.Duration("smallbudget", 2*time.Minute, "the budget of a run of TestSmallChange")
)

// TestSmallChange counts what gates say of requests that compute for 100 us, in turn: with a limit of 0.5 %, of the same code and
// of 1 % more; with a limit of 10 %, of the same code beside a function that no request calls, which lays the rest out elsewhere.
// It tells how long they take, too: go test -v -run TestSmallChange ./internal/adoption -small 60. How often that is right is the
// machine's: nothing is demanded but that there is a verdict.
func TestSmallChange(t *testing.T) {
	if *smallRuns == 0 {
		t.Skip("it is asked for with -small")
	}
	dir, env := modtest.Unpack(t, "testdata/small.txtar")
	run := func(name string, args ...string) ([]byte, error) {
		cmd := exec.Command(name, args...)
		cmd.Dir, cmd.Env = dir, env
		return cmd.CombinedOutput()
	}
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "-A"}, {"commit", "-q", "-m", "first"}} {
		out, err := run("git", args...)
		require.NoError(t, err, "%s", out)
	}
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	data, err := os.ReadFile(filepath.Join(dir, "shop.go"))
	require.NoError(t, err)
	source := string(data)
	more := strings.Replace(source, "steps = 100_000", "steps = 101_000", 1)
	require.NotEqual(t, source, more)
	const beside = `package shop

import "testing"

func TestBeside(t *testing.T) {
	for i := range 10 {
		t.Log(i * i)
	}
}
`
	arms := []struct{ name, code, beside, gate string }{
		{"the same, limit 0.5 %", source, "package shop\n", "TestGate"},
		{"1 % more, limit 0.5 %", more, "package shop\n", "TestGate"},
		{"a function more, limit 10 %", source, beside, "TestWide"},
	}

	counts := map[string]int{}
	seconds := map[string]float64{}
	for i := range *smallRuns {
		arm := arms[i%len(arms)]
		write("shop.go", arm.code)
		write("beside_test.go", arm.beside)
		out, failed := run("go", "test", "-v", "-run", "^"+arm.gate+"$", ".", "-regress.tests=own",
			"-regress.budget="+smallBudget.String())
		var verdict struct {
			Outcome string
			Pass    bool
			Seconds float64
		}
		file := filepath.Join(dir, ".tailgate", arm.gate, "verdict.json")
		data, err := os.ReadFile(file)
		require.NoError(t, err, "%s", out)
		require.NoError(t, json.Unmarshal(data, &verdict))
		require.Equal(t, verdict.Pass, failed == nil, "%s", out)
		require.NoError(t, os.Remove(file)) // the next is to leave its own
		counts[arm.name+": "+verdict.Outcome]++
		seconds[arm.name] += verdict.Seconds
		t.Logf("%d: %s: %s, %.1f s", i+1, arm.name, verdict.Outcome, verdict.Seconds)
	}
	t.Logf("%v; seconds in all: %v", counts, seconds)
}
