package dataset

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wordsOf counts words: easier to see than Estimate.
func wordsOf(text string) int { return len(strings.Fields(text)) }

func conversation(turns ...string) string {
	var b strings.Builder
	for i, text := range turns {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, `{"from": "human", "value": %q}`, text)
	}
	return `{"conversations": [` + b.String() + `]}`
}

func read(t *testing.T, text string, o Options) Set {
	t.Helper()
	o.Count = wordsOf
	set, err := Read("d.json", strings.NewReader(text), o)
	require.NoError(t, err)
	return set
}

func TestTurnsAreReadAsThePeersDo(t *testing.T) {
	text := "[" + strings.Join([]string{
		`{"id": "x", "conversations": [{"from": "human", "value": "a b", "extra": {"deep": [1, null, {"x": "y"}]}}, ` +
			`{"value": "c", "from": "gpt"}], "after": [[]]}`,
		conversation("alone"),
		conversation("one", "two two", "three", "four four four four"),
		conversation(),
		conversation("line\nbreak \u00e9 \U0001f600", ""),
	}, ",\n") + "]\n"

	set := read(t, text, Options{})
	assert.Equal(t, Set{Name: "d.json", Conversations: 5, Short: 2, Passed: 3, Entries: []Entry{
		entry(0, "a b", 2, 1), entry(2, "one", 1, 2), entry(4, "line\nbreak \u00e9 \U0001f600", 4, 0),
	}}, set)

	set = read(t, text, Options{Turns: AllEarlier})
	assert.Equal(t, []Entry{
		entry(0, "a b", 2, 1), entry(2, "one\ntwo two\nthree", 4, 4), entry(4, "line\nbreak \u00e9 \U0001f600", 4, 0),
	}, set.Entries)

	set = read(t, text, Options{Filter: Filter{MinPromptTokens: 2, MaxPromptTokens: 3}})
	assert.Equal(t, []Entry{entry(0, "a b", 2, 1)}, set.Entries)
	assert.Equal(t, 2, set.Filtered)
}

// The files of some import scripts begin conversations with a turn of the system, which nobody asks and nobody answers.
func TestATurnOfTheSystemIsNoPrompt(t *testing.T) {
	const text = `[{"conversations": [{"from": "system", "value": "be brief"}, {"value": "a b", "from": "human"},
		{"from": {"name": ["system"]}, "value": "c"}, {"from": null, "value": "d"}]}]`
	for turns, want := range map[Turns]Entry{
		FirstTwo: entry(0, "a b", 2, 1), AllEarlier: entry(0, "a b\nc", 3, 1),
	} {
		assert.Equal(t, []Entry{want}, read(t, text, Options{Turns: turns}).Entries)
	}
}

func TestAFilterKeepsItsBounds(t *testing.T) {
	for _, c := range []struct {
		name           string
		filter         Filter
		prompt, output int
		want           bool
	}{
		{"the load generator: 4 tokens", LoadGenerator(1024, 1024), 4, 4, true},
		{"a prompt of 3", LoadGenerator(1024, 1024), 3, 4, false},
		{"an output of 3", LoadGenerator(1024, 1024), 4, 3, false},
		{"1024 a side", LoadGenerator(1024, 1024), 1024, 1024, true},
		{"a prompt of 1025", LoadGenerator(1024, 1024), 1025, 4, false},
		{"an output of 1025", LoadGenerator(1024, 1024), 4, 1025, false},
		{"vLLM: 2048 together", VLLM(), 1024, 1024, true},
		{"2049 together", VLLM(), 1024, 1025, false},
		{"a long output", VLLM(), 4, 2044, true},
		{"a prompt of 1025, in vLLM", VLLM(), 1025, 4, false},
		{"3 tokens, in vLLM", VLLM(), 3, 4, false},
		{"no bounds", Filter{}, 0, 1 << 30, true},
	} {
		assert.Equal(t, c.want, c.filter.Keeps(c.prompt, c.output), c.name)
	}
}

const good = `{"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}`

var refusals = []struct{ name, text, says string }{
	{"nothing", ``, "dataset: d.json: byte 0, in conversation 0: the file ends too early; copy or convert it again"},
	{"blanks", "  \n", "the file ends too early"},
	{"cut off after a conversation", "[" + good, "dataset: d.json: byte 84, in conversation 1: the file ends too early"},
	{"cut off in a text", "[" + good + `, {"conversations": [{"value": "aaa`, "in conversation 1: the file ends too early"},
	{"an object", `{"conversations": []}`,
		`byte 1, in conversation 0: "{" where an array should begin; write [{"conversations": [{"from"`},
	{"a line of JSON each", good + "\n" + good, `"{" where an array should begin`},
	{"an HTML page", "<!doctype html>", "byte 0, in conversation 0: invalid character '<'"},
	{"numbers", `[1, 2]`, `"1" where a conversation should begin`},
	{"a conversation without its key", `[` + good + `, {"messages": []}]`,
		`in conversation 1: no key "conversations"; convert the file to`},
	{"conversations twice", `[{"conversations": [], "conversations": []}]`, "conversations stands twice; keep one"},
	{"conversations that are a text", `[{"conversations": "hello"}]`, `"hello" where an array should begin`},
	{"conversations that are null", `[{"conversations": null}]`, `"<nil>" where an array should begin`},
	{"a turn that is a text", `[{"conversations": ["hello"]}]`, `"hello" where a turn should begin`},
	{"a turn without a text", `[{"conversations": [{"from": "human"}]}]`, `a turn without the key "value"; write its text`},
	{"a text that is a number", `[{"conversations": [{"value": 7}]}]`, `the value of a turn is "7"; write its text`},
	{"data after the end", `[` + good + `] []`, "there is data after the end ([); write one array"},
	{"garbage after the end", `[` + good + `] x`, "invalid character 'x'"},
	{"nothing but short ones", `[{"conversations": []}]`,
		"dataset: d.json: of 1 conversations, 0 have two turns and none passes the filter; check the bounds"},
	{"an empty array", `[]`, "of 0 conversations"},
	{"deep nesting", `[{"x": ` + strings.Repeat("[", 70), "byte 69: nested more than 64 deep; write an array of conversations"},
}

