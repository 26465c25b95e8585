package ci

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

type workflow struct {
	Permissions map[string]string
	Concurrency map[string]any
	Jobs        map[string]struct {
		Timeout     int               `yaml:"timeout-minutes"`
		Permissions map[string]string `yaml:"permissions"`
		Strategy    struct {
			Matrix struct{ Part []string }
		}
		Steps []step
	}
}

type step struct {
	Uses string
	With map[string]any
}

func workflows(t *testing.T) map[string]workflow {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(repository(t), ".github/workflows/*.yml"))
	require.NoError(t, err)
	require.NotEmpty(t, names)
	all := map[string]workflow{}
	for _, name := range names {
		var w workflow
		require.NoError(t, yaml.Unmarshal([]byte(read(t, name)), &w), name)
		all[filepath.Base(name)] = w
	}
	return all
}

// pinned is this repository's action, or one at a commit.
var pinned = regexp.MustCompile(`^(\./\.github/actions/gate|actions/[a-z-]+@[0-9a-f]{40})$`)

func TestWorkflowsAskForLittle(t *testing.T) {
	for name, w := range workflows(t) {
		assert.Equal(t, map[string]string{"contents": "read"}, w.Permissions, name)
		assert.NotEmpty(t, w.Concurrency["group"], name)
		assert.NotContains(t, read(t, filepath.Join(repository(t), ".github/workflows", name)), "secrets", name)
		for _, j := range w.Jobs {
			assert.NotZero(t, j.Timeout, "%s: without a limit a job runs for 6 hours", name)
			for permission := range j.Permissions {
				assert.Contains(t, []string{"contents", "pull-requests"}, permission, name)
			}
			for _, s := range j.Steps {
				if s.Uses != "" {
					assert.Regexp(t, pinned, s.Uses, name)
				}
				if strings.HasPrefix(s.Uses, "actions/checkout@") {
					assert.Equal(t, false, s.With["persist-credentials"], "%s leaves a token in the work tree", name)
				}
			}
		}
	}
}

func TestActionIsPinned(t *testing.T) {
	var action struct {
		Inputs map[string]struct{ Description string }
		Runs   struct{ Steps []step }
	}
	text := read(t, filepath.Join(repository(t), ".github/actions/gate/action.yml"))
	require.NoError(t, yaml.Unmarshal([]byte(text), &action))
	for name, input := range action.Inputs {
		assert.NotEmpty(t, input.Description, name)
		assert.Contains(t, text, "inputs."+name+" ", "the input is not used")
	}
	for _, s := range action.Runs.Steps {
		if s.Uses != "" {
			assert.Regexp(t, pinned, s.Uses)
		}
	}
}

// apart is what a job takes beside go test, whose -timeout does not count it: to check out, to set up Go, to build the tests, and
// to publish.
const apart = 5 * time.Minute

// A job that GitHub kills leaves no report; a gate whose time is over leaves one. So go test ends before its job does.
func TestTheGateEndsBeforeItsJob(t *testing.T) {
	var action struct {
		Inputs struct {
			Timeout struct{ Default string }
		}
	}
	text := read(t, filepath.Join(repository(t), ".github/actions/gate/action.yml"))
	require.NoError(t, yaml.Unmarshal([]byte(text), &action))
	all := workflows(t)
	var readme workflow
	require.NoError(t, yaml.Unmarshal([]byte(snippet(t, "README.md", "yaml", ".github/workflows/gate.yml")), &readme))
	all["README.md"] = readme
	for name, w := range all {
		gates := 0
		for _, j := range w.Jobs {
			for _, s := range j.Steps {
				if !strings.Contains(s.Uses, ".github/actions/gate") {
					continue
				}
				gates++
				timeout := action.Inputs.Timeout.Default
				if own, is := s.With["timeout"].(string); is {
					timeout = own
				}
				d, err := time.ParseDuration(timeout)
				require.NoError(t, err, name)
				assert.LessOrEqual(t, d+apart, time.Duration(j.Timeout)*time.Minute, name)
			}
		}
		if name != "ci.yml" && name != "serving.yml" {
			assert.NotZero(t, gates, name)
		}
	}
}

// parts are the parts of CI that its workflow runs.
func parts(t *testing.T) []string {
	t.Helper()
	all := workflows(t)["ci.yml"].Jobs["part"].Strategy.Matrix.Part
	require.NotEmpty(t, all)
	return all
}

func TestCIWorkflowRunsAllOfCI(t *testing.T) {
	script := filepath.Join(repository(t), ".ci/run")
	every := regexp.MustCompile(`(?m)^every='(.*)'$`).FindStringSubmatch(read(t, script))
	require.Len(t, every, 2)
	assert.Equal(t, append(strings.Fields(every[1]), "vulnerabilities"), parts(t))

	out, err := exec.Command(script, "nothing").CombinedOutput()
	assert.Error(t, err)
	assert.Contains(t, string(out), "nothing is no part of CI")
}
