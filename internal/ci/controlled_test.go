package ci

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestControlledRegressionPassesOnlyOnFAIL(t *testing.T) {
	for _, c := range []struct {
		name, checker, outcome string
		passes                 bool
		says                   string
	}{
		{"the checker failed because of a regression", "failure", "regressed", true,
			"PASS: the checker said FAIL: a planted slowdown of 25% is regressed\n"},
		{"it failed, but could not measure", "failure", "invalid", false, "FAIL: the checker did not say FAIL because"},
		{"it failed, but could not tell", "failure", "inconclusive", false, "FAIL: the checker did not say FAIL because"},
		{"it could not see", "success", "blind", false, "FAIL: the checker did not say FAIL because"},
		{"it failed before there was an outcome", "failure", "", false, "its outcome is none"},
		{"it passed", "success", "ok", false, "its step ended in success"},
		{"it passed in spite of a regression", "success", "regressed", false, "its step ended in success"},
		{"it was cancelled", "cancelled", "regressed", false, "its step ended in cancelled"},
		{"it did not run", "", "", false, "FAIL: the checker did not say FAIL because"},
	} {
		t.Run(c.name, func(t *testing.T) {
			summary := filepath.Join(t.TempDir(), "summary")
			cmd := exec.Command("bash", filepath.Join(repository(t), ".github/controlled-regression.sh"))
			cmd.Env = append(os.Environ(), "SIZE=25%", "CHECKER="+c.checker, "OUTCOME="+c.outcome, "GITHUB_STEP_SUMMARY="+summary)
			out, err := cmd.CombinedOutput()
			assert.Equal(t, c.passes, err == nil)
			assert.Contains(t, string(out), c.says)
			require.FileExists(t, summary)
		})
	}
}
