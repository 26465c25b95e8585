package measure_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wherefrom is a head that a recording may have.
func wherefrom() []fact {
	var about []fact
	for _, key := range provenance {
		about = append(about, fact{key, "a " + key + ": any"})
	}
	return about
}

func TestRecordingIsReadAsItWasWritten(t *testing.T) {
	want := noises[0].record(3, 20)
	want.name, want.about = "written", append(wherefrom(), fact{"more", "than is needed"})
	require.NotEqual(t, want.launches[0][0], want.launches[0][1])

	file := filepath.Join(t.TempDir(), "written.txt.gz")
	require.NoError(t, want.save(file))
	got, err := openRecording(file)
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

func TestBrokenRecordingIsRefusedByLine(t *testing.T) {
	head := ""
	for _, f := range wherefrom() {
		head += fmt.Sprintf("# %s: %s\n", f.key, f.value)
	}
	at := strings.Count(head, "\n")
	for _, c := range []struct{ name, text, want string }{
		{"whole", head + "launch\nb 1 2\nc 2 1\n", ""},
		{"a comment that is no key and value", "# just a word\n" + head, "x.txt.gz:1: "},
		{"a key without a value", "# load: \n", "x.txt.gz:1: "},
		{"a key comes twice", head + "# go: again\n", fmt.Sprintf("x.txt.gz:%d: go comes twice", at+1)},
		{"a key is missing", strings.Replace(head, "# seed:", "# tree:", 1) + "launch\nb 1 2\n", "# seed: "},
		{"a comment after the head", head + "launch\nb 1 2\n# late: yes\n", fmt.Sprintf("x.txt.gz:%d: ", at+3)},
		{"turns before the first launch", head + "b 1 2\n", fmt.Sprintf(`x.txt.gz:%d: "b 1 2" comes before`, at+1)},
		{"another side", head + "launch\na 1 2\n", fmt.Sprintf(`x.txt.gz:%d: "a 1 2" is no pair`, at+2)},
		{"one latency", head + "launch\nb 1\n", "is no pair"},
		{"three latencies", head + "launch\nb 1 2 3\n", "is no pair"},
		{"two blanks", head + "launch\nb 1  2\n", "is no pair"},
		{"an empty line", head + "launch\nb 1 2\n\n", fmt.Sprintf(`x.txt.gz:%d: "" is no pair`, at+3)},
		{"a fraction", head + "launch\nb 1.5 2\n", `"1.5" is no latency`},
		{"a latency of 0", head + "launch\nb 1 0\n", `"0" is no latency`},
		{"a latency below 0", head + "launch\nb -1 2\n", `"-1" is no latency`},
		{"more than an int64", head + "launch\nb 1 9223372036854775808\n", "is no latency"},
		{"nothing", "", "x.txt.gz:0: "},
		{"no launch", head, "no launches"},
		{"an empty launch", head + "launch\nb 1 2\nlaunch\n", "launch 2 has no turns"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := readRecording("duets/x.txt.gz", bytes.NewReader(compress(t, c.text)))
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
			assert.ErrorContains(t, err, "duets/x.txt.gz:")
		})
	}
}

func TestTornRecordingIsRefused(t *testing.T) {
	var whole bytes.Buffer
	r := noises[0].record(3, 20)
	r.about = wherefrom()
	require.NoError(t, r.write(&whole))
	for _, length := range []int{0, 5, whole.Len() / 2, whole.Len() - 1} {
		_, err := readRecording("x.txt.gz", bytes.NewReader(whole.Bytes()[:length]))
		assert.ErrorContains(t, err, "x.txt.gz:", "%d of %d bytes", length, whole.Len())
	}
}

func TestRecordingThatCouldNotBeReadIsNotWritten(t *testing.T) {
	for name, spoil := range map[string]func(*recording){
		"no provenance":      func(r *recording) { r.about = r.about[1:] },
		"a value of 2 lines": func(r *recording) { r.about[0].value = "one\ntwo" },
		"a key of 2 words":   func(r *recording) { r.about[0].key = "what else" },
		"no launches":        func(r *recording) { r.launches = nil },
		"an empty launch":    func(r *recording) { r.launches[1] = nil },
		"no latency":         func(r *recording) { r.launches[2][7].ns[1] = 0 },
	} {
		r := noises[0].record(3, 20)
		r.about = wherefrom()
		require.NoError(t, r.write(&bytes.Buffer{}))
		spoil(&r)
		assert.Error(t, r.write(&bytes.Buffer{}), name)
	}
}

func compress(t *testing.T, text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.Bytes()
}
