package report

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestBreakLine(t *testing.T) {
	for text, want := range map[string]string{
		"ab cd":   "ab cd",
		"ab cde":  "ab\ncde",
		"abcdefg": "abcde\nfg",
		"a bcdef": "a\nbcdef",
		"世界世 a":   "世界\n世 a",
		"":        "",
	} {
		assert.Equal(t, want, breakLine(text, 5), text)
	}
}

func TestFilled(t *testing.T) {
	full := table{header: []string{"a", "b", "c"}, align: "lrl", rows: [][]string{{"1", "", ""}, {"2", "", "x"}}}
	assert.Equal(t, table{header: []string{"a", "c"}, align: "ll", rows: [][]string{{"1", ""}, {"2", "x"}}}, full.filled("b", "c"))
	assert.Equal(t, full, full.filled("a", "c"), "b was not asked for")
}
