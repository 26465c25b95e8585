package regress_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSettingsThatMakeNoSenseAreInvalidAndGiveTheRunnerNoCommand(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	for test, which := range map[string]string{
		"TestGate": "TestGate", "TestMerge": "TestMerge", "TestBisect": "TestBisect",
		"TestControlledRegression": "TestControlledRegression/identical",
	} {
		t.Run(test, func(t *testing.T) {
			missing := filepath.Join(t.TempDir(), "a\n::error::b\x1b[2J")
			out, err := exec.Command(self, "-test.v", "-test.run=^"+test+"$", "-regress.policy="+missing).CombinedOutput()
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit, "%s", out)
			assert.Contains(t, string(out), "=== ATTR  "+which+" regress.outcome invalid\n")
			assert.Contains(t, string(out), "regress: invalid: -regress.policy: ")
			assert.NotRegexp(t, `(?m)^\s*::|\x1b`, string(out))
		})
	}
}
