//go:build unix

package duet

import (
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// table is a seat in this process, and the gate's ends of its pipes.
type table struct {
	t    *testing.T
	seat *Seat
	to   *io.PipeWriter
	from *io.PipeReader
	in   inbox

	step, elapsed atomic.Int64 // the benchmark's timer, and how far it goes from one reading to the next

	mu     sync.Mutex
	served []int64
}

// sit seats a benchmark whose requests all take 1 ns. The hello has been read.
func sit(t *testing.T) *table {
	t.Helper()
	fromGate, to := io.Pipe()
	from, toGate := io.Pipe()
	b := &table{t: t, seat: newSeat(fromGate, toGate), to: to, from: from}
	seated := make(chan error)
	go func() {
		seated <- b.seat.Sit(Sitter{Name: "BenchmarkX", Elapsed: b.timer, Collect: b.collect})
	}()
	kind, body := b.read()
	require.Equal(t, byte(kindHello), kind)
	h, err := decodeHello(body)
	require.NoError(t, err)
	assert.Equal(t, "BenchmarkX", h.Benchmark)
	require.NoError(t, <-seated)
	t.Cleanup(func() { to.Close(); from.Close() })
	return b
}

func (b *table) timer() time.Duration { return time.Duration(b.elapsed.Add(b.step.Load())) }

func (b *table) collect(r *Result) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	r.Latencies = append(r.Latencies, b.served...)
	b.served = b.served[:0]
	return nil
}

func (b *table) serve() error {
	err := b.seat.Begin()
	if err == nil {
		b.mu.Lock()
		b.served = append(b.served, 1)
		b.mu.Unlock()
		b.seat.End()
	}
	return err
}

func (b *table) write(frame []byte) {
	b.t.Helper()
	_, err := b.to.Write(frame)
	require.NoError(b.t, err)
}

func (b *table) read() (byte, []byte) {
	b.t.Helper()
	kind, body, err := b.in.next(b.from)
	require.NoError(b.t, err)
	return kind, body
}

func (b *table) result() *Result {
	b.t.Helper()
	kind, body := b.read()
	require.Equal(b.t, byte(kindResult), kind, "%s", body)
	r, err := decodeResult(body)
	require.NoError(b.t, err)
	return r
}

// A process that is held up between reading one clock and the next does not seem to lie.
func TestSeatReadsTwoClocksAsOne(t *testing.T) {
	b := sit(t)
	b.step.Store(int64(time.Hour))
	done := make(chan error)
	go func() {
		for b.serve() == nil {
		}
		done <- nil
	}()
	b.write(appendTurn(nil, 1, Turn{Requests: 3}))
	r := b.result()
	assert.Equal(t, r.Wall, r.Timed)
	assert.NoError(t, r.check(1, Turn{Requests: 3}, time.Second, 2))
	b.write(finish(begin(nil, kindEnd)))
	_, _ = b.read()
	<-done
}

// Many goroutines, turns of every size: at most as many requests as were granted begin, and each turn has its result.
func TestSeatOfManyGoroutines(t *testing.T) {
	b := sit(t)
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for b.serve() == nil {
			}
		})
	}
	for number := int64(1); number <= 500; number++ {
		requests := int(number)%17 + 1
		b.write(appendTurn(nil, number, Turn{Requests: requests}))
		r := b.result()
		require.Equal(t, number, r.Number)
		require.Len(t, r.Latencies, requests)
		require.NoError(t, r.check(number, Turn{Requests: requests}, time.Minute, 2))
	}
	b.write(finish(begin(nil, kindEnd)))
	kind, body := b.read()
	require.Equal(t, byte(kindTotals), kind)
	totals, err := decodeTotals(body)
	require.NoError(t, err)
	workers.Wait()
	assert.ErrorIs(t, b.seat.Begin(), ErrEnd)
	want := int64(0)
	for number := range int64(500) {
		want += (number+1)%17 + 1
	}
	assert.Equal(t, want, totals.Requests)
}

// With one goroutine a turn lasts until the benchmark comes for its next request.
func TestResultWaitsForTheNextRequest(t *testing.T) {
	b := sit(t)
	served := make(chan bool)
	next := make(chan bool)
	var worker sync.WaitGroup
	worker.Go(func() {
		assert.NoError(t, b.serve())
		served <- true
		<-next
		assert.ErrorIs(t, b.serve(), ErrGateGone)
	})
	b.write(appendTurn(nil, 1, Turn{Requests: 1}))
	<-served
	b.seat.mu.Lock()
	assert.True(t, b.seat.due, "the result has been sent too early")
	b.seat.mu.Unlock()
	next <- true
	assert.Len(t, b.result().Latencies, 1)
	b.to.Close()
	worker.Wait()
}

// Where a goroutine waits for the next turn, none may come for it any more: the result must not wait.
func TestResultDoesNotWaitWhereAnotherGoroutineDoes(t *testing.T) {
	b := sit(t)
	begun, end := make(chan bool), make(chan bool)
	var workers sync.WaitGroup
	workers.Go(func() {
		assert.NoError(t, b.seat.Begin())
		begun <- true
		<-end
		b.served = append(b.served, 1)
		b.seat.End()
	})
	b.write(appendTurn(nil, 1, Turn{Requests: 1}))
	<-begun
	workers.Go(func() { assert.ErrorIs(t, b.seat.Begin(), ErrGateGone) })
	require.Eventually(t, func() bool {
		b.seat.mu.Lock()
		defer b.seat.mu.Unlock()
		return b.seat.waiting == 1
	}, 5*time.Second, time.Millisecond)
	end <- true
	assert.Len(t, b.result().Latencies, 1)
	b.to.Close()
	workers.Wait()
}

