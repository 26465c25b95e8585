//go:build linux

package adoption

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/testbin"
)

// A gate on a machine whose clock was wrong, or was set since, judges as on any other: no date of a file or in one makes it wait,
// take what is old for new, or leave or remove what it must not. The clock of this machine is not set; all that earlier gates may
// have left has such dates.
//
// That is all of time that goes from one process to another. Within a process intervals are of the monotonic clock, which nobody
// sets; that of the gate runs a year ahead in one of the cases. What a benchmark process says it took is held against that: see
// TestLiesAreFound in internal/duet.
func TestGateOnAMachineWhoseClockJumped(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and measures")
	}
	dir, env := committed(t, "testdata/faults.txtar")
	for _, c := range []struct {
		name      string
		at        time.Time
		monotonic bool // the gate's monotonic clock is a year ahead
	}{
		{"everything is of 1970", time.Unix(86400, 0), false},
		{"everything is of the next century", time.Now().Add(100 * 365 * 24 * time.Hour), false},
		{"everything is of tomorrow", time.Now().Add(24 * time.Hour), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			temp := t.TempDir()
			shop, out, scratches := filepath.Join(temp, "shop"), filepath.Join(temp, "out"), filepath.Join(temp, "temp")
			command(t, dir, env, "git", "clone", "-q", dir, shop)
			records := filepath.Join(shop, ".git", "worktrees")
			stale := lockIn(scratches)
			left := map[string]string{
				stale: fmt.Sprintf("process 999999999, since %s\n", c.at.Format(time.RFC3339)),
				filepath.Join(scratches, "tailgate-scratch-1", "tree", "x"):   "",
				filepath.Join(records, "tailgate-scratch-1-000001", "gitdir"): filepath.Join(scratches, "gone", ".git") + "\n",
				filepath.Join(records, "on-a-disk-not-mounted-now", "gitdir"): filepath.Join(temp, "mnt", ".git") + "\n",
				filepath.Join(shop, ".tailgate", "stamp"):                     "",
				filepath.Join(shop, ".tailgate", ".gitignore"):                "*\n",
				filepath.Join(out, "baseline.txt"):                            "PASS\n",
				filepath.Join(out, "candidate.txt"):                           "PASS\n",
				filepath.Join(out, "shard.json"):                              "{}",
				filepath.Join(out, "verdict.json"): `{"version": 1, "outcome": "regressed", "began": "` +
					c.at.Format(time.RFC3339) + `"}`,
				filepath.Join(records, "on-a-disk-not-mounted-now", "commondir"): "../..\n",
				filepath.Join(records, "on-a-disk-not-mounted-now", "HEAD"):      strings.Repeat("0", 40) + "\n",
				filepath.Join(records, "tailgate-scratch-1-000001", "commondir"): "../..\n",
				filepath.Join(records, "tailgate-scratch-1-000001", "HEAD"):      strings.Repeat("0", 40) + "\n",
			}
			for name, text := range left {
				require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
				require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
			}
			require.NoError(t, filepath.WalkDir(temp, func(path string, _ fs.DirEntry, err error) error {
				if err != nil || path == temp {
					return err
				}
				return os.Chtimes(path, c.at, c.at)
			}))

			args := []string{filepath.Join(dir, ".tmp/gate.test"), "-test.run=TestGate", "-test.v",
				"-regress.bench=Quick", "-regress.out=" + out}
			if c.monotonic {
				args = append(aYearAhead(t), args...)
			}
			began := time.Now().Truncate(time.Second)
			printed := command(t, shop, append(env, apart(scratches)...), args...)
			assert.Contains(t, printed, "PASS: 1 ok")
			assert.NotContains(t, printed, "another gate")

			var verdict struct {
				Outcome string
				Began   time.Time
				Seconds float64
			}
			data, err := os.ReadFile(filepath.Join(out, "verdict.json"))
			require.NoError(t, err)
			require.NoError(t, json.Unmarshal(data, &verdict))
			assert.Equal(t, "ok", verdict.Outcome)
			assert.WithinRange(t, verdict.Began, began, time.Now())
			assert.Greater(t, verdict.Seconds, 0.0)
			assert.LessOrEqual(t, verdict.Seconds, time.Since(began).Seconds(), "no jump is in it")
			assert.NoFileExists(t, filepath.Join(out, "shard.json"))
			assert.Empty(t, remains(scratches))
			folders, err := filepath.Glob(filepath.Join(scratches, "tailgate-scratch-*"))
			require.NoError(t, err)
			assert.Empty(t, folders)
			assert.NoDirExists(t, filepath.Join(records, "tailgate-scratch-1-000001"),
				"a gate's, without its folder, and not of the last hour")
			assert.DirExists(t, filepath.Join(records, "on-a-disk-not-mounted-now"), "not a gate's")
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			release, err := testbin.Lock(ctx, stale, func(string) {})
			require.NoError(t, err)
			release()

			// The files that it left, as of then, are judged as of now.
			saved := [2]string{filepath.Join(temp, "baseline.txt"), filepath.Join(temp, "candidate.txt")}
			for _, name := range saved {
				require.NoError(t, os.Rename(filepath.Join(out, filepath.Base(name)), name))
				require.NoError(t, os.Chtimes(name, c.at, c.at))
			}
			printed = command(t, shop, append(env, apart(scratches)...),
				append(args, "-regress.baseline="+saved[0], "-regress.candidate="+saved[1])...)
			assert.Contains(t, printed, "PASS: 1 ok")
		})
	}
}

// aYearAhead is the beginning of a command whose monotonic clock is a year ahead.
func aYearAhead(t *testing.T) []string {
	t.Helper()
	unshare, err := exec.LookPath("unshare")
	if err != nil {
		t.Skip("unshare is not on the PATH")
	}
	for _, more := range [][]string{{}, {"-r"}} {
		args := append(append([]string{unshare, "--time", "--monotonic", "31536000", "--boottime", "31536000", "--fork"}, more...), "--")
		if exec.Command(args[0], append(args[1:], "true")...).Run() == nil {
			return args
		}
	}
	t.Skip("no clock may be set here, not even of a namespace")
	return nil
}
