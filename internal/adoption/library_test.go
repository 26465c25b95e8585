package adoption

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/modtest"
	"github.com/tailgate-go/tailgate/internal/readme"
)

// A library that does what the README says for one, word for word, is gated from a nested module, or by the command, and its go.mod
// stays as it was.
func TestReadmeForALibrary(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and measures")
	}
	dir, env := modtest.Unpack(t, "testdata/library.txtar")
	command(t, modtest.Root(t), env, "go", "mod", "download") // all that its modules need is tailgate's, and here from now on
	env = append(env, "REGRESS_PROFILE=off", "GOFLAGS=-trimpath", "GONOSUMDB=*", "GOPROXY=off")
	page, err := readme.Read("../..", "README.md")
	require.NoError(t, err)
	block := func(kind, has string) readme.Block {
		t.Helper()
		b, err := page.Block(kind, has)
		require.NoError(t, err)
		return b
	}
	write := func(file, text string) {
		t.Helper()
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, file)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644))
	}
	run := func(line string) (string, error) {
		cmd := exec.Command("sh", "-c", line)
		cmd.Dir, cmd.Env = dir, env
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	must := func(line string) string {
		t.Helper()
		out, err := run(line)
		require.NoError(t, err, "%s: %s", line, out)
		return out
	}

	tailgate := filepath.Join(dir, ".tmp", "tailgate")
	command(t, modtest.Root(t), env, "go", "build", "-o", tailgate, "./regress/tailgate")
	const goMod = "module example.com/shop\n\ngo 1.24\n"
	write("go.mod", goMod)
	require.NoError(t, os.Remove(filepath.Join(dir, "go.sum")))
	must("git init -q && git add -A && git commit -q -m first && git tag v1.3.0 && git commit -q --allow-empty -m second")

	for _, line := range block("sh", "-baseline=v1.3.0 -bench=Wait").Commands() {
		typed, ok := strings.CutPrefix(line.Line, "go run github.com/tailgate-go/tailgate/regress/tailgate@latest ")
		require.True(t, ok, line.Line)
		assert.Contains(t, must(tailgate+" "+typed), "PASS: ")
	}

	// The baseline has no perf yet.
	replaced := "\nreplace github.com/tailgate-go/tailgate => " + modtest.Root(t) + "\n"
	write("perf/go.mod", block("", "module example.com/shop/perf").Text+replaced)
	write("perf/gate_test.go", block("go", "package perf").Text)
	gates := 0
	for _, line := range block("sh", "go -C perf ").Commands() {
		out := must(line.Line)
		if strings.Contains(line.Line, " test ") {
			gates++
			for _, says := range []string{"Rank ns/op: ", "Wait ns/op: ", "PASS: "} {
				assert.Contains(t, out, says)
			}
		}
	}
	assert.Equal(t, 2, gates)
	must("git add -A && git commit -q -m perf")

	// Nor has a candidate to have it.
	older := must("go -C perf test -v -run 'TestGate$' . -regress.baseline=HEAD -regress.candidate=v1.3.0 -regress.bench=Rank")
	assert.Regexp(t, `(?s)Rank ns/op: .*PASS: `, older)

	// What is slower around it is found, by the gate of perf and by a benchmark in it.
	must("cp testdata/own_test.go perf/ && go -C perf mod tidy && git add -A && git commit -q -m own && cp testdata/slow.go work.go")
	for _, test := range []string{"TestGate", "TestOwn"} {
		out, err := run("go -C perf test -v -run '" + test + "$' .")
		require.Error(t, err, out)
		assert.Contains(t, out, "1 regressed")
	}
	text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	require.NoError(t, err)
	assert.Equal(t, goMod, string(text))
	assert.NoFileExists(t, filepath.Join(dir, "go.sum"))
	assert.FileExists(t, filepath.Join(dir, "perf/.tailgate/TestGate/verdict.json"))
	assert.FileExists(t, filepath.Join(dir, ".tailgate/command/verdict.json"))
}
