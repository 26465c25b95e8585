package benchdata

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestProblemsShowTwentyAndCountTheRest(t *testing.T) {
	var ps Problems
	for range 20 {
		ps = append(ps, Problem{File: "f", Fact: "x"})
	}
	assert.Equal(t, 20, len(strings.Split(ps.Error(), "\n")))
	assert.NotContains(t, ps.Error(), "more")
	ps = append(ps, Problem{File: "f", Fact: "x"}, Problem{File: "f", Fact: "x"})
	assert.True(t, strings.HasSuffix(ps.Error(), "f: x\nand 2 more"), ps.Error())
}

func TestProblemLeavesOutWhatIsEmpty(t *testing.T) {
	for _, tt := range []struct {
		name string
		p    Problem
		want string
	}{
		{"everything", Problem{"testdata/base.txt", 12, "Serve-2", "p95-ns is NaN", "report a finite number"},
			"testdata/base.txt:12: Serve-2: p95-ns is NaN; report a finite number"},
		{"no line", Problem{File: "base.txt", Fact: "no benchmark results", Fix: "record"}, "base.txt: no benchmark results; record"},
		{"a line without a file", Problem{Line: 3, Fact: "x"}, "x"},
		{"nothing but a fact", Problem{Fact: "x"}, "x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.want, tt.p.String())
		})
	}
}

func TestPrintableLeavesNothingThatATerminalActsOn(t *testing.T) {
	for _, s := range []string{"\x1b[2Jx", "a\nb", "\xff", strings.Repeat("x", 201), "\u202e"} {
		got := printable(s)
		assert.NotContains(t, got, "\x1b")
		assert.NotContains(t, got, "\n")
		assert.True(t, strings.HasPrefix(got, `"`), got)
		assert.Less(t, len(got), 400)
	}
	assert.Equal(t, "Größe=3/µs", printable("Größe=3/µs"))
}
