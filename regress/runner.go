package regress

import (
	"fmt"
	"math"
	"runtime"
	"time"

	"github.com/tailgate-go/tailgate/internal/progress"
	"github.com/tailgate-go/tailgate/policy"
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

// fewCPUs is how many a machine may have whose other work a gate cannot keep away from.
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

// unseen says what the noise of a small machine hid, at worst, where no change was found: by how much more than its limits allow
// a metric must get worse to be red there. It is empty when there is nothing to say.
func unseen(r policy.Report, machine string) string {
	var worst policy.Verdict
	most := 1.0
	for _, v := range r.Verdicts {
		found := v.Outcome == policy.Regressed || v.Outcome == policy.Improved
		if times := v.Detectable / v.RedFrom(); !found && v.Candidate.N > 0 && times > most { // of a rule that cannot fail it is none
			worst, most = v, times
		}
	}
	switch {
	case machine == "" || worst.Detectable == 0:
		return ""
	case math.IsInf(worst.Detectable, 1):
		return fmt.Sprintf("%s: no change would have been red here in %s %s, after so few runs", machine, worst.Name, worst.Unit)
	}
	return fmt.Sprintf("%s: it takes a change of %.1f %% to be red here in %s %s, where the limits say %.3g %%",
		machine, worst.Detectable, worst.Name, worst.Unit, worst.RedFrom())
}

// unseenHere is unseen on the machine that this is.
func (s settings) unseenHere(r policy.Report) string {
	return unseen(r, smallMachine(s.env, runtime.NumCPU()))
}
