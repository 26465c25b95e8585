package regress

import (
	"flag"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestARunKnowsWithWhichGOMAXPROCSItMeasures(t *testing.T) {
	before := flagValue("test.cpu")
	t.Cleanup(func() { _ = flag.Set("test.cpu", before) })
	for value, want := range map[string][]int{"": {runtime.GOMAXPROCS(0)}, "4": {4}, "1,2, 16": {1, 2, 16}} {
		require.NoError(t, flag.Set("test.cpu", value))
		assert.Equal(t, want, procs(), "-cpu=%s", value)
	}
}
