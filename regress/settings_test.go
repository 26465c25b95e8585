package regress

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAPolicyThatIsTooLargeIsNotRead(t *testing.T) {
	name := filepath.Join(t.TempDir(), "policy.json")
	require.NoError(t, os.WriteFile(name, make([]byte, mostOfPolicy+1), 0o600))
	_, err := Gate{PolicyFile: name}.settle(fromNowhere)
	assert.EqualError(t, err,
		"Gate.PolicyFile: "+name+": more than 2048 KiB; leave the policy out for the default: p95-ns, 10 %, 1 ms")
}
