package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// observer is a device that is looked at before each step.
type observer struct {
	Device
	see func(*Step)
}

func (o *observer) Run(step *Step) (time.Time, error) {
	o.see(step)
	return o.Device.Run(step)
}

// story is an engine and what it is asked for.
type story struct {
	config Config
	clock  Clock
	asks   []ask // in order of time
	ties   bool  // cancellations may fall on the instant of a step's end
}

type ask struct {
	after   time.Duration // the one before
	request Request
	cancel  time.Duration // after the arrival; 0: never
}

// told is what became of a story.
type told struct {
	steps  strings.Builder // what was in each
	wrong  []string        // invariants that did not hold
	ends   []end
	stats  Stats
	after  Stats
	seen   map[uint64]bool
	end    time.Time // of the last step
	counts struct{ preempted, claimed int }
}

type end struct {
	tokens []Token
	err    error
	finish Finish
	times  Times
}

func stories(t *rapid.T) story {
	count := func(name string, from, to int) int { return rapid.IntRange(from, to).Draw(t, name) }
	var s story
	c := &s.config
	c.MaxNumSeqs = count("MaxNumSeqs", 1, 6)
	c.MaxModelLen = count("MaxModelLen", 2, 40)
	c.MaxNumBatchedTokens = c.MaxNumSeqs + count("beyond MaxNumSeqs", 0, 30)
	c.BlockSize = count("BlockSize", 1, 6)
	c.KVBlocks = blocksOf(c.MaxModelLen, c.BlockSize) + count("blocks beyond the least", 0, 10)
	c.MaxLoras = count("MaxLoras", 1, 3)
	c.MaxCPULoras = c.MaxLoras + count("MaxCPULoras beyond MaxLoras", 0, 2)
	c.MaxOvertakes = count("MaxOvertakes", 1, 4)
	for i := range count("adapters", 0, 5) {
		c.Adapters = append(c.Adapters, fmt.Sprint("adapter-", i))
	}
	s.clock = Clock{
		Base: 4 * time.Microsecond, PrefillToken: 500 * time.Nanosecond, DecodeSequence: time.Microsecond, KVToken: 40 * time.Nanosecond,
		Adapter: time.Microsecond, LoadCPU: 4 * time.Microsecond, LoadDisk: 9 * time.Microsecond,
		VocabSize: 30, Seed: 1, EndChance: rapid.SampledFrom([]float64{0, 0.1}).Draw(t, "EndChance"),
	}
	s.ties = rapid.Bool().Draw(t, "ties")
	for range count("requests", 1, 25) {
		length := count("tokens", 2, c.MaxModelLen)
		output := count("of output", 1, length-1)
		a := ask{
			after: time.Duration(count("gap in us", 0, 12)) * time.Microsecond, // often the instant of another, or of a step's end
			request: Request{
				Prompt: prompt(length - output), MaxTokens: output, MinTokens: count("MinTokens", 0, output), Seed: uint64(count("seed", 0, 3)),
				IgnoreEOS: rapid.Bool().Draw(t, "IgnoreEOS"), Priority: count("priority", 0, 1),
				Adapter: rapid.SampledFrom(append([]string{""}, c.Adapters...)).Draw(t, "adapter"),
			},
		}
		for i := range a.request.Prompt {
			a.request.Prompt[i] %= s.clock.VocabSize
		}
		if count("one in four is cancelled", 0, 3) == 0 {
			a.cancel = time.Duration(count("cancelled after us", 1, 150)) * time.Microsecond
			if !s.ties {
				a.cancel += 300 * time.Nanosecond
			}
		}
		s.asks = append(s.asks, a)
	}
	return s
}

// tell plays the story in a bubble.
func (s *story) tell(t *testing.T) *told {
	o := &told{ends: make([]end, len(s.asks)), seen: map[uint64]bool{}}
	synctest.Test(t, func(t *testing.T) {
		device := &observer{Device: s.clock}
		c := s.config
		c.Device = device
		e, err := New(c)
		require.NoError(t, err)
		device.see = func(step *Step) { o.see(s, e, step) }
		done := make(chan struct{})
		for i, a := range s.asks {
			time.Sleep(a.after)
			stream, err := e.Submit(t.Context(), a.request)
			require.NoError(t, err)
			if a.cancel > 0 {
				time.AfterFunc(a.cancel, stream.Cancel)
			}
			go func() {
				defer func() { done <- struct{}{} }()
				tokens, err := read(t, stream)
				o.ends[i] = end{tokens, err, stream.Finish(), stream.Times()}
			}()
		}
		for range s.asks {
			<-done
		}
		o.stats = e.Stats()
		require.NoError(t, e.Drain(t.Context()))
		o.after = e.Stats()
	})
	return o
}

