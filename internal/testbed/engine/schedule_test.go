package engine

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// steps records an engine's steps, each as its chunks (sequence@position+tokens) and loads.
type steps struct {
	Device
	lines []string
}

func (s *steps) Run(step *Step) (time.Time, error) {
	var words []string
	for _, l := range step.Loads {
		from := "cpu"
		if l.FromDisk {
			from = "disk"
		}
		words = append(words, fmt.Sprintf("load %s from %s", l.Adapter, from))
	}
	for _, name := range step.Dropped {
		words = append(words, "drop "+name)
	}
	for i := range step.Chunks {
		c := &step.Chunks[i]
		words = append(words, fmt.Sprintf("%d@%d+%d", c.Sequence, c.Position, len(c.Tokens)))
	}
	s.lines = append(s.lines, strings.Join(words, ", "))
	return s.Device.Run(step)
}

// scheduled submits requests to a new engine at one instant, and returns its steps until all are done.
func scheduled(t *testing.T, c Config, requests ...Request) []string {
	t.Helper()
	device := &steps{Device: slow()}
	synctest.Test(t, func(t *testing.T) {
		c.Device = device
		e := start(t, c)
		for _, r := range requests {
			submit(t, e, r)
		}
		require.NoError(t, e.Drain(t.Context()))
	})
	return device.lines
}

func plain(tokens, output int) Request { return Request{Prompt: prompt(tokens), MaxTokens: output} }

func TestRequestsOfOneInstantShareTheFirstStep(t *testing.T) {
	assert.Equal(t, []string{
		"1@0+5, 2@0+7, 3@0+1",
		"1@5+1, 2@7+1",
		"2@8+1",
	}, scheduled(t, Config{}, plain(5, 2), plain(7, 3), plain(1, 1)))
}

func TestPromptsAreCutToTheBudgetAndDecodesGoFirst(t *testing.T) {
	assert.Equal(t, []string{
		"1@0+6, 2@0+4",  // 10 tokens
		"1@6+1, 2@4+9",  // the decode first, then what fits of the prompt
		"1@7+1, 2@13+7", // its last token is in
		"1@8+1, 2@20+1", // it decodes
		"3@0+3",         // both are done; before, MaxNumSeqs
	}, scheduled(t, Config{MaxNumSeqs: 2, MaxNumBatchedTokens: 10}, plain(6, 4), plain(20, 2), plain(3, 1)))
}

func TestALowerPriorityNumberIsServedFirst(t *testing.T) {
	urgent := plain(3, 1)
	urgent.Priority = -1
	assert.Equal(t, []string{"3@0+3", "1@0+3", "2@0+3"}, scheduled(t, Config{MaxNumSeqs: 1}, plain(3, 1), plain(3, 1), urgent))
}

func TestTheLastAdmittedIsPreemptedAndComputesItsTokensAgain(t *testing.T) {
	assert.Equal(t, []string{
		"1@0+4, 2@0+4, 3@0+4", // 6 blocks of 2, all taken
		"1@4+1, 2@4+1",        // two more are needed: 3 gives way
		"1@5+1, 2@5+1",        // no block for its 5 tokens
		"1@6+1",               // 7 tokens are 4 blocks: 2 gives way, and goes before 3
		"1@7+1",
		"2@0+7", // its prompt and the 3 tokens that it had said; the prompt of 3 and the token that it had said have no room
		"2@7+1",
		"3@0+5",
		"3@5+1",
		"3@6+1",
		"3@7+1",
	}, scheduled(t, Config{MaxModelLen: 9, BlockSize: 2, KVBlocks: 6}, plain(4, 5), plain(4, 5), plain(4, 5)))
}

func TestWhatWasPreemptedGoesBeforeWhatArrivedEarlier(t *testing.T) {
	assert.Equal(t, []string{
		"load a from disk, 1@0+4, 3@0+4",         // 2 waits for the slot
		"1@4+1",                                  // 3 gives way
		"load b from disk, drop a, 3@0+5, 2@0+1", // 3 goes first, though 2 came first and has a slot now
		"3@5+1",
	}, scheduled(t, Config{MaxModelLen: 8, BlockSize: 2, KVBlocks: 4, Adapters: []string{"a", "b"}}, with("a", 4, 2),
		with("b", 1, 1), plain(4, 3)))
}

func TestTheLowestPriorityIsPreemptedFirst(t *testing.T) {
	urgent := plain(4, 3)
	urgent.Priority = -1
	assert.Equal(t, []string{
		"2@0+4, 1@0+4",
		"2@4+1", // though it was not admitted first
		"2@5+1",
		"1@0+5",
		"1@5+1",
	}, scheduled(t, Config{MaxModelLen: 8, BlockSize: 2, KVBlocks: 4}, plain(4, 3), urgent))
}

func TestWhatIsSmallDoesNotPassWhatIsLarge(t *testing.T) {
	assert.Equal(t, []string{
		"1@0+6",
		"1@6+1", // 2 needs 3 blocks, and 2 were free; 3 would have fit
		"2@0+6, 3@0+2",
	}, scheduled(t, Config{MaxModelLen: 8, BlockSize: 2, KVBlocks: 5}, plain(6, 2), plain(6, 1), plain(2, 1)))
}

// with is a request with an adapter.
func with(adapter string, tokens, output int) Request {
	r := plain(tokens, output)
	r.Adapter = adapter
	return r
}

func TestARequestWithoutASlotDoesNotBlockOthers(t *testing.T) {
	assert.Equal(t, []string{
		"load a from disk, 1@0+3, 3@0+3, 4@0+3", // 2 waits for the slot
		"1@3+1",
		"load b from disk, 2@0+3",
	}, scheduled(t, Config{Adapters: []string{"a", "b"}, MaxCPULoras: 2},
		with("a", 3, 2), with("b", 3, 1), with("a", 3, 1), plain(3, 1)))
}

