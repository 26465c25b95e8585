package benchdata

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzLoadGenerator holds that a file of the load generator's is refused in words, or is one run of numbers that can be written
// and read again.
func FuzzLoadGenerator(f *testing.F) {
	f.Add([]byte(newNames))
	f.Add([]byte(oldNames))
	for _, text := range []string{
		strings.Replace(newNames, "200.0", "1e308", 1), strings.Replace(newNames, "200.0", "-0", 1),
		strings.Replace(newNames, "59999", "1e18", 1),
		strings.Replace(newNames, "200.0", "NaN", 1), strings.Replace(oldNames, "meta-llama/", `\u0000\n/`, 1),
		`{"num_prompts_attempted"`, `{"metrics": null, "num_prompts_attempted": {}}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > mostLoadGenerator {
			return
		}
		set, err, ok := readLoadGenerator(data, "x.json")
		if !ok {
			require.NoError(t, err)
			require.Nil(t, set)
			return
		}
		if err != nil {
			require.Nil(t, set)
			require.IsType(t, Problems{}, err)
			for _, p := range err.(Problems) {
				require.True(t, strings.HasPrefix(p.String(), "x.json:"), "%q", p.String())
				require.NotContains(t, p.String(), "\n")
				require.NotContains(t, p.String(), "\x1b")
			}
			return
		}
		require.Len(t, set.Benchmarks, 1)
		require.Len(t, set.Benchmarks[0].Runs, 1)
		for _, v := range set.Benchmarks[0].Runs[0].Values {
			require.False(t, math.IsNaN(v.Value) || math.IsInf(v.Value, 0) || v.Value < 0, "%s %v", v.Unit, v.Value)
		}
		var b bytes.Buffer
		w := NewWriter(&b, Header{set.Config, set.Provenance, set.Better})
		require.NoError(t, w.Write(set.Benchmarks[0]))
		require.NoError(t, w.Close())
		again, err := Read(bytes.NewReader(b.Bytes()), "x.json")
		require.NoError(t, err, "%s", b.Bytes())
		require.Equal(t, withoutLines(set).Benchmarks, withoutLines(again).Benchmarks)
	})
}
