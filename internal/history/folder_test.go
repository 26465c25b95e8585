package history

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/modtest"
)

// record is what a gate keeps of a comparison.
func record(t testing.TB, baseline, candidate int, change float64) Record {
	t.Helper()
	r, why := New("TestGate", compared(baseline, candidate, found(change, 1)))
	require.Empty(t, why)
	at := func(n int) time.Time { return morning.Add(time.Duration(n) * time.Hour) }
	r.Baseline.Time, r.Candidate.Time, r.Candidate.Subject = at(baseline), at(candidate), fmt.Sprintf("commit %d", candidate)
	return r
}

func TestAFolderIsMadeAndRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "history")
	require.NoError(t, Check(dir))
	for _, n := range []int{3, 1, 2} {
		require.NoError(t, Append(dir, record(t, n, n+1, 1)))
		require.NoError(t, Append(dir, record(t, n, n+1, 1)), "the same once more is one file")
	}
	other := record(t, 1, 2, 1)
	other.Gate = "other/TestGate"
	require.NoError(t, Append(dir, other))
	records, left, err := Read(dir, "TestGate")
	require.NoError(t, err)
	assert.Empty(t, left)
	var candidates []string
	for _, r := range records {
		candidates = append(candidates, r.Candidate.Subject)
	}
	assert.Equal(t, []string{"commit 2", "commit 3", "commit 4"}, candidates, "in the order of time")
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, files, 4, "nothing else is left")
}

func TestWhatIsNoRecordIsNamedAndLeftOut(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, Append(dir, record(t, 1, 2, 1)))
	require.NoError(t, Append(dir, record(t, 2, 3, 1)))
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	require.NoError(t, err)
	require.Len(t, files, 2)
	data, err := os.ReadFile(files[1])
	require.NoError(t, err)
	write := func(name string, data []byte) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o644))
	}
	write(filepath.Base(files[1]), []byte(strings.Replace(string(data), `"change_percent": 1`, `"change_percent": -1`, 1)))
	write("20261102T100100Z-000000000000-00000000000000ff.json", data)
	write("20261102T100100Z-000000000000-00000000000000fe.json", nil)
	write("20261102T100100Z-000000000000-00000000000000fd.json", make([]byte, mostFile+1))
	write("20261102T100100Z-000000000000-00000000000000fc.json", []byte(strings.Repeat("[", 1000)))
	write("verdict.json", []byte("{}"))
	write(".gitkeep", nil)
	write("."+filepath.Base(files[0])+"-ABCDEFGHIJ", data[:100]) // of a gate that was killed
	require.NoError(t, os.Mkdir(filepath.Join(dir, ".git"), 0o755))
	require.NoError(t, os.Symlink("/dev/zero", filepath.Join(dir, "20261102T100100Z-000000000000-00000000000000fb.json")))

	records, left, err := Read(dir, "TestGate")
	require.NoError(t, err)
	require.Len(t, records, 1)
	assert.Equal(t, "commit 2", records[0].Candidate.Subject)
	why := map[string]string{}
	for _, l := range left {
		why[l.Name] = l.Why
	}
	assert.Len(t, why, 7)
	const name = "20261102T100100Z-000000000000-00000000000000f"
	assert.Equal(t, "its sum does not match: it was edited", why[filepath.Base(files[1])])
	assert.Equal(t, "it was renamed, from "+filepath.Base(files[1]), why[name+"f.json"])
	assert.Contains(t, why[name+"e.json"], "the JSON ends too early")
	assert.Equal(t, "more than 8192 KiB", why[name+"d.json"])
	assert.Contains(t, why[name+"c.json"], "nested too deeply")
	assert.Equal(t, "it is no regular file", why[name+"b.json"])
	assert.Equal(t, "it is no report of a gate", why["verdict.json"])
}

func TestAFolderThatCannotBeWrittenIsToldBefore(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	for _, dir := range []string{file, filepath.Join(file, "below")} {
		assert.ErrorContains(t, Check(dir), "name another with -regress.history, or leave it out")
	}
	dir := t.TempDir()
	require.NoError(t, Check(dir))
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)
}

