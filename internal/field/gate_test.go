package field

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/testbed/archive"
)

// gates are gates by the command, of modules that do not know of it.
type gates struct {
	program string        // that was built of this module
	total   time.Duration // that one gate may measure
}

// gate gates a case in a clone, in which it changes nothing.
func (g gates) gate(ctx context.Context, c Case, turned bool, at clone) Result {
	began := time.Now()
	out := newResult(c, turned, byTailgate, began, archive.Load())
	var err error
	if out.Said, out.Causes, err = g.judge(ctx, c, at.gated); err != nil {
		out.Error = err.Error()
	}
	out.Seconds = time.Since(began).Seconds()
	return out
}

func newResult(c Case, turned bool, tool string, began time.Time, load float64) Result {
	return Result{
		Case: c.Name, Turned: turned, Baseline: c.Baseline, Candidate: c.Candidate, Tool: tool, Began: began.UTC(),
		Machine: machine(), Load: load,
	}
}

func (g gates) judge(ctx context.Context, c Case, dir string) (said []Said, causes []Named, err error) {
	results, err := os.MkdirTemp(filepath.Dir(dir), "gate-")
	if err != nil {
		return nil, nil, err
	}
	args := []string{
		"-baseline=" + c.Baseline, "-candidate=" + c.Candidate, "-bench=" + c.Benchmarks, "-total=" + g.total.String(), "-out=" + results,
		"-accept=off",
	}
	if c.Inject != "" {
		args = append(args, "-inject="+c.Inject)
	}
	if c.LimitPercent != 0 {
		file := results + ".json" // a gate takes no folder with files of others
		if err := os.WriteFile(file, []byte(policyOf(c.LimitPercent)), 0o644); err != nil {
			return nil, nil, err
		}
		args = append(args, "-policy="+file)
	}
	cmd := exec.CommandContext(ctx, g.program, append(args, c.Package)...)
	cmd.Dir, cmd.Env = filepath.Join(dir, c.Dir), append(environment(), c.Environment...)
	printed, failed := cmd.CombinedOutput()
	data, err := os.ReadFile(filepath.Join(results, "verdict.json"))
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %v: %.600s", err, failed, printed)
	}
	return readVerdicts(data)
}

// policyOf is the default policy on plain benchmarks with another limit on time.
func policyOf(percent float64) string {
	return fmt.Sprintf(`{"version": 1, "rules": [
  {"metric": "ns/op", "max_regression_percent": %v, "plain": true},
  {"metric": "allocs/op", "max_regression_percent": 0, "min_regression": %v, "plain": true},
  {"metric": "B/op", "max_regression_percent": %v, "min_regression": %v, "plain": true}]}
`, percent, floorAllocs, limitPercent, floorBytes)
}

// readVerdicts reads a verdict.json.
func readVerdicts(data []byte) (said []Said, causes []Named, err error) {
	var doc struct {
		Error    string
		Verdicts []struct {
			Benchmark, Unit, Outcome, Code string
			Baseline, Candidate            struct{ Median *float64 }
		}
		Causes []struct {
			Benchmark string
			Functions []struct{ Name string }
		}
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, nil, fmt.Errorf("verdict.json: %w", err)
	}
	if doc.Error != "" {
		return nil, nil, errors.New(doc.Error)
	}
	for _, v := range doc.Verdicts {
		s := Said{Benchmark: v.Benchmark, Unit: v.Unit, Outcome: v.Outcome, Code: v.Code}
		if v.Baseline.Median != nil && v.Candidate.Median != nil {
			s.Baseline, s.Candidate = *v.Baseline.Median, *v.Candidate.Median
		}
		said = append(said, s)
	}
	for _, c := range doc.Causes {
		named := Named{Benchmark: c.Benchmark}
		if len(c.Functions) > 0 {
			named.Function = c.Functions[0].Name
		}
		causes = append(causes, named)
	}
	return said, causes, nil
}

func TestVerdictsAreRead(t *testing.T) {
	data, err := os.ReadFile("testdata/regressed.json")
	require.NoError(t, err)
	said, causes, err := readVerdicts(data)
	require.NoError(t, err)
	require.Len(t, said, 3)
	for i, unit := range []string{"ns/op", "allocs/op", "B/op"} {
		assert.Equal(t, unit, said[i].Unit)
		assert.Equal(t, "Work", said[i].Benchmark)
	}
	assert.Equal(t, "regressed", said[0].Outcome)
	assert.Greater(t, said[0].Candidate, said[0].Baseline)
	assert.Equal(t, "ok", said[1].Outcome)
	assert.Equal(t, []Named{{"Work", "example.com/tiny.Work"}}, causes)

	data, err = os.ReadFile("testdata/error.json")
	require.NoError(t, err)
	_, _, err = readVerdicts(data)
	assert.Error(t, err)

	_, _, err = readVerdicts([]byte("{"))
	assert.ErrorContains(t, err, "verdict.json: ")
}
