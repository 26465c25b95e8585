package dataset

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
)

// defaultKeep is how many conversations are kept in memory by default.
const defaultKeep = 20_000

const (
	maxConversation = 64 << 20  // bytes of its turns
	maxHeld         = 512 << 20 // bytes of the prompts kept
)

// Options say how a file is read. The zero value keeps every conversation of two turns or more, up to 20,000 of them.
type Options struct {
	Turns  Turns
	Filter Filter
	Count  Counter // nil: Estimate

	// Keep is the most conversations kept; 0 means 20,000. Of more, as many are drawn, each with the same chance.
	Keep int

	// Seed draws them.
	Seed uint64

	// Talks is how many conversations are under way at once, of Growing ones; 0 means 20.
	Talks int

	// Cold has each prompt of a selection begin with words of its own, of the same length, so that no server's cache of prefixes has
	// seen it: not in an earlier selection, nor in another process. See [Entry.Text].
	Cold bool
}

// Open reads the file of that name.
func Open(name string, o Options) (Set, error) {
	f, err := os.Open(name)
	if err != nil {
		return Set{}, fmt.Errorf("dataset: %w", err)
	}
	set, err := Read(name, f, o)
	return set, errors.Join(err, f.Close())
}

// Read reads conversations; name is for messages. What is no array of conversations, or ends too early, is an error with its place;
// so is a set of which nothing is kept. Conversations of fewer than two turns are dropped, as every load generator does.
func Read(name string, from io.Reader, o Options) (Set, error) {
	if o.Count == nil {
		o.Count = Estimate
	}
	if o.Keep <= 0 {
		o.Keep = defaultKeep
	}
	r := &reader{
		options: o, set: Set{Name: name},
		decoder: json.NewDecoder(&guard{from: from}), random: rand.New(rand.NewPCG(o.Seed, stream)),
	}
	if err := r.array(r.conversation); err != nil {
		return Set{}, r.at(err)
	}
	if token, err := r.decoder.Token(); !errors.Is(err, io.EOF) {
		if err == nil {
			err = fmt.Errorf("there is data after the end (%v); write one array", token)
		}
		return Set{}, r.at(err)
	}
	if len(r.kept) == 0 {
		return Set{}, fmt.Errorf("dataset: %s: of %d conversations, %d have two turns and none passes the filter; check the bounds",
			name, r.set.Conversations, r.set.Conversations-r.set.Short)
	}
	if o.Cold {
		r.set.cold = &openings{seed: rand.Uint64()}
	}
	slices.SortFunc(r.kept, func(a, b []Entry) int { return a[0].Index - b[0].Index })
	for _, entries := range r.kept {
		if o.Turns == Growing {
			r.set.talks = append(r.set.talks, talk{len(r.set.Entries), len(r.set.Entries) + len(entries)})
			r.set.most = cmp.Or(o.Talks, defaultTalks)
		}
		r.set.Entries = append(r.set.Entries, entries...)
	}
	return r.set, nil
}

// reader reads one file.
type reader struct {
	options Options
	set     Set
	decoder *json.Decoder
	random  *rand.Rand
	kept    [][]Entry // of each conversation
	turns   []string  // of the conversation under way; with FirstTwo no more than two
	size    int       // bytes of turns
	held    int       // bytes of the prompts kept
}

// at gives an error its place.
func (r *reader) at(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the file ends too early; copy or convert it again")
	}
	return fmt.Errorf("dataset: %s: byte %d, in conversation %d: %w", r.set.Name, r.decoder.InputOffset(), r.set.Conversations, err)
}

// array reads an array, whose values one reads.
func (r *reader) array(one func() error) error {
	if err := r.delim('[', "an array"); err != nil {
		return err
	}
	for r.decoder.More() {
		if err := one(); err != nil {
			return err
		}
	}
	_, err := r.decoder.Token()
	return err
}

func (r *reader) delim(want json.Delim, what string) error {
	token, err := r.decoder.Token()
	if err == nil && token != want {
		err = fmt.Errorf("%.40q where %s should begin; write "+
			`[{"conversations": [{"from": "human", "value": "..."}, ...]}, ...]`,
			fmt.Sprint(token), what)
	}
	return err
}

