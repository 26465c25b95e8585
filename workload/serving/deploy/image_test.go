//go:build linux

package deploy

import (
	"bytes"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/modtest"
)

var (
	buildLine = regexp.MustCompile(`(?m)^RUN (CGO_ENABLED=0 go test -c .*)$`)
	copyLine  = regexp.MustCompile(`(?m)^COPY --from=build /src/(\S+) (\S+)$`)
	runLine   = regexp.MustCompile(`(?m)^CMD \["(.*)"\]$`)
)

// TestTheImagesFilesRunByThemselves does what the Dockerfile does, but for the container: it builds the binary by the Dockerfile's
// command, puts the image's files into an empty folder, and runs the binary with that folder for its root and as nobody.
func TestTheImagesFilesRunByThemselves(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a static binary")
	}
	text, err := os.ReadFile("Dockerfile")
	require.NoError(t, err)
	root := t.TempDir()
	require.NoError(t, os.Chmod(root, 0o755))
	command := buildLine.FindSubmatch(text)
	require.NotNil(t, command, "the Dockerfile builds no static test binary")
	build := exec.Command("sh", "-ec", strings.Replace(string(command[1]), "-o /load", "-o "+filepath.Join(root, "load"), 1))
	build.Dir = modtest.Root(t)
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)

	binary, err := elf.Open(filepath.Join(root, "load"))
	require.NoError(t, err)
	defer binary.Close()
	for _, p := range binary.Progs {
		assert.NotEqual(t, elf.PT_INTERP, p.Type, "it wants a dynamic loader")
	}
	libraries, err := binary.ImportedLibraries()
	require.NoError(t, err)
	assert.Empty(t, libraries)

	copies := copyLine.FindAllSubmatch(text, -1)
	require.NotEmpty(t, copies)
	for _, c := range copies {
		require.NoError(t, os.CopyFS(filepath.Join(root, string(c[2])), os.DirFS(filepath.Join(modtest.Root(t), string(c[1])))))
	}
	if os.Getuid() != 0 {
		t.Skip("only root may give a process another root")
	}
	scenarios := filepath.Join(root, "testdata/scenarios") // as the Job mounts it
	require.NoError(t, os.Mkdir(scenarios, 0o755))
	scenario := `{"version": 1, "name": "case", "model": "m", "dataset": {"file": "../datasets/billsum.json"}, ` +
		`"rates": [50], "prompts": 25}`
	require.NoError(t, os.WriteFile(filepath.Join(scenarios, "scenario.json"), []byte(scenario), 0o644))
	_, url := counted(t)

	args := strings.Split(string(runLine.FindSubmatch(text)[1]), `", "`)
	run := exec.CommandContext(t.Context(), "/load", args...)
	run.Dir = "/"
	run.Env = []string{
		"TAILGATE_SCENARIO=/testdata/scenarios/scenario.json", "TAILGATE_TARGET=" + url, "TAILGATE_SHARDS=1", "JOB_COMPLETION_INDEX=0",
	}
	run.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}
	var got bytes.Buffer
	run.Stdout, run.Stderr = &got, &got
	_ = run.Run() // it fails when it was late
	assert.Contains(t, got.String(), `"attempted":25,"succeeded":25,"failed":0`)
	assert.Contains(t, got.String(), "\n#tailgate-distribution ")
}
