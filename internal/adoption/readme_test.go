package adoption

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/modtest"
)

// A team that does what the README says under "In your own module" and "Sharding", word for word, gets what it promises. Requests of 0.3 ms and
// the policy are the test's: a median that is held to 25 %, so that no neighbour makes it fail.
func TestReadmeInAModuleOfYourOwn(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and measures")
	}
	dir, env := modtest.Unpack(t, "testdata/readme.txtar")
	env = append(env, "REGRESS_POLICY="+filepath.Join(dir, "policy.json"), "REGRESS_PROFILE=off")
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	for file, has := range map[string][]string{
		"infer/infer_test.go": {"func BenchmarkChat"}, "gate_test.go": {"func TestGateDetects", "func TestMerge"},
		"door/door_test.go": {"func TestMain"}, "testdata/load/load_test.go": {"serving.OpenScenario"},
	} {
		for _, has := range has {
			f, err := os.OpenFile(filepath.Join(dir, file), os.O_APPEND|os.O_WRONLY, 0)
			require.NoError(t, err)
			_, err = f.WriteString(block(t, string(readme), "go", has))
			require.NoError(t, err)
			require.NoError(t, f.Close())
		}
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
	must(".", "go vet ./... ./testdata/load && git init -q && git add -A && git commit -q -m first && git tag v1.4.0")

	red := 0
	for i, line := range lines(block(t, string(readme), "sh", "-regress.baseline=v1.4.0")) {
		if i == 1 { // what the first has left is saved
			must(".", "cp .tailgate/TestGate/baseline.txt old.txt && cp .tailgate/TestGate/candidate.txt new.txt")
		}
		if i > 0 { // the proof is of the machine, and the same each time
			line.command += " -skip TestGateDetects"
		}
		out, err := run(".", line.command)
		if strings.Contains(line.comment, "must go red") {
			red++
			require.Error(t, err, "%s: %s", line.command, out)
			assert.Regexp(t, `FAIL: \d regressed`, out)
			continue
		}
		require.NoError(t, err, "%s: %s", line.command, out)
		assert.Contains(t, out, "PASS: ")
	}
	assert.Equal(t, 1, red)
	for _, line := range lines(block(t, string(readme), "sh", "-regress.shard=1/2")) {
		must(".", line.command+" -skip TestGateDetects")
	}
	assert.FileExists(t, filepath.Join(dir, ".tailgate/TestMerge/verdict.json"))
	for _, line := range lines(block(t, string(readme), "sh", "-regress.baseline=none")) {
		must("door", line.command)
	}
	assert.FileExists(t, filepath.Join(dir, "door/testdata/baseline.txt"))
}

// block is the README's block of that kind that has the text.
func block(t *testing.T, readme, kind, has string) string {
	t.Helper()
	for _, found := range regexp.MustCompile("(?s)```"+kind+"\n(.*?)```").FindAllStringSubmatch(readme, -1) {
		if strings.Contains(found[1], has) {
			return found[1]
		}
	}
	require.Fail(t, "the README has no such block", "%s: %s", kind, has)
	return ""
}

type line struct{ command, comment string }

func lines(block string) (found []line) {
	for text := range strings.Lines(block) {
		command, comment, _ := strings.Cut(strings.TrimSpace(text), " # ")
		found = append(found, line{strings.TrimSpace(command), comment})
	}
	return found
}