// see checks what must hold of a step that is about to run, and writes it down.
func (o *told) see(s *story, e *Engine, step *Step) {
	e.mu.Lock()
	defer e.mu.Unlock()
	must := func(ok bool, format string, args ...any) {
		if !ok {
			o.wrong = append(o.wrong, fmt.Sprintf("step at %v: ", step.Start)+fmt.Sprintf(format, args...))
		}
	}
	c := &e.config
	fmt.Fprintf(&o.steps, "%v load %v drop %v", step.Start, step.Loads, step.Dropped)
	tokens, decodes, adapters, sequences := 0, true, map[string]bool{}, map[uint64]bool{}
	for i := range step.Chunks {
		k := &step.Chunks[i]
		seq := e.batch[i]
		tokens += len(k.Tokens)
		sequences[k.Sequence] = true
		if k.Adapter != "" {
			adapters[k.Adapter] = true
		}
		must(!k.Decode || len(k.Tokens) == 1 && k.Sample, "chunk %d decodes %d tokens", i, len(k.Tokens))
		must(decodes || !k.Decode, "chunk %d decodes after one that prefills", i)
		decodes = k.Decode
		known := append(slices.Clone(s.asks[k.Sequence-1].request.Prompt), s.output(k.Sequence-1)...)
		must(slices.Equal(k.Tokens, known[k.Position:k.Position+len(k.Tokens)]), "chunk %d: tokens %v at %d of %v",
			i, k.Tokens, k.Position, known)
		must(k.Position == seq.computed, "chunk %d at %d of %d", i, k.Position, seq.computed)
		if k.Position == 0 && o.seen[k.Sequence] {
			o.counts.preempted++
		}
		o.seen[k.Sequence] = true
		fmt.Fprintf(&o.steps, " %d@%d+%d", k.Sequence, k.Position, len(k.Tokens))
	}
	o.steps.WriteByte('\n')
	must(!step.Start.Before(o.end), "it begins before the last has ended")
	o.end = step.Start.Add(s.clock.Duration(step))
	must(len(sequences) == len(step.Chunks), "a sequence twice")
	must(len(step.Chunks) > 0, "no chunks")
	must(len(e.running) <= c.MaxNumSeqs, "%d run", len(e.running))
	must(tokens <= c.MaxNumBatchedTokens, "%d tokens", tokens)
	must(len(adapters) <= c.MaxLoras, "%d adapters", len(adapters))
	must(slices.IsSortedFunc(e.running, cmpAdmission), "the running are out of order")

	held, using := 0, map[string]int{}
	for _, r := range e.running {
		held += r.blocks
		using[r.request.Adapter]++
		must(r.state == running, "state %v runs", r.state)
		must(r.blocks == blocksOf(r.computed+r.chunk, c.BlockSize), "%d blocks for %d tokens", r.blocks, r.computed+r.chunk)
	}
	must(held+e.blocks.free == c.KVBlocks && e.blocks.free >= 0, "%d blocks held and %d free", held, e.blocks.free)
	onDevice := map[string]int{}
	for _, slot := range e.slots.device {
		if slot.adapter == "" {
			continue
		}
		onDevice[slot.adapter]++
		must(slot.running == using[slot.adapter], "%s: %d in the slot, %d run", slot.adapter, slot.running, using[slot.adapter])
		must(slices.Contains(e.slots.cpu, slot.adapter), "%s is not in CPU memory", slot.adapter)
		if slot.claimed != "" {
			o.counts.claimed++
			must(e.queue.by[slot.claimed].head() != nil, "%s has a claim, and nothing waits", slot.claimed)
		}
	}
	for name, n := range onDevice {
		must(n == 1, "%s in %d slots", name, n)
	}
	for name := range adapters {
		must(onDevice[name] == 1, "%s runs in no slot", name)
	}
	must(len(e.slots.cpu) <= c.MaxCPULoras, "%d adapters in CPU memory", len(e.slots.cpu))
}

// output is what request i gets if nothing ends it.
func (s *story) output(i uint64) []int {
	r := s.asks[i].request
	eos := s.clock.Model().EOS
	var out []int
	for n := 1; n <= r.MaxTokens; n++ {
		id := s.clock.sample(&Chunk{
			Position: len(r.Prompt) + n - 2, Tokens: []int{0}, Sampling: Sampling{Seed: r.Seed}, BanEOS: !r.IgnoreEOS && n < r.MinTokens,
		})
		out = append(out, id)
		if id == eos && !r.IgnoreEOS {
			break
		}
	}
	return out
}

