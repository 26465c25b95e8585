package fleet

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/part"
)

// held is a meeting of so many, and its address.
func held(t *testing.T, of int) (*Meeting, string) {
	t.Helper()
	m := NewMeeting(of, "case", time.Hour)
	s := httptest.NewServer(m)
	t.Cleanup(s.Close)
	return m, strings.TrimPrefix(s.URL, "http://")
}

// soon ends when nothing will come any more.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// told is what a shard that joins is told, when it is.
func told(ctx context.Context, address string, i, n int) <-chan time.Time {
	start := make(chan time.Time, 1)
	go func() {
		at, err := Join(ctx, address, part.Part{I: i, N: n}, "case")
		if err != nil {
			at = time.Time{}
		}
		start <- at
	}()
	return start
}

// come waits until all shards but those named are there.
func come(t *testing.T, m *Meeting, missing ...string) {
	t.Helper()
	there := func() bool { return slices.Equal(m.missing(), missing) }
	require.Eventually(t, there, 10*time.Second, time.Millisecond)
}

func TestAllShardsAreToldOneStart(t *testing.T) {
	m, address := held(t, 3)
	two := told(soon(t), address, 2, 3)
	come(t, m, "3")
	select {
	case <-m.begun:
		t.Fatal("the third is not there")
	default:
	}
	began := time.Now()
	three := told(soon(t), address, 3, 3)
	start, err := m.Wait(soon(t))
	require.NoError(t, err)
	assert.WithinRange(t, start, began.Add(time.Hour), time.Now().Add(time.Hour))
	assert.True(t, start.Equal(<-two))
	assert.True(t, start.Equal(<-three))
	assert.True(t, start.Equal(<-told(soon(t), address, 2, 3)), "one that comes again is told the same")
}

func TestAShardThatGoesIsWaitedForAgain(t *testing.T) {
	m, address := held(t, 3)
	ctx, cancel := context.WithCancel(t.Context())
	gone := told(ctx, address, 2, 3)
	come(t, m, "3")
	cancel()
	assert.Zero(t, <-gone)
	come(t, m, "2", "3")
	three := told(soon(t), address, 3, 3)
	come(t, m, "2")
	assert.True(t, (<-told(soon(t), address, 2, 3)).Equal(<-three))
}

func TestWhoDoesNotComeIsNamed(t *testing.T) {
	m, address := held(t, 4)
	ctx, cancel := context.WithCancel(t.Context())
	three := told(ctx, address, 3, 4)
	come(t, m, "2", "4")
	over, end := context.WithCancel(t.Context())
	end()
	_, err := m.Wait(over)
	require.ErrorContains(t, err, "these did not come: 2, 4;")
	_, err = Join(over, address, part.Part{I: 2, N: 4}, "case")
	require.ErrorContains(t, err, "shard 2/4 waited at "+address)
	cancel()
	<-three
}

// The first may be up later than the others.
func TestAMeetingThatIsNotThereYetIsTriedAgain(t *testing.T) {
	away := httptest.NewServer(http.NotFoundHandler())
	address := away.Listener.Addr().String()
	away.Close()
	two := told(soon(t), address, 2, 2)
	s := httptest.NewUnstartedServer(NewMeeting(2, "case", time.Hour))
	require.NoError(t, s.Listener.Close())
	var err error
	s.Listener, err = net.Listen("tcp", address)
	require.NoError(t, err)
	s.Start()
	defer s.Close()
	assert.NotZero(t, <-two)
}

// The others have begun: a first shard that is a new process learns when, and that is over.
func TestAFirstShardThatWasReplacedIsToldTheStart(t *testing.T) {
	m, address := held(t, 3)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	began := time.Now().Add(-time.Minute).UTC().Round(0)
	go func() {
		Remind(ctx, address, part.Part{I: 2, N: 3}, "case", began)
		close(done)
	}()
	start, err := m.Wait(soon(t))
	require.NoError(t, err)
	assert.True(t, start.Equal(began))
	cancel()
	<-done
}

func TestAShardOfAnotherLoadIsRefused(t *testing.T) {
	m, address := held(t, 3)
	for _, c := range []struct {
		name  string
		shard part.Part
		load  string
		says  string
	}{
		{"another number of shards", part.Part{I: 2, N: 4}, "case", "it is shard 2/4, where there are 3"},
		{"another scenario", part.Part{I: 2, N: 3}, "other", `its load is "other", where that of the first shard is "case"`},
		{"no shard", part.Part{}, "case", "say which shard it is"},
	} {
		_, err := Join(soon(t), address, c.shard, c.load)
		require.ErrorContains(t, err, c.says, c.name)
	}
	assert.Equal(t, []string{"2", "3"}, m.missing())
}

// Whatever is asked, the answer is a refusal or the start, and the meeting goes on.
func FuzzMeeting(f *testing.F) {
	f.Add("shard=2/3&load=case")
	f.Add("shard=3/3&load=%zz;;")
	f.Add("shard=0/0")
	f.Add("shard=3/3&load=case&begun=2026-11-22T12:00:00Z")
	f.Fuzz(func(t *testing.T, query string) {
		m := NewMeeting(3, "case", time.Hour)
		over, end := context.WithCancel(t.Context())
		end()
		r := httptest.NewRequestWithContext(over, http.MethodGet, "/", nil)
		r.URL.RawQuery = query
		w := httptest.NewRecorder()
		m.ServeHTTP(w, r)
		assert.Contains(t, []int{http.StatusOK, http.StatusBadRequest, http.StatusConflict}, w.Code)
		assert.Equal(t, []string{"2", "3"}, m.missing())
	})
}
