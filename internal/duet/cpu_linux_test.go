package duet

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestHoldCPU(t *testing.T) {
	runtime.LockOSThread() // to look at the same thread afterwards
	defer runtime.UnlockOSThread()
	var before, during, after unix.CPUSet
	require.NoError(t, unix.SchedGetaffinity(0, &before))
	release := HoldCPU()
	cpu, err := current()
	require.NoError(t, err)
	require.NoError(t, unix.SchedGetaffinity(0, &during))
	assert.Equal(t, 1, during.Count())
	assert.True(t, during.IsSet(cpu))
	for range 100 {
		runtime.Gosched()
		at, err := current()
		require.NoError(t, err)
		assert.Equal(t, cpu, at)
	}
	release()
	require.NoError(t, unix.SchedGetaffinity(0, &after))
	assert.Equal(t, before, after)
}
