package bounded

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
	_, err := ReadFile(name, 1024)
	require.EqualError(t, err, name+": more than 1 KiB")
	data, err := ReadFile(name, 1025)
	require.NoError(t, err)
	assert.Len(t, data, 1025)
}