func TestTheLeastRecentlyUsedSlotIsTakenAndCPUMemoryKeepsAdapters(t *testing.T) {
	c := Config{Adapters: []string{"a", "b", "c", "d"}, MaxLoras: 2, MaxCPULoras: 3, MaxNumSeqs: 1}
	assert.Equal(t, []string{
		"load a from disk, 1@0+1",
		"load b from disk, 2@0+1",
		"3@0+1",                           // a has a slot
		"load c from disk, 4@0+1",         // in b's
		"load b from cpu, 5@0+1",          // in a's
		"load d from disk, drop a, 6@0+1", // in c's; of the three in CPU memory a was not used for longest
		"load a from disk, drop c, 7@0+1", // in b's
	}, scheduled(t, c, with("a", 1, 1), with("b", 1, 1), with("a", 1, 1), with("c", 1, 1), with("b", 1, 1),
		with("d", 1, 1), with("a", 1, 1)))
}

// starving is one request for adapter b behind one for a, and then many for a: one each step, each of 4 steps.
func starving(t *testing.T, maxOvertakes int) (overtakenBy int, waited time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		e := start(t, Config{Device: slow(), Adapters: []string{"a", "b"}, MaxOvertakes: maxOvertakes})
		submit(t, e, with("a", 1, 4))
		b := submit(t, e, with("b", 1, 1))
		var later []*Stream
		for range 50 {
			time.Sleep(10 * time.Millisecond)
			later = append(later, submit(t, e, with("a", 1, 4)))
		}
		require.NoError(t, e.Drain(t.Context()))
		at := b.Times().Scheduled
		for _, s := range later {
			if s.Times().Scheduled.Before(at) {
				overtakenBy++
			}
		}
		waited = at.Sub(b.Times().Arrived)
	})
	return overtakenBy, waited
}

func TestARequestWithoutASlotDoesNotStarve(t *testing.T) {
	n, waited := starving(t, 5)
	assert.Equal(t, 5, n)
	// The fifth begins with the sixth step, and the slot is claimed then; its last step is the ninth.
	assert.Equal(t, 90*time.Millisecond+notice, waited)
	n, _ = starving(t, 1000)
	assert.Equal(t, 50, n, "without a claim it waits until nobody else does")
}

func TestOfTwoThatAreDueTheFirstClaimsTheSlot(t *testing.T) {
	assert.Equal(t, []string{
		"load a from disk, 1@0+1, 4@0+1, 5@0+1", // twice before 2 and 3
		"1@1+1",                                 // 6 may not begin: the slot is claimed
		"load c from disk, drop a, 2@0+1",
		"load b from disk, drop c, 3@0+1",
		"load a from disk, drop b, 6@0+1",
	}, scheduled(t, Config{Adapters: []string{"a", "b", "c"}, MaxCPULoras: 1, MaxOvertakes: 2, MaxNumSeqs: 3},
		with("a", 1, 2), with("c", 1, 1), with("b", 1, 1), with("a", 1, 1), with("a", 1, 1), with("a", 1, 1)))
}

func TestNothingIsAdmittedInAStepThatPreempts(t *testing.T) {
	assert.Equal(t, []string{
		"1@0+4, 2@0+1",
		"1@4+1, 2@1+4",
		"1@5+1, 2@5+1",
		"1@6+1",        // 2 gives way; 4 of its tokens would fit
		"1@7+1, 2@0+4", // as they do now
		"1@8+1",        // 2 gives way again
		"1@9+1",
		"1@10+1",
		"2@0+5",
		"2@5+2",
	}, scheduled(t, Config{MaxModelLen: 12, BlockSize: 2, KVBlocks: 6, MaxNumBatchedTokens: 5, MaxNumSeqs: 3},
		plain(4, 8), plain(5, 3)))
}

func TestAClaimIsGivenUpWithItsRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := start(t, Config{Device: slow(), Adapters: []string{"a", "b"}, MaxOvertakes: 1})
		submit(t, e, with("a", 1, 10))
		time.Sleep(time.Millisecond)
		b := submit(t, e, with("b", 1, 1))
		submit(t, e, with("a", 1, 1))
		time.Sleep(10 * time.Millisecond) // in the second step: it overtakes, and the slot is claimed
		late := submit(t, e, with("a", 1, 1))
		time.Sleep(10 * time.Millisecond)
		require.True(t, late.Times().Scheduled.IsZero(), "nothing more for a")
		b.Cancel()
		time.Sleep(10 * time.Millisecond)
		assert.False(t, late.Times().Scheduled.IsZero())
	})
}

func TestStatsSayWhatRunsAndWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := start(t, Config{Device: slow(), Adapters: []string{"a", "b", "c"}, MaxLoras: 2, KVBlocks: 128, BlockSize: 16})
		submit(t, e, with("c", 100, 1))
		time.Sleep(20 * time.Millisecond)
		submit(t, e, with("b", 100, 3))
		submit(t, e, with("a", 60, 3))
		submit(t, e, plain(100, 3))
		time.Sleep(15 * time.Millisecond) // in the second of the three steps
		submit(t, e, with("c", 5, 1))
		synctest.Wait()
		assert.Equal(t, Stats{
			Waiting: 1, Running: 3, KVBlocks: 18, KVUsage: 18. / 128, // 101, 61 and 101 tokens
			Steps: 2, PromptTokens: 360, GenerationTokens: 4, Lengthened: 1,
			MaxLoras: 2, LoadedAdapters: []string{"a", "b"}, RunningAdapters: []string{"a", "b"}, WaitingAdapters: []string{"c"},
			DiskLoads: 3,
		}, e.Stats())
	})
}
