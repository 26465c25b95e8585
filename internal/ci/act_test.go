package ci

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// job is what is to be seen of a workflow that has run.
type job struct {
	passed    bool
	log       string
	marks     []string // commands to show a line at code
	ignored   []string // commands that the runner was told not to heed
	summary   string
	artifacts string // the folder that stands for GitHub's storage
}

// act runs a workflow of the shop on this machine, for the event given as GitHub describes it in JSON. Variables in env reach every
// step.
func (s *shop) act(event, payload, workflow string, env ...string) job {
	s.t.Helper()
	act, err := exec.LookPath("act")
	if err != nil {
		s.t.Skip("act is not on PATH, and workflows are run with it: .ci/run workflows installs it")
	}
	events := filepath.Join(s.t.TempDir(), "event.json")
	require.NoError(s.t, os.WriteFile(events, []byte(payload), 0o644))
	j := job{artifacts: s.t.TempDir()}

	ctx, cancel := context.WithTimeout(s.t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, act, event, "--workflows", ".github/workflows/"+workflow, "--eventpath", events,
		"--platform", "ubuntu-latest=-self-hosted", "--container-daemon-socket", "-", "--no-skip-checkout",
		"--concurrent-jobs", "1", "--json")
	cmd.Args = append(cmd.Args, s.standIns()...)
	cmd.Dir = s.dir
	cmd.Env = append(append(s.env, "CHECKOUT_FROM="+s.dir, "ARTIFACTS="+j.artifacts, "RUNNER_ENVIRONMENT=github-hosted"), env...)
	out, err := cmd.CombinedOutput()
	j.passed = err == nil
	j.read(string(out))
	s.t.Cleanup(func() {
		if s.t.Failed() {
			s.t.Logf("act %s %s:\n%s", event, workflow, j.log)
		}
	})
	return j
}

// read reads act's log: a JSON object a line, of the lines that steps print and of what act made of them.
func (j *job) read(log string) {
	var all strings.Builder
	for text := range strings.Lines(log) {
		var line struct {
			Message string `json:"msg"`
			Command string `json:"command"`
			Raw     string `json:"raw"`
			Content string `json:"content"`
		}
		if json.Unmarshal([]byte(text), &line) != nil {
			line.Message = text
		}
		switch line.Command {
		case "error", "warning", "notice":
			j.marks = append(j.marks, strings.TrimSpace(line.Raw))
		case "ignored":
			j.ignored = append(j.ignored, strings.TrimSpace(line.Raw))
		case "summary":
			j.summary += line.Content
		}
		all.WriteString(strings.TrimRight(line.Message, "\r\n") + "\n")
	}
	j.log = all.String()
}

var usesAction = regexp.MustCompile(`uses: (actions/([a-z-]+)@\S+)`)

// standIns are the flags that have act take the actions of GitHub from testdata, since it cannot or must not fetch them; and this
// repository's own for other repositories.
func (s *shop) standIns() []string {
	s.t.Helper()
	testdata, err := filepath.Abs("testdata/actions")
	require.NoError(s.t, err)
	flags := []string{"--local-repository", "tailgate-go/tailgate@main=" + published(s.t)}
	files, err := filepath.Glob(filepath.Join(s.dir, ".github/workflows/*.yml"))
	require.NoError(s.t, err)
	for _, name := range append(files, filepath.Join(repository(s.t), ".github/actions/gate/action.yml")) {
		for _, match := range usesAction.FindAllStringSubmatch(read(s.t, name), -1) {
			flags = append(flags, "--local-repository", match[1]+"="+filepath.Join(testdata, match[2]))
		}
	}
	return flags
}

// published is a folder with the action as other repositories get it.
func published(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(filepath.Join(dir, ".github/actions"), os.DirFS(filepath.Join(repository(t), ".github/actions"))))
	return dir
}