// TestJobsMayShareAFolder lets several processes write into one folder at once, each with several goroutines that read meanwhile.
func TestJobsMayShareAFolder(t *testing.T) {
	const processes, writers, each = 4, 8, 5
	if job := os.Getenv("TAILGATE_TEST_JOB"); job != "" {
		n, err := strconv.Atoi(job)
		require.NoError(t, err)
		write(t, os.Getenv("TAILGATE_TEST_FOLDER"), n*writers, writers, each)
		return
	}
	dir := t.TempDir()
	var all sync.WaitGroup
	for p := range processes {
		cmd := exec.Command(os.Args[0], "-test.run=^TestJobsMayShareAFolder$")
		cmd.Env = append(os.Environ(), "TAILGATE_TEST_JOB="+strconv.Itoa(p), "TAILGATE_TEST_FOLDER="+dir)
		all.Go(func() {
			out, err := cmd.CombinedOutput()
			assert.NoError(t, err, "%s", out)
		})
	}
	all.Wait()
	records, left, err := Read(dir, "TestGate")
	require.NoError(t, err)
	assert.Empty(t, left)
	assert.Len(t, records, processes*writers*each)
}

// write writes as many records, and reads what there is after each: never a part of one.
func write(t *testing.T, dir string, from, writers, each int) {
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				// All of one commit and one second, as jobs of a matrix are.
				r := record(t, 1, 2, 0)
				r.Metrics[0].Rounds = (from+w)*each + i
				assert.NoError(t, Check(dir))
				assert.NoError(t, Append(dir, r))
				_, left, err := Read(dir, "TestGate")
				assert.NoError(t, err)
				assert.Empty(t, left)
			}
		})
	}
	all.Wait()
}

// Branches of a repository that keep a history each are merged without a conflict.
func TestBranchesThatHaveItMerge(t *testing.T) {
	dir := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		modtest.Git(t, dir, args...)
	}
	keep := func(r Record) {
		t.Helper()
		require.NoError(t, Append(dir, r))
		git("add", "-A")
		git("commit", "-q", "-m", "a report")
	}
	git("init", "-q", "-b", "main")
	keep(record(t, 1, 2, 1))
	git("checkout", "-q", "-b", "other")
	keep(record(t, 2, 3, 1))
	git("checkout", "-q", "main")
	keep(record(t, 2, 3, 5)) // the same commits, in the same second
	git("merge", "-q", "--no-edit", "other")
	records, left, err := Read(dir, "TestGate")
	require.NoError(t, err)
	assert.Empty(t, left)
	assert.Len(t, records, 3)
}

// TestAKilledWriterLeavesNoHalfFile kills processes while they write records of many metrics.
func TestAKilledWriterLeavesNoHalfFile(t *testing.T) {
	large := func(round int) Record {
		r := record(t, 1, 2, 0)
		for i := range 2000 {
			m := r.Metrics[0]
			m.Benchmark, m.Rounds = fmt.Sprintf("Other%d", i), round
			r.Metrics = append(r.Metrics, m)
		}
		return r
	}
	if dir := os.Getenv("TAILGATE_TEST_KILLED"); dir != "" {
		for i := range 10_000 { // until it is killed
			require.NoError(t, Append(dir, large(i)))
		}
		return
	}
	dir := t.TempDir()
	for i := range 8 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestAKilledWriterLeavesNoHalfFile$")
		cmd.Env = append(os.Environ(), "TAILGATE_TEST_KILLED="+dir)
		require.NoError(t, cmd.Start())
		for begin, n := time.Now(), files(t, dir); files(t, dir) == n && time.Since(begin) < time.Minute; {
			time.Sleep(time.Millisecond) // until it writes
		}
		time.Sleep(time.Duration(i) * 3 * time.Millisecond)
		require.NoError(t, cmd.Process.Kill())
		require.Error(t, cmd.Wait())
	}
	records, left, err := Read(dir, "TestGate")
	require.NoError(t, err)
	assert.Empty(t, left)
	assert.NotEmpty(t, records)
}

func files(t *testing.T, dir string) int {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	return len(entries)
}
