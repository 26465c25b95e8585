package regress

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAFileThatIsTooLargeIsNotRead(t *testing.T) {
	name := filepath.Join(t.TempDir(), "policy.json")
	require.NoError(t, os.WriteFile(name, make([]byte, 1025), 0o644))
	_, err := readFile(name, 1024)
	require.EqualError(t, err, name+": more than 1 KiB")
	data, err := readFile(name, 1025)
	require.NoError(t, err)
	assert.Len(t, data, 1025)
	if _, err := os.Stat("/dev/zero"); err == nil {
		_, err := Gate{PolicyFile: "/dev/zero"}.settle(fromNowhere)
		assert.EqualError(t, err, "Gate.PolicyFile: /dev/zero: more than 2048 KiB; leave the policy out for the default: p95-ns, 10 %, 1 ms")
	}
}
