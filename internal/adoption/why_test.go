package adoption

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
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
	namedFirst := func(t *testing.T, function string, flags ...string) {
		t.Helper()
		out, err := run("go", append([]string{"test", "-v", "-run", "TestGate", "."}, flags...)...)
		require.Error(t, err, out)
		var verdict struct {
			Causes []struct {
				Of        string
				Functions []struct{ Name string }
			}
		}
		data, err := os.ReadFile(filepath.Join(dir, ".tailgate/TestGate/verdict.json"))
		require.NoError(t, err, out)
		require.NoError(t, json.Unmarshal(data, &verdict))
		require.NotEmpty(t, verdict.Causes, out)
		require.NotEmpty(t, verdict.Causes[0].Functions, out)
		assert.Equal(t, function, verdict.Causes[0].Functions[0].Name, out)
		t.Log(verdict.Causes[0])
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
			namedFirst(t, "example.com/shop."+function)
		})
	}
	t.Run("nothing, but a slowdown is planted", func(t *testing.T) {
		namedFirst(t, "github.com/tailgate-go/tailgate/workload.(*Request).burn", "-regress.inject=100%")
	})
}
