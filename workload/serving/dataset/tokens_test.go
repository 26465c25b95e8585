package dataset

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestATextHasSoManyTokens(t *testing.T) {
	for _, c := range []struct {
		text string
		want int
	}{
		{"", 0},
		{"the", 1},
		{"the quick brown fox", 4},
		{"extraordinarily", 2},
		{"ninechars tenletters", 3},
		{"1234567", 3},
		{"a, b: c.", 6},
		{"a\n\n\nb", 3},
		{"a  b", 3},
		{"x := f(1)", 6},
		{"日本語", 3},
		{"été", 1},
		{"\xff\xfe", 2},
		{" ", 0},
	} {
		assert.Equal(t, c.want, Estimate(c.text), "%q", c.text)
	}
}
