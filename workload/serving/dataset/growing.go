package dataset

import "math/rand/v2"

// talk is a conversation whose every request has all before it in its prompt: Entries[begin:end] of its set.
type talk struct{ begin, end int }

// defaultTalks is how many conversations are under way at once by default.
const defaultTalks = 20

// growing are the requests of a conversation whose turns alternate: the first turn, then all up to the third, and so on, each with
// the length of the turn that follows it. Prompts share their storage. A request beyond the filter's bounds is left out, and one
// whose prompt is too long is the end.
func (r *reader) growing(index int) (entries []Entry) {
	ends := make([]int, len(r.turns))
	var text []byte
	for i, turn := range r.turns {
		if i > 0 {
			text = append(text, '\n')
		}
		text = append(text, turn...)
		ends[i] = len(text)
	}
	whole, tokens := string(text), 0
	for i := 0; i+1 < len(r.turns); i += 2 {
		if i > 0 {
			tokens += r.options.Count(r.turns[i-1]) + 2 // and two line ends
		}
		tokens += r.options.Count(r.turns[i])
		if most := r.options.Filter.MaxPromptTokens; most > 0 && tokens > most {
			break
		}
		e := Entry{Index: index, Prompt: whole[:ends[i]], PromptTokens: tokens, OutputTokens: r.options.Count(r.turns[i+1])}
		if r.options.Filter.Keeps(e.PromptTokens, e.OutputTokens) {
			entries = append(entries, e)
		}
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
