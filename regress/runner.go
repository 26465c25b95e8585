package regress

import (
	"fmt"
	"time"

	"github.com/tailgate-go/tailgate/internal/progress"
)

// ciBudget is the default budget in CI, where people wait for the job: two benchmarks that never settle still end within 3 minutes.
const ciBudget = time.Minute

// budgetHere is the budget when nobody sets one.
func budgetHere(env func(string) string) time.Duration {
	if progress.InCI(env) {
		return ciBudget
	}
	return defaultBudget
}

// fewCPUs is the number of CPUs up to which a gate cannot avoid the other work of its machine.
const fewCPUs = 4

// smallMachine names the machine where it is shared or small, as CI's are; empty elsewhere.
func smallMachine(env func(string) string, cpus int) string {
	kind := ""
	switch {
	case env("GITHUB_ACTIONS") == "true" && env("RUNNER_ENVIRONMENT") == "github-hosted":
		kind = "a hosted runner"
	case env("GITLAB_CI") == "true":
		kind = "a GitLab runner"
	case progress.InCI(env):
		kind = "a CI machine"
	case cpus <= fewCPUs:
		kind = "a small machine"
	default:
		return ""
	}
	if cpus == 1 {
		return kind + " with 1 CPU"
	}
	return fmt.Sprintf("%s with %d CPUs", kind, cpus)
}