func TestWarmUpTurnsLeaveNoTrace(t *testing.T) {
	b := sit(t)
	var worker sync.WaitGroup
	worker.Go(func() {
		for b.serve() == nil {
		}
	})
	for number, turn := range []Turn{{Requests: 5}, {Requests: 9, WarmUp: true}, {Requests: 3}, {Requests: 4}} {
		b.write(appendTurn(nil, int64(number+1), turn))
		b.result()
	}
	b.write(finish(begin(nil, kindEnd)))
	_, body := b.read()
	totals, err := decodeTotals(body)
	require.NoError(t, err)
	assert.Equal(t, int64(7), totals.Requests)
	worker.Wait()
}

func TestGateThatDoesNotKeepToTheProtocol(t *testing.T) {
	for name, c := range map[string]struct {
		frame []byte
		want  string
	}{
		"garbage":            {[]byte("hello, world"), "duet: from the gate: a frame of unknown kind 'o'"},
		"a hello":            {honestHello, "duet: from the gate: a frame of kind 'H' where a turn was to come"},
		"a long turn":        {[]byte{0, 1, 0, 0, kindTurn}, "256 bytes, where 64 is the most"},
		"no requests":        {appendTurn(nil, 1, Turn{}), "turn: requests: none"},
		"many requests":      {appendTurn(nil, 1, Turn{Requests: MaxRequests + 1}), "requests: 65537, where 65536 is the most"},
		"requests below 0":   {appendTurn(nil, 1, Turn{Requests: -1}), "requests: -1 is negative"},
		"an unknown flag":    {finish(append(begin(nil, kindTurn), 1, 1, 2)), "flags: 2, where 1 is the most"},
		"a turn cut short":   {finish(append(begin(nil, kindTurn), 1)), "requests: cut short"},
		"a turn with more":   {finish(append(begin(nil, kindTurn), 1, 1, 0, 0)), "1 bytes too many"},
		"an end with a body": {append(finish(append(begin(nil, kindEnd), 1)), 0), "1 bytes, where 0 is the most"},
	} {
		t.Run(name, func(t *testing.T) {
			b := sit(t)
			var worker sync.WaitGroup
			worker.Go(func() { assert.ErrorContains(t, b.serve(), c.want) })
			b.write(c.frame)
			worker.Wait()
			assert.ErrorContains(t, b.serve(), c.want, "and it stays so")
		})
	}
}

func TestTurnInTheMiddleOfAnother(t *testing.T) {
	b := sit(t)
	var gate sync.WaitGroup
	gate.Go(func() {
		b.write(appendTurn(nil, 1, Turn{Requests: 2}))
		b.write(appendTurn(nil, 2, Turn{Requests: 2}))
	})
	assert.NoError(t, b.seat.Begin())
	assert.NoError(t, b.seat.Begin())
	assert.ErrorContains(t, b.seat.Begin(), "turn 2 in the middle of turn 1")
	gate.Wait()
}

func TestFailureEndsTheTurn(t *testing.T) {
	b := sit(t)
	failed := make(chan bool)
	go func() {
		assert.NoError(t, b.seat.Begin())
		b.seat.Fail("out of memory")
		b.seat.Fail("and of patience")
		failed <- true
	}()
	b.write(appendTurn(nil, 1, Turn{Requests: 2}))
	kind, body := b.read()
	assert.Equal(t, byte(kindFailure), kind)
	assert.Equal(t, "out of memory", decodeFailure(body).Text)
	<-failed
	assert.ErrorIs(t, b.seat.Over(), errFailed)
	assert.NoError(t, b.seat.Begin(), "a request of the turn that was granted; its end has no result")
	b.seat.End()
	assert.ErrorIs(t, b.seat.Begin(), errFailed)
	assert.ErrorIs(t, b.seat.Sit(Sitter{}), errFailed)
}

func TestResultThatCannotBeSent(t *testing.T) {
	for name, c := range map[string]struct {
		collect func(*Result) error
		want    string
	}{
		"too long": {func(r *Result) error {
			r.Gaps = make([]int64, most[kindResult])
			return nil
		}, "where 8388608 is the most: grant fewer requests a turn"},
		"not collected": {func(*Result) error { return errors.New("too many gaps") }, "too many gaps"},
	} {
		t.Run(name, func(t *testing.T) {
			b := sit(t)
			b.seat.sitter.Collect = c.collect
			var worker sync.WaitGroup
			worker.Go(func() {
				assert.NoError(t, b.serve())
				assert.ErrorIs(t, b.serve(), errFailed)
			})
			b.write(appendTurn(nil, 1, Turn{Requests: 1}))
			kind, body := b.read()
			assert.Equal(t, byte(kindFailure), kind)
			assert.Contains(t, decodeFailure(body).Text, c.want)
			worker.Wait()
		})
	}
}
