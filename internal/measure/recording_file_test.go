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
	require.NotEqual(t, want.launches[0].turns[0], want.launches[0].turns[1])
	readAgain(t, want)

	want.about = append(want.about, fact{requestsKey, "3"}, fact{pairsKey, "20"}, fact{requestKey, "100us"})
	for i, l := range want.launches {
		want.launches[i].links = [2]int64{int64(i), 4}
		for j := range l.turns {
			l.turns[j].ns[0] = append(l.turns[j].ns[0], int64(i+1), int64(j+1))
			l.turns[j].ns[1] = append(l.turns[j].ns[1], 1, 1<<62)
		}
	}
	readAgain(t, want)

	for i, l := range want.launches {
		for j := range l.turns {
			l.turns[j].cpu = [2]int64{int64(i + 1), int64(j + 1)}
		}
	}
	readAgain(t, want)
}

func readAgain(t *testing.T, want recording) {

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
		{"no number of requests", head + "# requests-a-turn: 0\n", fmt.Sprintf("x.txt.gz:%d: requests-a-turn is", at+1)},
		{"no number of pairs", head + "# pairs-a-launch: +1\n", fmt.Sprintf("x.txt.gz:%d: pairs-a-launch is", at+1)},
		{"no duration", head + "# request: 5\n", fmt.Sprintf("x.txt.gz:%d: request is", at+1)},
		{"fewer requests than the head says", head + "# requests-a-turn: 2\nlaunch\nb 1 2\n",
			fmt.Sprintf("x.txt.gz:%d: a turn has 1", at+3)},
		{"fewer pairs than the head says", head + "# pairs-a-launch: 2\nlaunch\nb 1 2\n", "launch 1 has 1 pairs"},
		{"a comment after the head", head + "launch\nb 1 2\n# late: yes\n", fmt.Sprintf("x.txt.gz:%d: ", at+3)},
		{"turns before the first launch", head + "b 1 2\n", fmt.Sprintf(`x.txt.gz:%d: "b 1 2" comes before`, at+1)},
		{"another side", head + "launch\na 1 2\n", fmt.Sprintf(`x.txt.gz:%d: "a 1 2" is no pair`, at+2)},
		{"one latency", head + "launch\nb 1\n", "is no pair"},
		{"three times", head + "launch\nb 1 2 3\n", "is no pair"},
		{"CPU times", head + "launch\nb 1 2 3 4\nc 1 2 3 4\n", ""},
		{"CPU times of some", head + "launch\nb 1 2 3 4\nc 1 2\n", fmt.Sprintf("x.txt.gz:%d: either all", at+3)},
		{"a CPU time of 0", head + "launch\nb 1 2 3 0\n", `"0" is no CPU time`},
		{"six fields", head + "launch\nb 1 2 3 4 5\n", "is no pair"},
		{"turns of two requests", head + "launch\nb 1,2 2,1\nc 1,1 2,2\n", ""},
		{"turns of unequal length", head + "launch\nb 1,2 2\n", fmt.Sprintf("x.txt.gz:%d: a turn has 1", at+2)},
		{"longer turns later", head + "launch\nb 1 2\nb 1,2 2,1\n", fmt.Sprintf("x.txt.gz:%d: a turn has 2", at+3)},
		{"a comma too many", head + "launch\nb 1, 2,2\n", `"" is no latency`},
		{"links", head + "launch link=17,4\nb 1 2\nlaunch link=0,4\nb 1 2\nlaunch link=4,4\nb 1 2\n", ""},
		{"one link", head + "launch link=17\n", fmt.Sprintf(`x.txt.gz:%d: "launch link=17": write`, at+1)},
		{"three links", head + "launch link=1,2,3\n", "with the seeds of two layouts"},
		{"a link below 0", head + "launch link=-1,2\n", "with the seeds of two layouts"},
		{"links that are none", head + "launch link=0,0\n", "are one"},
		{"another word", head + "launched\n", "with the seeds of two layouts"},
		{"two blanks", head + "launch\nb 1  2\n", "is no pair"},
		{"an empty line", head + "launch\nb 1 2\n\n", fmt.Sprintf(`x.txt.gz:%d: "" is no pair`, at+3)},
		{"a fraction", head + "launch\nb 1.5 2\n", `"1.5" is no latency`},
		{"a latency of 0", head + "launch\nb 1 0\n", `"0" is no latency`},
		{"a latency below 0", head + "launch\nb -1 2\n", `"-1" is no latency`},
		{"more than an int64", head + "launch\nb 1 9223372036854775808\n", "is no latency"},
		{"nothing", "", "x.txt.gz:0: "},
		{"no launch", head, "no launches"},
		{"an empty first launch", head + "launch\nlaunch\nb 1 2\n", fmt.Sprintf("x.txt.gz:%d: the first launch has no turns", at+3)},
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
		"an empty launch":    func(r *recording) { r.launches[1].turns = nil },
		"no latency":         func(r *recording) { r.launches[2].turns[7].ns[1][0] = 0 },
		"no request":         func(r *recording) { r.launches[2].turns[7].ns[0] = nil },
		"a CPU time of one":  func(r *recording) { r.launches[0].turns[0].cpu[1] = 1 },
		"CPU times of some":  func(r *recording) { r.launches[2].turns[7].cpu = [2]int64{1, 1} },
		"a link below 0":     func(r *recording) { r.launches[1].links[1] = -1 },
		"a false head":       func(r *recording) { r.about = append(r.about, fact{requestsKey, "2"}) },
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
