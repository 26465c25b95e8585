//go:build unix && !aix && !solaris

package overlay

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/duet"
)

// footprints holds that each benchmark says what it leaves, if it is asked: in turns and alone, and nothing if it is not.
func footprints(t *testing.T, binary string) {
	asking := append(os.Environ(), duet.FootprintEnv+"="+strings.Join(duet.FootprintUnits(), ","))
	for _, c := range []struct{ name, goroutines string }{
		{"BenchmarkLeaves", "1"}, {"BenchmarkLeavesCount", "1"}, {"BenchmarkLeavesOwn", "7"},
		{"BenchmarkLoop", "0"}, {"BenchmarkCount", "0"},
	} {
		p, err := startIn(t, asking, binary, "^"+c.name+"$", c.name)
		require.NoError(t, err, "%s", p.output)
		for range 3 {
			p.grant(t, 10)
		}
		_, output := p.end(t)
		hasFootprint(t, output, c.name, c.goroutines)
		for _, benchtime := range []string{"1x", "20x", "1ms"} {
			hasFootprint(t, run(t, asking, binary, c.name, benchtime), c.name, c.goroutines)
		}
		assert.NotContains(t, run(t, os.Environ(), binary, c.name, "20x"), duet.LiveHeapUnit)
	}
	output := run(t, asking, binary, "BenchmarkLeavesSkipped", "20x")
	printed, err := duet.ReadFootprint([]byte(output), "BenchmarkLeavesSkipped")
	require.NoError(t, err, output)
	assert.Contains(t, printed, duet.Metric{Unit: duet.GoroutinesUnit, Value: 1})
	assert.NotContains(t, run(t, os.Environ(), binary, "BenchmarkLeavesSkipped", "20x"), "FOOTPRINT")
}

func hasFootprint(t *testing.T, output, name, goroutines string) {
	t.Helper()
	line := regexp.MustCompile(`(?m)^` + name + `(-\d+)?\s+\d+\s.*$`).FindString(output)
	require.NotEmpty(t, line, output)
	assert.Regexp(t, `\s`+goroutines+`(\.000)? goroutines\s`, line)
	for _, unit := range duet.FootprintUnits() {
		if duet.CannotTell(unit) == "" {
			assert.Regexp(t, `\s[\d.]+ `+unit+`(\s|$)`, line)
		}
	}
	heap := regexp.MustCompile(`([\d.]+) live-heap-B`).FindStringSubmatch(line)
	require.NotNil(t, heap, line)
	bytes, err := strconv.ParseFloat(heap[1], 64)
	require.NoError(t, err)
	assert.Equal(t, strings.HasPrefix(name, "BenchmarkLeaves"), bytes > 1<<20, line)
}

// run is what a benchmark prints that takes no turns.
func run(t *testing.T, env []string, binary, name, benchtime string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, "-test.run=^$", "-test.bench=^"+name+"$", "-test.benchtime="+benchtime, "-test.v")
	cmd.Env = env
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return string(out)
}
