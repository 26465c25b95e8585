package regress

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/report"
)

// prints is a run that prints so much.
type prints string

func (p prints) Run() int {
	fmt.Print(string(p))
	return 0
}

func TestOfWhatIsPrintedABoundedPartIsKept(t *testing.T) {
	const most = 1 << 20
	for name, c := range map[string]struct {
		size int
		want string
	}{
		"as much as is kept": {most, "candidate: this run: no benchmark results"},
		"a byte more": {most + 1,
			"candidate: this run printed more than 1 MiB to standard output, and is not judged: print with b.Log or not at all, " +
				"or save what it prints in parts, and compare those with regress.Check"},
		"much more": {10 * most, "candidate: this run printed more than 1 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			through, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
			require.NoError(t, err)
			defer through.Close()
			stdout := os.Stdout
			defer func() { os.Stdout = stdout }()
			os.Stdout = through
			kept := &printed{most: most}
			code, err := tee(prints(strings.Repeat("a line of 16 by\n", c.size/16)+strings.Repeat("\n", c.size%16)), kept)
			os.Stdout = stdout
			require.NoError(t, err)
			assert.Zero(t, code)
			info, err := through.Stat()
			require.NoError(t, err)
			assert.Equal(t, int64(c.size), info.Size(), "all of it passes through")
			assert.LessOrEqual(t, kept.text.Len(), most)
			assert.ErrorContains(t, settings{}.compareOutput(kept, nil, &report.Document{}), c.want)
		})
	}
}

func TestARunGoesOnWhereStandardOutputFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "stdout")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	broken, err := os.Open(file) // to be read only, as a full disk is
	require.NoError(t, err)
	defer broken.Close()
	stdout := os.Stdout
	defer func() { os.Stdout = stdout }()
	os.Stdout = broken
	const size = 1 << 20 // more than a pipe holds
	kept := &printed{most: size}
	ended := make(chan error)
	go func() {
		_, err := tee(prints(strings.Repeat("a line of 16 by\n", size/16)), kept)
		ended <- err
	}()
	select {
	case err := <-ended:
		require.ErrorContains(t, err, "write "+file)
		assert.Equal(t, size, kept.text.Len())
	case <-time.After(30 * time.Second):
		t.Fatal("nobody reads what the run prints")
	}
}
