package shards

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/output"
)

func TestWhatIsTooLargeForAShardIsNotRead(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"verdict.json", output.Manifest} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o644))
		require.NoError(t, os.Truncate(filepath.Join(dir, name), 64<<20+1)) // takes no room on the disk
	}
	_, err := readVerdict(filepath.Join(dir, "verdict.json"))
	assert.EqualError(t, err, filepath.Join(dir, "verdict.json")+
		": more than 65536 KiB; no shard leaves so much: run that shard again")
	_, err = Open(dir)
	assert.EqualError(t, err,
		filepath.Join(dir, output.Manifest)+": more than 65536 KiB; no shard leaves so much: run that shard again")
}

func TestAFileOfAShardThatHasNoEndIsRefused(t *testing.T) {
	endless := filepath.Join(t.TempDir(), "baseline.txt")
	if err := os.Symlink("/dev/zero", endless); err != nil {
		t.Skip("no links here: ", err)
	}
	if _, err := os.Stat(endless); err != nil {
		t.Skip("no /dev/zero")
	}
	_, err := sumFile(endless)
	assert.ErrorContains(t, err, "is no plain file")
}

func TestAPipeInAShardsFolderIsRefused(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{output.Manifest, "verdict.json"} {
		if out, err := exec.Command("mkfifo", filepath.Join(dir, name)).CombinedOutput(); err != nil {
			t.Skipf("no pipes here: %v: %s", err, out)
		}
	}
	_, err := Open(dir)
	assert.ErrorContains(t, err, "is no plain file")
	_, err = readVerdict(filepath.Join(dir, "verdict.json"))
	assert.ErrorContains(t, err, "is no plain file")
}
