package fleet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/tailgate-go/tailgate/internal/part"
)

// Meeting is where the shards of a load wait for each other: the first serves it over HTTP, at an address that all know, and all
// the others [Join] it. When the last is there it sets the start, once. A shard is there as long as its request is under way: one
// that is killed while it waits is waited for again. Whoever comes after the start was set is told the same. A first shard that was
// replaced after the start is told it by the others, which [Remind] it.
//
// It knows nobody. Whoever can reach the address can take a shard's place.
type Meeting struct {
	of    int
	load  string
	after time.Duration

	begun chan struct{} // closed when start is set

	mu    sync.Mutex
	here  []int // requests under way, by shard
	start time.Time
}

// NewMeeting makes a meeting of so many shards, at least 2. The load names what they must have in common, in any words, and after
// is the time from when the last is there to the start.
func NewMeeting(of int, load string, after time.Duration) *Meeting {
	m := &Meeting{of: of, load: load, after: after, begun: make(chan struct{}), here: make([]int, of)}
	m.here[0] = 1
	return m
}

// Wait waits, as the first shard, until all are there. The error names those that are not when ctx ends.
func (m *Meeting) Wait(ctx context.Context) (start time.Time, err error) {
	select {
	case <-m.begun:
		return m.start, nil
	case <-ctx.Done():
		return time.Time{}, fmt.Errorf("meeting: of %d shards these did not come: %s; see what keeps their processes from running",
			m.of, strings.Join(m.missing(), ", "))
	}
}

// missing are the shards that are not there, by number.
func (m *Meeting) missing() (shards []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, n := range m.here {
		if n == 0 {
			shards = append(shards, fmt.Sprint(i+1))
		}
	}
	return shards
}

// change counts a shard that comes, or goes.
func (m *Meeting) change(shard, by int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.here[shard-1] += by
	for _, n := range m.here {
		if n == 0 {
			return
		}
	}
	m.begin(time.Now().Add(m.after).UTC().Round(0)) // by the clock that other machines have, too
}

// begin sets the start, unless it is set. m.mu is held.
func (m *Meeting) begin(at time.Time) {
	if m.start.IsZero() {
		m.start = at
		close(m.begun)
	}
}

// ServeHTTP answers a shard with the start, as soon as that is set. One that is not of this load is refused.
func (m *Meeting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	shard, err := part.Parse(query.Get("shard"))
	switch {
	case err != nil || shard.IsZero():
		http.Error(w, "say which shard it is", http.StatusBadRequest)
	case shard.N != m.of:
		http.Error(w, fmt.Sprintf("it is shard %s, where there are %d", shard, m.of), http.StatusConflict)
	case query.Get("load") != m.load:
		http.Error(w, fmt.Sprintf("its load is %q, where that of the first shard is %q", short(query.Get("load")), short(m.load)),
			http.StatusConflict)
	default:
		if at, err := time.Parse(time.RFC3339Nano, query.Get("begun")); err == nil && !at.IsZero() {
			m.mu.Lock()
			m.begin(at)
			m.mu.Unlock()
		}
		m.change(shard.I, 1)
		defer m.change(shard.I, -1)
		select {
		case <-m.begun:
			_, _ = io.WriteString(w, m.start.Format(time.RFC3339Nano)) // one that is gone asks again, if at all
		case <-r.Context().Done():
		}
	}
}

const (
	knock      = 200 * time.Millisecond // between tries to come to a meeting
	mostAnswer = 1 << 10                // bytes
)

// Join waits, as any shard but the first, at the address of a meeting until all are there. It tries again while nobody answers
// there: the first may come late. The error is that the meeting refuses the shard, or that ctx ended before all were there.
func Join(ctx context.Context, address string, shard part.Part, load string) (start time.Time, err error) {
	ask := question(address, url.Values{"shard": {shard.String()}, "load": {load}})
	for {
		start, refused, err := join(ctx, ask)
		switch {
		case err == nil:
			return start, nil
		case refused:
			return time.Time{}, fmt.Errorf("meeting: shard %s was refused by the first, at %s: %w; give all shards the same settings",
				shard, address, err)
		case ctx.Err() != nil || !sleep(ctx, knock):
			return time.Time{}, fmt.Errorf("meeting: shard %s waited at %s and not all others came, the first says which; "+
				"its last answer: %w", shard, address, err)
		}
	}
}

// Remind tells the first shard now and then that the load began at start, until ctx ends. A first shard whose process was replaced
// since the start was told learns from it that it is too late.
func Remind(ctx context.Context, address string, shard part.Part, load string, start time.Time) {
	ask := question(address, url.Values{"shard": {shard.String()}, "load": {load}, "begun": {start.Format(time.RFC3339Nano)}})
	for sleep(ctx, max(leastRemind, time.Duration(shard.N)*remindEach)) {
		_, _, _ = join(ctx, ask) // one that is not there is reminded when it is
	}
}

// The first is not reminded more than four times a second, by all of them.
const (
	leastRemind = 2 * time.Second
	remindEach  = 250 * time.Millisecond
)

func question(address string, values url.Values) string {
	return "http://" + address + "/?" + values.Encode()
}

// straight goes through no proxy.
var straight = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// join asks once. refused is that asking again is of no use.
func join(ctx context.Context, ask string) (start time.Time, refused bool, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, ask, nil)
	if err != nil {
		return start, true, err
	}
	response, err := straight.Do(request)
	if err != nil {
		return start, false, err
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, mostAnswer))
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return start, false, err
	}
	if response.StatusCode != http.StatusOK {
		return start, response.StatusCode < 500, errors.New(strings.TrimSpace(string(text)))
	}
	start, err = time.Parse(time.RFC3339Nano, string(text))
	return start, false, err
}
