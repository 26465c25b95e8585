//go:build unix

package serving

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAPipeIsNotWaitedFor(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "s.json")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	_, err := OpenScenario(pipe)
	assert.ErrorContains(t, err, "serving: scenario: "+pipe+": it is no regular file")
	_, err = OpenScenario("/dev/zero")
	assert.ErrorContains(t, err, "/dev/zero: it is no regular file")
	_, err = Target{CAFile: pipe}.Transport()
	assert.ErrorContains(t, err, "ca_file: "+pipe+": it is no regular file")
}
