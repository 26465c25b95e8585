package deploy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/fleet"
	"github.com/tailgate-go/tailgate/internal/part"
)

// start is when a load begins; the zero value is at once.
type start struct {
	at    time.Time
	after time.Duration // from when the last shard is up, in place of a time
	meet  string        // host:port at which the first shard waits for the others, where it is not a time
}

// mostAfter is more than any fleet takes to measure its clocks.
const mostAfter = 24 * time.Hour

// startFrom is the start that settings ask for.
func startFrom(text, meet string, shard part.Part) (s start, err error) {
	if text == "" && shard.N > 1 {
		return s, errors.New("shards begin together: set TAILGATE_START to how long after the last of them is up, such as 30s, " +
			"and TAILGATE_MEET to where they meet; or to a time at which all are up")
	}
	if text == "" {
		return s, nil
	}
	if s.at, err = time.Parse(time.RFC3339Nano, text); err == nil {
		return s, nil
	}
	if s.after, err = time.ParseDuration(text); err != nil || s.after <= 0 || s.after > mostAfter {
		return s, fmt.Errorf("the start is %q: write how long after the last shard is up, such as 30s, "+
			"or a time such as 2026-11-22T12:00:00Z", text)
	}
	if shard.N < 2 {
		return s, nil
	}
	if _, _, err := net.SplitHostPort(meet); err != nil {
		return s, fmt.Errorf("the shards meet at %q: set TAILGATE_MEET to the host:port at which the first of them can be reached, "+
			"such as load-0.load:7007, or TAILGATE_START to a time", meet)
	}
	s.meet = meet
	return s, nil
}

// time is the start as a time, which all shards have in common. It waits for the others where they are to meet, up to wait. load
// names what they must have in common.
func (s start) time(shard part.Part, load string, wait time.Duration) (time.Time, error) {
	switch {
	case s.after == 0:
		return s.at, nil
	case s.meet == "":
		return time.Now().Add(s.after), nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	if shard.I > 1 {
		start, err := fleet.Join(ctx, s.meet, shard, load)
		if err == nil {
			go fleet.Remind(context.Background(), s.meet, shard, load, start) // until the process ends
		}
		return start, err
	}
	listener, err := net.Listen("tcp", listens(s.meet))
	if err != nil {
		return time.Time{}, err
	}
	meeting := fleet.NewMeeting(shard.N, load, s.after)
	server := &http.Server{Handler: meeting, ReadHeaderTimeout: 5 * time.Second, MaxHeaderBytes: 4 << 10}
	go func() { _ = server.Serve(listener) }() // until the process ends: a pod that was replaced learns here that it is late
	return meeting.Wait(ctx)
}

// listens is where the first shard listens: at the address itself or, where that is a name, which may not lead to the first yet, at
// its port.
func listens(meet string) string {
	host, port, err := net.SplitHostPort(meet)
	if err == nil && net.ParseIP(host) == nil {
		return ":" + port
	}
	return meet
}

// load names what all shards must have in common to be one load.
func (c *client) load() string {
	return fmt.Sprintf("scenario %s, start after %v, %v between", c.sum[:12], c.start.after, c.between)
}

func TestTheStartIsATimeOrALengthOfTime(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	one, first := part.Part{}, part.Part{I: 1, N: 8}
	for _, c := range []struct {
		name, text, meet string
		shard            part.Part
		want             start
		says             string
	}{
		{"one client begins at once", "", "", one, start{}, ""},
		{"a time", "2026-11-22T12:00:00Z", "", first, start{at: noon}, ""},
		{"a time needs no meeting", "2026-11-22T12:00:00Z", "load-0.load:7007", first, start{at: noon}, ""},
		{"one client in a while", "30s", "", one, start{after: 30 * time.Second}, ""},
		{"one client meets nobody", "30s", "load-0.load:7007", one, start{after: 30 * time.Second}, ""},
		{"shards in a while", "30s", "load-0.load:7007", first, start{after: 30 * time.Second, meet: "load-0.load:7007"}, ""},
		{"shards without a start", "", "load-0.load:7007", first, start{}, "shards begin together: set TAILGATE_START"},
		{"shards that do not meet", "30s", "", first, start{}, `the shards meet at "": set TAILGATE_MEET`},
		{"no port", "30s", "load-0.load", first, start{}, `the shards meet at "load-0.load"`},
		{"no time", "noon", "", one, start{}, `the start is "noon"`},
		{"nothing", "0s", "", one, start{}, `the start is "0s"`},
		{"before", "-1s", "", one, start{}, `the start is "-1s"`},
		{"days", "25h", "", one, start{}, `the start is "25h"`},
	} {
		got, err := startFrom(c.text, c.meet, c.shard)
		if c.says != "" {
			require.ErrorContains(t, err, c.says, c.name)
			continue
		}
		require.NoError(t, err, c.name)
		assert.Equal(t, c.want, got, c.name)
	}
}

func TestTheFirstListensWhereTheOthersFindIt(t *testing.T) {
	for meet, want := range map[string]string{
		"127.0.0.1:7007": "127.0.0.1:7007", "[::1]:7007": "[::1]:7007", "load-0.load:7007": ":7007", "localhost:7007": ":7007",
	} {
		assert.Equal(t, want, listens(meet))
	}
}

// freePort is an address on loopback at which nobody listens.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

// Three processes that are told no time begin together when the last of them is up, which is one that comes late.
func TestShardsWaitForEachOther(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for three processes")
	}
	scenario, meet := written(t), freePort(t)
	_, url := counted(t)
	shard := func(i int) func() string {
		cmd, out := generator(t, "TAILGATE_SCENARIO="+scenario, "TAILGATE_TARGET="+url, "TAILGATE_SHARDS=3",
			fmt.Sprintf("JOB_COMPLETION_INDEX=%d", i), "TAILGATE_START=2s", "TAILGATE_MEET="+meet, "TAILGATE_WAIT=1m")
		require.NoError(t, cmd.Start())
		return func() string {
			_ = cmd.Wait() // it fails when it was late, and the merge says so
			return out.String()
		}
	}
	early := []func() string{shard(1), shard(2)} // where the first does not listen yet
	before := time.Now()
	ends := append(early, shard(0))
	var all strings.Builder
	for _, end := range ends {
		all.WriteString(end() + "\n")
	}
	wholes, err := fleet.Merge(strings.NewReader(all.String()))
	require.NoError(t, err, all.String())
	require.Len(t, wholes, 2)
	for _, w := range wholes {
		require.Len(t, w.Shards, 3)
		assert.True(t, w.Start.After(before.Add(2*time.Second)), "not before all were up")
		for _, s := range w.Shards {
			assert.True(t, s.Start.Equal(w.Start))
		}
	}
}