// object reads an object; field reads the value of each key.
func (r *reader) object(what string, field func(key string) error) error {
	if err := r.delim('{', what); err != nil {
		return err
	}
	for r.decoder.More() {
		token, err := r.decoder.Token()
		if err != nil {
			return err
		}
		key, _ := token.(string)
		if err := field(key); err != nil {
			return err
		}
	}
	_, err := r.decoder.Token()
	return err
}

// word reads a value of any kind, and returns it if it is a single one.
func (r *reader) word() (any, error) {
	var single any
	for depth := 0; ; {
		token, err := r.decoder.Token()
		if err != nil {
			return nil, err
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		default:
			if depth == 0 {
				single = token
			}
		}
		if depth == 0 {
			return single, nil
		}
	}
}

// skip reads a value of any kind.
func (r *reader) skip() error {
	_, err := r.word()
	return err
}

func (r *reader) conversation() error {
	r.turns, r.size = r.turns[:0], 0
	found := false
	err := r.object("a conversation", func(key string) error {
		if key != "conversations" {
			return r.skip()
		}
		if found {
			return errors.New("conversations stands twice; keep one")
		}
		found = true
		return r.array(r.turn)
	})
	if err != nil {
		return err
	}
	if !found {
		return errors.New(`no key "conversations"; convert the file to ` +
			`[{"conversations": [{"from": "human", "value": "..."}, ...]}, ...]`)
	}
	return r.keep()
}

func (r *reader) turn() error {
	text, from, found := "", any(nil), false
	err := r.object("a turn", func(key string) (err error) {
		switch key {
		case "from":
			from, err = r.word()
			return err
		case "value":
		default:
			return r.skip()
		}
		token, err := r.decoder.Token()
		if err != nil {
			return err
		}
		text, found = token.(string)
		if !found {
			return fmt.Errorf("the value of a turn is %.40q; write its text", fmt.Sprint(token))
		}
		return nil
	})
	if err == nil && !found {
		err = errors.New(`a turn without the key "value"; write its text`)
	}
	if err != nil || from == "system" || r.options.Turns == FirstTwo && len(r.turns) == 2 {
		return err
	}
	r.turns = append(r.turns, text)
	if r.size += len(text) + 16; r.size > maxConversation { // 16 bytes for the slice of it
		err = fmt.Errorf("more than %d bytes of turns; split the conversation", maxConversation)
	}
	return err
}

// keep takes the conversation just read into the set, or does not.
func (r *reader) keep() error {
	index := r.set.Conversations
	r.set.Conversations++
	if len(r.turns) < 2 {
		r.set.Short++
		return nil
	}
	entries := r.entries(index)
	if len(entries) == 0 {
		r.set.Filtered++
		return nil
	}
	r.set.Passed++
	size := func(entries []Entry) int { return len(entries[len(entries)-1].Prompt) }
	if len(r.kept) < r.options.Keep {
		r.kept = append(r.kept, entries)
		r.held += size(entries)
	} else if i := r.random.IntN(r.set.Passed); i < r.options.Keep {
		r.held += size(entries) - size(r.kept[i])
		r.kept[i] = entries
	}
	if r.held > maxHeld {
		return fmt.Errorf("the prompts kept have more than %d bytes; bound their tokens, or keep fewer", maxHeld)
	}
	return nil
}

// entries are the requests of the conversation just read that pass the filter.
func (r *reader) entries(index int) []Entry {
	if r.options.Turns == Growing {
		return r.growing(index)
	}
	prompt, output := r.turns[0], r.turns[1]
	if last := len(r.turns) - 1; r.options.Turns == AllEarlier {
		prompt, output = strings.Join(r.turns[:last], "\n"), r.turns[last]
	}
	e := Entry{Index: index, Prompt: prompt, PromptTokens: r.options.Count(prompt), OutputTokens: r.options.Count(output)}
	if !r.options.Filter.Keeps(e.PromptTokens, e.OutputTokens) {
		return nil
	}
	return []Entry{e}
}
