package fleet

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/modtest"
)

// benchstat is what the real one prints of a text.
func benchstat(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "results.txt")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	cmd := exec.Command("go", "tool", "benchstat", "results="+file)
	cmd.Dir = modtest.Root(t)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return string(out)
}

func TestBenchstatPassesOverShares(t *testing.T) {
	text := printed(t, 1, nil)[0]
	var without strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#tailgate-") {
			without.WriteString(line)
		}
	}
	require.Less(t, without.Len(), len(text))
	got := benchstat(t, text)
	assert.Equal(t, benchstat(t, without.String()), got)
	assert.Contains(t, got, "Load/case=x/rate=50")

	set, err := benchdata.Read(strings.NewReader(text), "shard.txt")
	require.NoError(t, err, "nor does the gate's reader mind")
	assert.Len(t, set.Benchmarks, 1)
}

func TestBenchstatReadsTheWhole(t *testing.T) {
	wholes, err := Merge(strings.NewReader(strings.Join(printed(t, 3, nil), "")))
	require.NoError(t, err)
	var out strings.Builder
	require.NoError(t, WriteBenchmarks(&out, wholes))
	assert.Equal(t, "goos: linux\ncpu: made up\n# Load/case=x/rate=50: 3 shards, clocks not measured, schedule "+schedule+"\n"+
		"BenchmarkLoad/case=x/rate=50 \t     100\t30000000 ns/op\t50000000 p50-ns\t90000000 p90-ns\t95000000 p95-ns\t99000000 p99-ns\t"+
		"50500000 mean-ns\t1000000 min-ns\t"+
		"100000000 max-ns\t33.333333333333336 req/s\t100 attempted\t100 succeeded\t0 errors-percent\t0 saturated\t0 empty-percent\t"+
		"100 no-usage-percent\t0 resent-percent\t0 late-end-percent\t48 selection\t"+
		"50 offered-req/s\t50 sent-req/s\nPASS\n", out.String())
	assert.Contains(t, benchstat(t, out.String()), "p99-sec")
	set, err := benchdata.Read(strings.NewReader(out.String()), "whole.txt")
	require.NoError(t, err)
	assert.Len(t, set.Benchmarks, 1)
}

// Two merged loads stand in one table of benchstat's, beside each other.
func TestBenchstatComparesTwoWholes(t *testing.T) {
	var files []string
	for _, side := range []string{"before", "after"} {
		var out strings.Builder
		for range 4 {
			wholes, err := Merge(strings.NewReader(strings.Join(printed(t, 2, nil), "")))
			require.NoError(t, err)
			require.NoError(t, WriteBenchmarks(&out, wholes))
		}
		file := filepath.Join(t.TempDir(), side)
		require.NoError(t, os.WriteFile(file, []byte(out.String()), 0o644))
		files = append(files, side+"="+file)
	}
	cmd := exec.Command("go", append([]string{"tool", "benchstat"}, files...)...)
	cmd.Dir = modtest.Root(t)
	got, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", got)
	assert.Contains(t, string(got), "goos: linux\ncpu: made up\n")
	assert.Regexp(t, `before +\S? *after`, strings.ReplaceAll(string(got), "│", " "), "one table")
	assert.Contains(t, string(got), "sec/op")
}

func TestShardsOfSeveralMachinesNameAll(t *testing.T) {
	c := config{}
	for _, line := range []string{
		"goos: linux", "cpu: B", "cpu: A", "goos: linux", "note: x", "cpu:C", "cpu: " + strings.Repeat("x", 201), "PASS",
	} {
		c.add([]byte(line))
	}
	assert.Equal(t, []string{"goos: linux", "cpu: A; B"}, c.lines())
}
