package dataset

import (
	"fmt"
	"math/rand/v2"
)

// talk is a conversation whose every request has all before it in its prompt: Entries[begin:end] of its set.
type talk struct{ begin, end int }

// defaultTalks is how many conversations are under way at once by default.
const defaultTalks = 20

// growing are the requests of a conversation whose turns alternate: the first turn, then all up to the third, and so on, each with
// the length of the turn that follows it. Prompts share the storage of the longest, which is all that is kept of the conversation.
// A request beyond the filter's bounds is left out, and one whose prompt is too long is the end.
func (r *reader) growing(index int) (entries []Entry) {
	var text []byte
	var ends []int // of each entry's prompt in text
	tokens := 0
	for i := 0; i+1 < len(r.turns); i += 2 {
		if i > 0 {
			text = fmt.Appendf(text, "\n%s\n", r.turns[i-1])
			tokens += r.options.Count(r.turns[i-1]) + 2 // and two line ends
		}
		text = append(text, r.turns[i]...)
		tokens += r.options.Count(r.turns[i])
		if most := r.options.Filter.MaxPromptTokens; most > 0 && tokens > most {
			break
		}
		e := Entry{Index: index, PromptTokens: tokens, OutputTokens: r.options.Count(r.turns[i+1])}
		if r.options.Filter.Keeps(e.PromptTokens, e.OutputTokens) {
			entries, ends = append(entries, e), append(ends, len(text))
		}
	}
	if len(entries) == 0 {
		return nil
	}
	longest := string(text[:ends[len(ends)-1]])
	for k, end := range ends {
		entries[k].Prompt = longest[:end]
	}
	return entries
}

// grown draws requests of talks that are under way at once: each is the next one of a talk that is drawn, and where that has none
// left, the first of another. The first n of more are the same.
func (s Set) grown(n int, random *rand.Rand) Selection {
	type turn struct {
		talk
		opening uint64
	}
	under := make([]turn, s.most)
	selection := make(Selection, n)
	for i := range selection {
		t := &under[random.IntN(len(under))]
		if t.begin == t.end {
			t.talk = s.talks[random.IntN(len(s.talks))]
			if s.cold != nil {
				t.opening = s.cold.next()
			}
		}
		selection[i] = s.Entries[t.begin]
		selection[i].opening = t.opening
		t.begin++
	}
	return selection
}
