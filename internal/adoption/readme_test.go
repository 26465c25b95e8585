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

// A team that does what README.md, docs/module.md, docs/sharding.md and docs/serving.md say, word for word, gets what they promise.
// Requests of 0.3 ms and the policy are the test's: a median that is held to 25 %, so that no neighbour makes it fail.
func TestReadmeInAModuleOfYourOwn(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and measures")
	}
	dir, env := modtest.Unpack(t, "testdata/readme.txtar")
	env = append(env, "REGRESS_POLICY="+filepath.Join(dir, "policy.json"), "REGRESS_PROFILE=off", "REGRESS_IDENTICAL=measure")
	block := func(name, kind, has string) readme.Block {
		t.Helper()
		page, err := readme.Read("../..", name)
		require.NoError(t, err)
		b, err := page.Block(kind, has)
		require.NoError(t, err)
		return b
	}
	for _, c := range []struct{ file, page, has string }{
		{"infer/infer_test.go", "docs/module.md", "func BenchmarkChat"},
		{"gate_test.go", "docs/module.md", "func TestGateDetects"},
		{"gate_test.go", "docs/sharding.md", "func TestMerge"},
		{"door/door_test.go", "docs/module.md", "func TestMain"},
		{"testdata/load/load_test.go", "docs/serving.md", "serving.OpenScenario"},
		{"testdata/first/gate_test.go", "README.md", `regress.Check(t, regress.Gate{Packages: []string{"./infer"}})`},
	} {
		f, err := os.OpenFile(filepath.Join(dir, c.file), os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = f.WriteString(block(c.page, "go", c.has).Text)
		require.NoError(t, err)
		require.NoError(t, f.Close())
	}
	run := func(folder, line string) (string, error) {
		cmd := exec.Command("sh", "-c", line)
		cmd.Dir, cmd.Env = filepath.Join(dir, folder), env
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	must := func(folder, line string) string {
		t.Helper()
		out, err := run(folder, line)
		require.NoError(t, err, "%s: %s", line, out)
		return out
	}
	// A go.mod that knows of tailgate only where it is, as one of a team knows of its release: what the page's command gets must do
	// for all of it.
	goMod := filepath.Join(dir, "go.mod")
	text, err := os.ReadFile(goMod)
	require.NoError(t, err)
	_, replaced, ok := strings.Cut(string(text), "\nreplace ")
	require.True(t, ok)
	require.NoError(t, os.WriteFile(goMod,
		[]byte("module example.com/shop\n\ngo 1.26\n\nreplace "+strings.SplitAfter(replaced, "\n")[0]), 0o644))
	require.NoError(t, os.Remove(filepath.Join(dir, "go.sum")))
	command(t, modtest.Root(t), env, "go", "mod", "download") // all that it needs is tailgate's, and here from now on
	env = append(env, "GOFLAGS=-trimpath", "GONOSUMDB=*", "GOPROXY=off")
	for _, line := range block("docs/module.md", "sh", "go get ").Commands() {
		must(".", line.Line)
	}
	must(".", "go vet ./... ./testdata/load ./testdata/first && git init -q && git add -A && git commit -q -m first && git tag v1.4.0")

	assert.Contains(t, must("testdata/first", "go test -v ."), "PASS: 1 ")

	red := 0
	for i, line := range block("docs/module.md", "sh", "-regress.baseline=v1.4.0").Commands() {
		if i == 1 { // what the first has left is saved
			must(".", "cp .tailgate/TestGate/baseline.txt old.txt && cp .tailgate/TestGate/candidate.txt new.txt")
		}
		out, err := run(".", line.Line)
		if strings.Contains(line.Comment, "must go red") {
			red++
			require.Error(t, err, "%s: %s", line.Line, out)
			assert.Regexp(t, `FAIL: \d regressed`, out)
			continue
		}
		require.NoError(t, err, "%s: %s", line.Line, out)
		assert.Contains(t, out, "PASS: ")
	}
	assert.Equal(t, 1, red)
	for _, line := range block("docs/sharding.md", "sh", "-regress.shard=1/2").Commands() {
		must(".", line.Line)
	}
	assert.FileExists(t, filepath.Join(dir, ".tailgate/TestMerge/verdict.json"))
	for _, line := range block("docs/module.md", "sh", "-regress.baseline=none").Commands() {
		must("door", line.Line)
	}
	assert.FileExists(t, filepath.Join(dir, "door/testdata/baseline.txt"))
}
