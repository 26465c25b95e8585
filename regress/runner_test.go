package regress

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// atHome takes away what a CI machine sets.
func atHome(t *testing.T) {
	for _, name := range []string{
		"CI", "GITHUB_ACTIONS", "RUNNER_ENVIRONMENT", "GITLAB_CI",
		"TF_BUILD", "JENKINS_URL", "TEAMCITY_VERSION", "BUILDKITE", "CODEBUILD_BUILD_ID",
	} {
		t.Setenv(name, "")
	}
}

func TestSmallMachine(t *testing.T) {
	for _, c := range []struct {
		name string
		env  map[string]string
		cpus int
		want string
	}{
		{"a large machine that nobody says is CI has no name", nil, 5, ""},
		{"a small one has", nil, 4, "a small machine with 4 CPUs"},
		{"one CPU is one", nil, 1, "a small machine with 1 CPU"},
		{"GitHub's own runner", map[string]string{"CI": "true", "GITHUB_ACTIONS": "true", "RUNNER_ENVIRONMENT": "github-hosted"},
			2, "a hosted runner with 2 CPUs"},
		{"a runner of one's own",
			map[string]string{"CI": "true", "GITHUB_ACTIONS": "true", "RUNNER_ENVIRONMENT": "self-hosted"}, 16, "a CI machine with 16 CPUs"},
		{"GitLab", map[string]string{"CI": "true", "GITLAB_CI": "true"}, 2, "a GitLab runner with 2 CPUs"},
		{"another CI", map[string]string{"CI": "1"}, 64, "a CI machine with 64 CPUs"},
		{"CI=false is none", map[string]string{"CI": "false"}, 64, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			atHome(t)
			for name, value := range c.env {
				t.Setenv(name, value)
			}
			assert.Equal(t, c.want, smallMachine(os.Getenv, c.cpus))
		})
	}
}

func TestBudgetInCI(t *testing.T) {
	budget := func(g Gate, from outside) time.Duration {
		t.Helper()
		s, err := g.settle(from)
		require.NoError(t, err)
		return s.budget
	}
	atHome(t)
	assert.Equal(t, 2*time.Minute, budget(Gate{}, fromNowhere))
	t.Setenv("CI", "true")
	assert.Equal(t, time.Minute, budget(Gate{}, fromRun))
	assert.Equal(t, 2*time.Minute, budget(Gate{}, fromNowhere), "Gate.Run heeds no environment")
	assert.Equal(t, 3*time.Minute, budget(Gate{Budget: 3 * time.Minute}, fromRun), "what a gate says counts")
	t.Setenv("REGRESS_BUDGET", "5m")
	assert.Equal(t, 5*time.Minute, budget(Gate{Budget: 3 * time.Minute}, fromRun))
}