func TestWhatIsNoDatasetIsRefused(t *testing.T) {
	for _, c := range refusals {
		t.Run(c.name, func(t *testing.T) {
			for _, from := range []io.Reader{strings.NewReader(c.text), iotest.OneByteReader(strings.NewReader(c.text))} {
				_, err := Read("d.json", from, Options{})
				require.ErrorContains(t, err, c.says)
				assert.ErrorContains(t, err, "dataset: d.json: ")
			}
		})
	}
	_, err := Open(filepath.Join(t.TempDir(), "none.json"), Options{})
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = Read("d.json", io.MultiReader(strings.NewReader("["+good), iotest.ErrReader(errors.New("disk on fire"))), Options{})
	require.ErrorContains(t, err, "in conversation 1: disk on fire")
}

// endless is a text that repeats for ever, after a beginning.
type endless struct {
	begin, again string
	read         int
}

func (e *endless) Read(to []byte) (int, error) {
	for i := range to {
		if e.read < len(e.begin) {
			to[i] = e.begin[e.read]
		} else {
			to[i] = e.again[(e.read-len(e.begin))%len(e.again)]
		}
		e.read++
	}
	return len(to), nil
}

// heap is the bytes of memory in use, garbage aside.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestAHostileFileDoesNotFillTheMemory(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for _, c := range []struct {
		name, begin, again, says string
		turns                    Turns
	}{
		{"a text without end", `[{"conversations": [{"value": "`, "x",
			"a text of more than 16777216 bytes; split the file's conversations", FirstTwo},
		{"a number without end", `[{"x": `, "1", "a number or word of more than 16777216 bytes", FirstTwo},
		{"nesting without end", `[{"x": `, "[", "nested more than 64 deep", FirstTwo},
		{"turns without end", `[{"conversations": [{"value": "x"}`, `, {"value": "` + long + `"}`,
			"more than 67108864 bytes of turns; split the conversation", AllEarlier},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read("d.json", &endless{begin: c.begin, again: c.again}, Options{Turns: c.turns})
			require.ErrorContains(t, err, c.says)
		})
	}
}

func TestALongFileIsReadInBoundedMemory(t *testing.T) {
	n := 60_000
	if testing.Short() {
		n = 10_000
	}
	one := conversation(strings.Repeat("prompt ", 100), strings.Repeat("answer ", 20))
	text := io.MultiReader(strings.NewReader("["+one),
		io.LimitReader(&endless{again: "," + one}, int64(n*(len(one)+1))), strings.NewReader("]"))
	before := heap()
	set, err := Read("d.json", text, Options{Keep: 50})
	require.NoError(t, err)
	after := heap()
	assert.Equal(t, n+1, set.Conversations)
	assert.Equal(t, n+1, set.Passed)
	assert.Len(t, set.Entries, 50)
	assert.Less(t, int64(after)-int64(before), int64(4<<20))
	runtime.KeepAlive(set)
}

func TestOfMoreThanCanBeKeptEachHasTheSameChance(t *testing.T) {
	var b strings.Builder
	b.WriteString("[")
	for i := range 20 {
		b.WriteString(conversation(fmt.Sprint("prompt ", i), "answer") + ",")
	}
	text := strings.TrimSuffix(b.String(), ",") + "]"
	times := map[int]int{}
	for seed := range uint64(2000) {
		set := read(t, text, Options{Keep: 5, Seed: seed})
		require.Len(t, set.Entries, 5)
		for i, e := range set.Entries {
			times[e.Index]++
			require.Equal(t, fmt.Sprint("prompt ", e.Index), e.Prompt)
			require.True(t, i == 0 || set.Entries[i-1].Index < e.Index, "in the order of the file")
		}
	}
	for i := range 20 { // 500 each; the standard deviation is sqrt(2000 * 1/4 * 3/4) = 19.4
		assert.InDelta(t, 500, times[i], 4*19.4, "conversation %d", i)
	}
	assert.Equal(t, read(t, text, Options{Keep: 5, Seed: 3}), read(t, text, Options{Keep: 5, Seed: 3}))
}

func FuzzRead(f *testing.F) {
	for _, c := range refusals {
		f.Add([]byte(c.text), true)
	}
	f.Add([]byte("["+good+","+conversation("a", "b", "c")+"]"), false)
	f.Fuzz(func(t *testing.T, data []byte, all bool) {
		o := Options{Keep: 3}
		if all {
			o.Turns = AllEarlier
		}
		set, err := Read("d.json", bytes.NewReader(data), o)
		if err != nil {
			require.ErrorContains(t, err, "dataset: d.json: ")
			return
		}
		require.Equal(t, set.Conversations, set.Short+set.Filtered+set.Passed)
		require.Len(t, set.Entries, min(3, set.Passed))
		again, err := Read("d.json", iotest.HalfReader(bytes.NewReader(data)), o)
		require.NoError(t, err)
		require.Equal(t, set, again)
	})
}
