package readme

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const page = "# A [page](a.md)\n\n`go test` and ``a ` b``, `[no](link)`\nand `two\nlines`.\n\n" +
	"```sh\ngo get a  # now\n\ngo b \\\n  -c\n```\n\n" +
	"```console\n$ go test\nok\n```\n![picture](b.png)\n```\nplain\n```\n"

func TestParse(t *testing.T) {
	p, err := Parse("a.md", page)
	require.NoError(t, err)
	assert.Equal(t, []Block{
		{"sh", "go get a  # now\n\ngo b \\\n  -c\n", 7}, {"console", "$ go test\nok\n", 14}, {"", "plain\n", 19},
	}, p.Blocks)
	assert.Equal(t, []string{"go test", "a ` b", "[no](link)", "two lines"}, p.Code())
	assert.Equal(t, []string{"a.md", "b.png"}, p.Links())
	assert.Equal(t, []Command{{"go get a", "now"}, {"go b    -c", ""}}, p.Blocks[0].Commands())
	assert.Equal(t, []Command{{"go test", ""}}, p.Blocks[1].Commands())
	b, err := p.Block("", "plain")
	require.NoError(t, err)
	assert.Equal(t, 19, b.Line)
}

func TestWhatHidesABlockIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"a block that goes on to the end":     {"a\n```sh\nb\n", "a.md:2: the block is not closed"},
		"a block in a list":                   {"- a\n  ```sh\n  b\n  ```\n", "a.md:2: an indented fence"},
		"a fence that does not close a block": {"```\na\n```sh\n", "a.md:1: the block is not closed"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("a.md", c.text)
			assert.ErrorContains(t, err, c.says)
		})
	}
	p, err := Parse("a.md", page)
	require.NoError(t, err)
	_, err = p.Block("sh", "c")
	require.NoError(t, err)
	_, err = p.Block("go", "c")
	assert.EqualError(t, err, `a.md: 0 blocks of kind "go" have "c", and one was to`)
}
