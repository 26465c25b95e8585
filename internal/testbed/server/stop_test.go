package server

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestAStopTextIsNeverSent(t *testing.T) {
	for name, c := range map[string]struct {
		stops  []string
		pieces []string
		sent   []string // with each piece; the last is what is sent at the end
		stop   string
	}{
		"without stop texts all is sent":        {nil, []string{"a", "b"}, []string{"a", "b", ""}, ""},
		"one within a piece":                    {[]string{"X"}, []string{"aXb"}, []string{"a"}, "X"},
		"one at the beginning sends nothing":    {[]string{"a"}, []string{"abc"}, []string{""}, "a"},
		"one over two pieces":                   {[]string{"XY"}, []string{"aX", "Yb"}, []string{"a", ""}, "XY"},
		"one over three pieces":                 {[]string{"XYZ"}, []string{"aX", "Y", "Z"}, []string{"a", "", ""}, "XYZ"},
		"a beginning that goes on otherwise":    {[]string{"XYZ"}, []string{"aX", "Yb"}, []string{"a", "XYb", ""}, ""},
		"a beginning that begins again":         {[]string{"aab"}, []string{"aa", "ab"}, []string{"", "a"}, "aab"},
		"a beginning at the end is sent":        {[]string{"XY"}, []string{"aX"}, []string{"a", "X"}, ""},
		"the first to begin, not the first":     {[]string{"b", "a"}, []string{"xab"}, []string{"x"}, "a"},
		"two that begin together: the first":    {[]string{"ab", "a"}, []string{"ab"}, []string{""}, "ab"},
		"the first to be complete":              {[]string{"abc", "b"}, []string{"ab"}, []string{"a"}, "b"},
		"a beginning of the longest is held":    {[]string{"ab", "bcd"}, []string{"xbc", "e"}, []string{"x", "bce", ""}, ""},
		"a stop text longer than the whole":     {[]string{"abcdefgh"}, []string{"abc"}, []string{"", "abc"}, ""},
		"letters of several bytes are no worry": {[]string{"é"}, []string{"a\xc3", "\xa9b"}, []string{"a", ""}, "é"},
	} {
		t.Run(name, func(t *testing.T) {
			s := stopper{stops: c.stops}
			var sent []string
			for i, piece := range c.pieces {
				text, stop := s.add(nil, []byte(piece), true)
				sent = append(sent, string(text))
				if stop != "" {
					assert.Equal(t, c.stop, stop)
					assert.Equal(t, len(c.pieces)-1, i, "stopped too early")
					assert.Equal(t, c.sent, sent)
					return
				}
			}
			assert.Empty(t, c.stop)
			assert.Equal(t, c.sent, append(sent, string(s.rest(nil))))
		})
	}
}

func TestAStopTextMayBeginButNotEndBeforeItIsLookedFor(t *testing.T) {
	s := stopper{stops: []string{"aXb"}}
	text, stop := s.add(nil, []byte("aXb a"), false)
	require.Empty(t, stop)
	assert.Equal(t, "aXb ", string(text))
	text, stop = s.add(nil, []byte("Xb"), true)
	assert.Equal(t, "aXb", stop)
	assert.Empty(t, string(text))
}

// However the text is cut, what is sent is the text up to the first stop text that is complete.
func TestWhatIsSentIsTheTextBeforeTheStop(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOf(rapid.StringMatching(`[ab]{0,3}`)).Draw(t, "pieces")
		stop := rapid.StringMatching(`[ab]{1,5}`).Draw(t, "stop")
		s := stopper{stops: []string{stop}}
		var sent []byte
		met := ""
		for _, piece := range pieces {
			if sent, met = s.add(sent, []byte(piece), true); met != "" {
				break
			}
			require.NotContains(t, string(sent), stop)
		}
		if met == "" {
			sent = s.rest(sent)
		}
		before, _, found := strings.Cut(strings.Join(pieces, ""), stop)
		require.Equal(t, found, met != "")
		require.Equal(t, before, string(sent))
	})
}
