package regress

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/measure"
	"github.com/tailgate-go/tailgate/internal/progress"
	"github.com/tailgate-go/tailgate/internal/testbin"
)

// recordedEnv makes this test binary the program of a load: it names a folder with a file for each benchmark, whose words say how
// its runs go, one after the other: good, late, slow or failed. Beyond them all are good.
const recordedEnv = "RECORDED_TEST_RUNS"

// BenchmarkRecorded has a benchmark for each file, and below each a table of all its runs.
func BenchmarkRecorded(b *testing.B) {
	folder := os.Getenv(recordedEnv)
	if folder == "" {
		b.Skip("these are processes of the tests")
	}
	handover, err := os.OpenFile(os.Getenv(duet.HandoverEnv), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o644)
	require.NoError(b, err)
	defer handover.Close()
	files, err := os.ReadDir(folder)
	require.NoError(b, err)
	for _, file := range files {
		b.Run(file.Name(), func(b *testing.B) {
			if b.N == 1 {
				return
			}
			name := filepath.Join(folder, file.Name())
			text, err := os.ReadFile(name)
			require.NoError(b, err)
			how, rest, _ := strings.Cut(string(text), " ")
			require.NoError(b, os.WriteFile(name, []byte(rest), 0o644))
			_, err = fmt.Fprintln(handover, file.Name())
			require.NoError(b, err)
			switch how {
			case "late":
				b.ReportMetric(1, duet.LateUnit)
			case "slow":
				time.Sleep(time.Minute)
			case "failed":
				b.Fatal("it is to fail")
			}
		})
		all, err := os.ReadFile(handover.Name())
		require.NoError(b, err)
		fmt.Printf("# %s, %d runs\n", file.Name(), strings.Count(string(all), file.Name()))
	}
}

// recorded is what a load prints whose benchmarks go as the words say, where a run may take so long.
func recorded(t *testing.T, bench string, timeout time.Duration, of map[string]string) (text string, err error) {
	t.Helper()
	t.Setenv(testbin.LockEnv, filepath.Join(t.TempDir(), "x.lock"))
	folder := t.TempDir()
	for name, words := range of {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(words), 0o644))
	}
	self, err := os.Executable()
	require.NoError(t, err)
	s := settings{
		program: &measure.Program{Path: self, Env: []string{recordedEnv + "=" + folder}},
		bench:   bench, benchtime: "2x", timeout: timeout,
	}
	out := &strings.Builder{}
	err = s.load(t.Context(), t.TempDir(), "http://a", progress.New(io.Discard, nil), out)
	return out.String(), err
}

// runs is how many results of a benchmark there are.
func runs(text, name string) int {
	return len(regexp.MustCompile(`(?m)^BenchmarkRecorded/`+name+`(-\d+)? +\t`).FindAllString(text, -1))
}

func TestEachBenchmarkOfARecordingHasAsManyRunsThatWereOnTime(t *testing.T) {
	text, err := recorded(t, "Recorded", time.Minute, map[string]string{
		"rate=5": "late", "rate=9": strings.Repeat("good ", recordings) + "late late late late",
		"rate=20": "late " + strings.Repeat("good ", recordings-1) + "late late",
	})
	require.NoError(t, err)
	for _, name := range []string{"rate=5", "rate=9", "rate=20"} {
		assert.Equal(t, recordings, runs(text, name), "%s: %s", name, text)
	}
	assert.NotContains(t, text, " late\n")
	assert.Equal(t, 1, strings.Count(text, "pkg: "), text)
	for name, made := range map[string]int{"rate=5": 1, "rate=9": 0, "rate=20": 3} {
		assert.Equal(t, 1, strings.Count(text, "# "+name), "one table of all: %s", text)
		assert.Contains(t, text, fmt.Sprintf("# %s, %d runs\n", name, recordings+made))
	}
	assert.True(t, strings.HasSuffix(text, "PASS\n"), text)
	set, err := benchdata.Reader{}.Read(strings.NewReader(text[strings.Index(text, "goos: "):]), "text")
	require.NoError(t, err)
	assert.Len(t, set.Benchmarks, 3)
}

// What was measured before a run fails is left, and nobody takes it for all that there was to be.
func TestARecordingThatEndsEarlyLeavesWhatItHas(t *testing.T) {
	for _, c := range []struct {
		name, runs string
		timeout    time.Duration
		has        int
		says       []string
	}{
		{"a run that takes too long", "good good slow", 3 * time.Second, 2, []string{"http://a", "no result within 3s", "-timeout"}},
		{"a run that fails", "good failed", time.Minute, 1, []string{"http://a", "status 1", "it is to fail"}},
		{"too many that are late", "good " + strings.Repeat("late ", 99), time.Minute, 1,
			[]string{"http://a", "late in 10 of 11 runs of BenchmarkRecorded/rate=5"}},
	} {
		text, err := recorded(t, "Recorded", c.timeout, map[string]string{"rate=5": c.runs})
		require.Error(t, err, c.name)
		for _, says := range c.says {
			assert.ErrorContains(t, err, says, c.name)
		}
		assert.Equal(t, c.has, runs(text, "rate=5"), "%s: %s", c.name, text)
		assert.NotContains(t, strings.Split(text, "\n"), "PASS", c.name)
	}
	_, err := recorded(t, "Recorded/rate=7", time.Minute, map[string]string{"rate=5": ""})
	assert.ErrorContains(t, err, `-bench is "Recorded/rate=7"`)
}
