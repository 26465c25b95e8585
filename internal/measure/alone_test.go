//go:build unix && !aix && !solaris

package measure

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/progress"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/testbin"
)

func TestAGateWaitsForAnotherNoLongerThanItMayMeasure(t *testing.T) {
	dir := t.TempDir()
	lock := filepath.Join(dir, "x.lock")
	t.Setenv(testbin.LockEnv, lock)
	release, err := testbin.Lock(t.Context(), lock, nil)
	require.NoError(t, err)
	quiet, err := os.Create(filepath.Join(dir, "stderr"))
	require.NoError(t, err)
	defer quiet.Close()
	holder := strings.TrimSpace(read(t, lock))

	g := newGate(Order{Total: 50 * time.Millisecond, Display: progress.Quiet(quiet), Doc: &report.Document{}})
	_, err = g.alone(t.Context())
	var late *tooLongError
	require.ErrorAs(t, err, &late)
	assert.ErrorContains(t, err, "another gate is measuring on this machine: "+lock+": held by "+holder)
	assert.ErrorContains(t, err, "-regress.total")
	assert.Equal(t, 1, bytes.Count([]byte(read(t, quiet.Name())), []byte(holder)), "who asked for quiet is told once")

	g.order.Total = 0
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	g.order.Display = progress.New(told(func() { cancel(enough) }), nil)
	_, err = g.alone(ctx)
	require.ErrorIs(t, err, enough, "without a total it waits for as long as the test may")

	release()
	g.order.Total = time.Nanosecond
	release, err = g.alone(t.Context())
	require.NoError(t, err, "nobody has to wait")
	release()
}

func TestALockThatCannotBeIsNoOtherGate(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "link")
	require.NoError(t, os.Symlink("elsewhere", link))
	for _, path := range []string{link, filepath.Join(dir, "none", "x.lock"), dir} {
		t.Setenv(testbin.LockEnv, path)
		_, err := Lock(t.Context(), progress.New(nil, nil))
		require.ErrorContains(t, err, "the lock of this machine's gates: ")
		assert.ErrorContains(t, err, path)
		assert.ErrorContains(t, err, testbin.LockEnv, "it says what to do")
		assert.NotContains(t, err.Error(), "another gate")
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(text)
}

// told is called for what is told.
type told func()

func (f told) Write(text []byte) (int, error) {
	f()
	return len(text), nil
}
