//go:build linux

package progress

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// terminal opens a terminal of so many columns.
func terminal(t *testing.T, columns uint16) *os.File {
	t.Helper()
	f, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no terminal can be opened here: %v", err)
	}
	t.Cleanup(func() { assert.NoError(t, f.Close()) })
	require.NoError(t, unix.IoctlSetWinsize(int(f.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: columns, Row: 24}))
	return f
}

func TestWhoWatches(t *testing.T) {
	file, err := os.Create(t.TempDir() + "/log")
	require.NoError(t, err)
	defer file.Close()
	for _, c := range []struct {
		name          string
		file          *os.File
		env           map[string]string
		live, colours bool
	}{
		{"a terminal has a live line and colours", terminal(t, 72), nil, true, true},
		{"a file has neither", file, nil, false, false},
		{"nothing has neither", nil, nil, false, false},
		{"NO_COLOR takes the colours only", terminal(t, 72), map[string]string{"NO_COLOR": "1"}, true, false},
		{"a dumb terminal has neither", terminal(t, 72), map[string]string{"TERM": "dumb"}, false, false},
		{"nor has CI, where nobody watches", terminal(t, 72), map[string]string{"CI": "true"}, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, variable := range []string{"NO_COLOR", "CI"} {
				t.Setenv(variable, "")
			}
			t.Setenv("TERM", "xterm")
			for name, value := range c.env {
				t.Setenv(name, value)
			}
			d := New(nil, c.file)
			assert.Equal(t, c.live, d.live != nil)
			if c.live {
				assert.Equal(t, 72, d.width)
			}
			assert.Equal(t, c.colours, Colourful(c.file))
		})
	}
}
