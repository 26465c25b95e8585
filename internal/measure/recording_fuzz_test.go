package measure_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzRecording holds that a recording is refused in words, or is one that can be written and read again.
func FuzzRecording(f *testing.F) {
	head := "# what: x\n# when: x\n# cpu: x\n# go: x\n# load: x\n# benchmark: x\n# neighbour: x\n# seed: x\n"
	for _, text := range []string{head + "launch\nb 1 2\nc 2 1\n", head, "launch\n", head + "launch\nb 1 9223372036854775807\n",
		head + "# a: b\nlaunch\nc 0x1 1_0\n", head + "launch\nb 1 2 3 4\nc 2 1 4 3\n",
		head + "# requests-a-turn: 2\n# pairs-a-launch: 1\n# request: 5ms\nlaunch link=17,4\nb 1,2 2,3 4 5\n",
		head + "launch link=0,0\nb 1 2\n", head + "launch\nlaunch link=1,\nb 1, 2\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := readRecording("x.txt.gz", bytes.NewReader(compress(t, string(text))))
		if err != nil {
			require.ErrorContains(t, err, "x.txt.gz:")
			return
		}
		var again bytes.Buffer
		require.NoError(t, r.write(&again))
		same, err := readRecording("x.txt.gz", &again)
		require.NoError(t, err)
		require.Equal(t, r, same)
	})
}
