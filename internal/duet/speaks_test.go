//go:build unix

package duet_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/duet"
)

func TestSpeaks(t *testing.T) {
	gate := filepath.Join(t.TempDir(), "gate")
	out, err := exec.Command("go", "build", "-o", gate, "./testdata/gate").CombinedOutput()
	require.NoError(t, err, "%s", out)
	exe, err := os.Executable()
	require.NoError(t, err)
	for _, c := range []struct {
		what, binary string
		want         bool
	}{
		{"a test binary with a Recorder", exe, true},
		{"a gate", gate, false},
		{"no binary", "speaks_test.go", false},
	} {
		speaks, err := duet.Speaks(c.binary)
		require.NoError(t, err)
		assert.Equal(t, c.want, speaks, c.what)
	}
	_, err = duet.Speaks(gate + ".test")
	assert.ErrorIs(t, err, os.ErrNotExist)
}
