package adoption

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/modtest"
)

var whyRuns = flag.Int("why", 1, "how many slowdowns TestWhyNamesTheFunction plants")

// TestWhyNamesTheFunction plants a slowdown in one function after the other, and demands that the gate names it first.
func TestWhyNamesTheFunction(t *testing.T) {
	if testing.Short() {
		t.Skip("measures")
	}
	if runtime.GOOS == "windows" {
		t.Skip("git and the go command are called as on Unix")
	}
	dir, env := modtest.Unpack(t, "testdata/why.txtar")
	run := func(name string, args ...string) (string, error) {
		cmd := exec.Command(name, args...)
		cmd.Dir, cmd.Env = dir, env
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "-A"}, {"commit", "-q", "-m", "first"}} {
		out, err := run("git", args...)
		require.NoError(t, err, out)
	}
	namedFirst := func(t *testing.T, gate, function string, flags ...string) {
		t.Helper()
		out, err := run("go", append([]string{"test", "-v", "-run", gate, "."}, flags...)...)
		require.Error(t, err, out)
		var verdict struct{ Causes []why }
		data, err := os.ReadFile(filepath.Join(dir, ".tailgate", gate, "verdict.json"))
		require.NoError(t, err, out)
		require.NoError(t, json.Unmarshal(data, &verdict))
		require.NotEmpty(t, verdict.Causes, out)
		cause := verdict.Causes[0]
		require.NotEmpty(t, cause.Functions, out)
		assert.Equal(t, function, cause.Functions[0].Name, out)
		assert.Equal(t, map[string]string{"TestGate": "request", "TestPlain": "operation"}[gate], cause.Per)
		cause.addsUp(t)
		t.Logf("%+v", cause)
	}
	for i := range *whyRuns {
		function := []string{"encode", "rank", "tokenize", "embed"}[i%4]
		t.Run(function, func(t *testing.T) {
			file := filepath.Join(dir, function+".go")
			source, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Contains(t, string(source), "for range 1 {")
			require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(source), "for range 1 {", "for range 2 {", 1)), 0o644))
			defer func() { require.NoError(t, os.WriteFile(file, source, 0o644)) }()
			namedFirst(t, "TestGate", "example.com/shop."+function)
			if i == 0 {
				namedFirst(t, "TestPlain", "example.com/shop."+function)
			}
		})
	}
	t.Run("nothing, but a slowdown is planted", func(t *testing.T) {
		namedFirst(t, "TestGate", "github.com/tailgate-go/tailgate/workload.(*Request).burn", "-regress.inject=100%")
	})
	t.Run("nothing, but a slowdown is planted in what has no Recorder", func(t *testing.T) {
		namedFirst(t, "TestPlain", "testing.tailgate_burn", "-regress.inject=100%")
	})
}

// why is a cause as verdict.json has it.
type why struct {
	Of, Per   string
	Baseline  float64
	Candidate float64
	Functions []struct {
		Name                string
		Baseline, Candidate float64
	}
	Others   float64
	Rest     *float64
	Measured *struct{ Baseline, Candidate float64 }
	Codes    []string `json:"doubt_codes"`
}

// addsUp asserts that what the functions grew by and what is in none of them is what was measured, but for the last bits of a
// float, and that nobody is left to wonder about a sign.
func (w why) addsUp(t *testing.T) {
	t.Helper()
	grown := w.Others
	for _, f := range w.Functions {
		grown += f.Candidate - f.Baseline
	}
	bits := 1e-12 * (w.Baseline + w.Candidate)
	assert.InDelta(t, w.Candidate-w.Baseline, grown, bits)
	require.NotNil(t, w.Measured)
	require.NotNil(t, w.Rest)
	measured := w.Measured.Candidate - w.Measured.Baseline
	assert.InDelta(t, measured, grown+*w.Rest, bits+1e-12*(w.Measured.Baseline+w.Measured.Candidate))
	assert.Equal(t, measured <= 0, slices.Contains(w.Codes, "not-again"))
	if measured > 0 {
		assert.Equal(t, grown < 0, slices.Contains(w.Codes, "other-way"))
	}
	if first := w.Functions[0].Candidate - w.Functions[0].Baseline; measured > 0 && grown > 0 {
		assert.Equal(t, first > measured || first > grown+bits, slices.Contains(w.Codes, "outgrew"))
	}
}
