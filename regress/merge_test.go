package regress

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMergeRefusesWhatIsNoFolderOfShards(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ name, in, want string }{
		{"no pattern", "", "Gate.In is empty"},
		{"nothing matches", filepath.Join(dir, "no", "*"), "no folders match"},
		{"a bad pattern", "[", "write a pattern such as 'shards/*'"},
		{"an empty folder", dir, "it is no folder of a shard's results"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Gate{In: c.in, Out: t.TempDir()}.Merge("TestMerge")
			assert.ErrorContains(t, err, c.want)
		})
	}
	shard := filepath.Join(dir, "1")
	require.NoError(t, os.Mkdir(shard, 0o755))
	for _, name := range []string{"shard.json", "verdict.json"} {
		require.NoError(t, os.WriteFile(filepath.Join(shard, name), nil, 0o644))
	}
	_, err := Gate{In: filepath.Join(dir, "*"), Out: shard}.Merge("TestMerge")
	assert.ErrorContains(t, err, "is that of a shard: name another")
	assert.FileExists(t, filepath.Join(shard, "verdict.json"), "what is to be merged stays")
}