// A first shard that is killed after the start has a successor that knows nothing of it. The others tell, and it ends the Job.
func TestAFirstShardThatIsReplacedIsTooLate(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a load")
	}
	scenario, meet := written(t), freePort(t)
	_, url := counted(t)
	shard := func(index int) (*exec.Cmd, *bytes.Buffer) {
		return generator(t, "TAILGATE_SCENARIO="+scenario, "TAILGATE_TARGET="+url, "TAILGATE_SHARDS=2",
			fmt.Sprintf("JOB_COMPLETION_INDEX=%d", index), "TAILGATE_START=2s", "TAILGATE_MEET="+meet, "TAILGATE_WAIT=1m",
			"TAILGATE_BETWEEN=1m")
	}
	first, out := shard(0)
	reads, writes := io.Pipe()
	first.Stdout = io.MultiWriter(out, writes)
	first.Stderr = first.Stdout
	go killAfterFirstShare(first, reads)
	require.NoError(t, first.Start())
	other, _ := shard(1)
	require.NoError(t, other.Start())
	_ = first.Wait() // it was killed
	require.NoError(t, writes.Close())
	successor, out := shard(0)
	require.Error(t, successor.Run())
	assert.Equal(t, exitTooLate, successor.ProcessState.ExitCode(), "%s", out)
	assert.NotContains(t, out.String(), "rate=700", "it does not wait for what it could be in time for")
	require.NoError(t, other.Process.Kill()) // as the Job does
	_ = other.Wait()
}

// A shard that waits in vain says who did not come; one that has other settings is refused. Both end the Job, and send nothing.
func TestShardsThatDoNotMeetSendNothing(t *testing.T) {
	scenario, meet := written(t), freePort(t)
	got, url := counted(t)
	shard := func(index int, more ...string) (*exec.Cmd, *bytes.Buffer) {
		return generator(t, append([]string{"TAILGATE_SCENARIO=" + scenario, "TAILGATE_TARGET=" + url, "TAILGATE_SHARDS=3",
			fmt.Sprintf("JOB_COMPLETION_INDEX=%d", index), "TAILGATE_START=2s", "TAILGATE_MEET=" + meet}, more...)...)
	}
	for index, says := range map[int]string{0: "these did not come: 2, 3;", 2: "shard 3/3 waited at " + meet} {
		cmd, out := shard(index, "TAILGATE_WAIT=500ms")
		require.Error(t, cmd.Run())
		assert.Contains(t, out.String(), says)
		assert.Equal(t, exitNotBegun, cmd.ProcessState.ExitCode())
	}
	first, _ := shard(0, "TAILGATE_WAIT=1m")
	require.NoError(t, first.Start())
	other, out := shard(1, "TAILGATE_WAIT=1m", "TAILGATE_BETWEEN=7s")
	require.Error(t, other.Run())
	assert.Contains(t, out.String(), "was refused by the first")
	assert.Equal(t, exitNotBegun, other.ProcessState.ExitCode())
	require.NoError(t, first.Process.Kill())
	_ = first.Wait() // it was killed
	assert.Empty(t, got.got, "no load was sent")
}
