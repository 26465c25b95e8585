package adoption

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/modtest"
)

var smallRuns = flag.Int("small", 0, "how many gate runs TestSmallChange makes, half of them with a change; 0: none")

// TestSmallChange counts what gates with a limit of 0.5 % say of requests that compute for 100 us, alternately the same and 1 %
// more, and how long they take: go test -v -run TestSmallChange ./internal/adoption -small 60. How often that is right is the
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
	code := filepath.Join(dir, "shop.go")
	source, err := os.ReadFile(code)
	require.NoError(t, err)
	more := strings.Replace(string(source), "steps = 100_000", "steps = 101_000", 1)
	require.NotEqual(t, string(source), more)

	counts := map[string]int{}
	seconds := map[string]float64{}
	for i := range *smallRuns {
		name, text := "the same", string(source)
		if i%2 == 1 {
			name, text = "1 % more", more
		}
		require.NoError(t, os.WriteFile(code, []byte(text), 0o644))
		out, failed := run("go", "test", "-v", "-run", "TestGate", ".")
		var verdict struct {
			Outcome string
			Pass    bool
			Seconds float64
		}
		file := filepath.Join(dir, ".tailgate/TestGate/verdict.json")
		data, err := os.ReadFile(file)
		require.NoError(t, err, "%s", out)
		require.NoError(t, json.Unmarshal(data, &verdict))
		require.Equal(t, verdict.Pass, failed == nil, "%s", out)
		require.NoError(t, os.Remove(file)) // the next is to leave its own
		counts[name+": "+verdict.Outcome]++
		seconds[name] += verdict.Seconds
		t.Logf("%d: %s: %s, %.1f s", i+1, name, verdict.Outcome, verdict.Seconds)
	}
	t.Logf("%v; seconds in all: %v", counts, seconds)
}