// check is what must hold of a story that was told.
func (s *story) check(t require.TestingT, o *told) {
	require.Empty(t, o.wrong)
	var generated, stopped, length, aborted int
	for i := range s.asks {
		want, got := s.output(uint64(i)), &o.ends[i]
		generated += len(got.tokens)
		switch {
		case got.err != nil:
			require.ErrorIs(t, got.err, ErrCanceled)
			require.NotZero(t, s.asks[i].cancel, "request %d was not cancelled", i)
			require.Equal(t, FinishAbort, got.finish)
			require.Less(t, len(got.tokens), len(want), "request %d was cancelled after its end", i)
			require.Equal(t, got.times.Arrived.Add(s.asks[i].cancel), got.times.Done)
			want = want[:len(got.tokens)]
			aborted++
		case want[len(want)-1] == s.clock.Model().EOS && !s.asks[i].request.IgnoreEOS:
			require.Equal(t, FinishStop, got.finish)
			stopped++
		default:
			require.Equal(t, FinishLength, got.finish)
			length++
		}
		ids := make([]int, len(got.tokens))
		for j, token := range got.tokens {
			ids[j] = token.ID
			require.True(t, j == 0 || token.At.After(got.tokens[j-1].At), "request %d: token %d", i, j)
		}
		require.Equal(t, append([]int{}, want...), ids, "request %d", i)
		if got.err == nil {
			require.Equal(t, got.tokens[len(ids)-1].At, got.times.Done)
			require.Equal(t, got.tokens[0].At, got.times.FirstToken)
		}
	}
	st := o.after
	require.Zero(t, st.Waiting+st.Running+st.KVBlocks)
	require.Empty(t, slices.Concat(st.RunningAdapters, st.WaitingAdapters))
	require.Equal(t, []uint64{uint64(generated), uint64(stopped), uint64(length), uint64(aborted)},
		[]uint64{st.GenerationTokens, st.Stopped, st.Lengthened, st.Aborted})
	require.ErrorIs(t, st.Err, ErrClosed)
	require.NoError(t, o.stats.Err)
	s.checkOrder(t, o)
}

// checkOrder is first come, first served: among those of one adapter, and for those without adapter against all.
func (s *story) checkOrder(t require.TestingT, o *told) {
	for i := range s.asks {
		for j := i + 1; j < len(s.asks); j++ {
			first, second := &s.asks[i].request, &s.asks[j].request
			if first.Priority > second.Priority || first.Adapter != "" && first.Adapter != second.Adapter {
				continue
			}
			at, later := o.ends[i].times.Scheduled, o.ends[j].times.Scheduled
			if o.ends[i].err != nil || later.IsZero() {
				continue // one of the two was cancelled, and may never have run
			}
			require.LessOrEqual(t, cmp.Compare(at.UnixNano(), later.UnixNano()), 0,
				"request %d ran at %v, before request %d at %v", j, later, i, at)
		}
	}
}

func TestWhateverIsAskedTheInvariantsHold(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := stories(r)
		o := s.tell(t)
		s.check(r, o)
		again := s.tell(t)
		require.Equal(r, o.steps.String(), again.steps.String(), "the same story told twice")
		if !s.ties { // else the cancellation or the token came first, whichever goroutine ran first
			require.Equal(r, o.ends, again.ends)
		}
	})
}

// A story in which all of it happens, so that what the property is about is known to be seen.
func TestPreemptionsAndClaimsAreInTheStories(t *testing.T) {
	s := story{
		config: Config{
			MaxNumSeqs: 4, MaxModelLen: 24, MaxNumBatchedTokens: 12, BlockSize: 2, KVBlocks: 20,
			MaxLoras: 1, MaxOvertakes: 2, Adapters: []string{"a", "b"},
		},
		clock: Clock{Base: time.Millisecond, LoadDisk: time.Millisecond, VocabSize: 100},
	}
	for i := range 12 {
		r := Request{Prompt: prompt(8), MaxTokens: 16, Adapter: "a"}
		if i == 3 {
			r.Adapter = "b"
		}
		s.asks = append(s.asks, ask{after: 500 * time.Microsecond, request: r})
	}
	o := s.tell(t)
	s.check(t, o)
	assert.Positive(t, o.counts.preempted)
	assert.Positive(t, o.counts.claimed)
}
