package few

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFirst(t *testing.T) {
	three := []string{"a", "b", "c"}
	assert.Equal(t, three, First(three, 3, "steps"))
	assert.Equal(t, []string{"a", "b", "and 1 more step"}, First(three, 2, "steps"))
	assert.Equal(t, []string{"a", "and 2 more"}, First(three, 1, ""))
	assert.Equal(t, []string{"a", "b", "c"}, three, "the caller's slice stays")
	assert.Empty(t, First(nil, 2, "steps"))
}

func TestNames(t *testing.T) {
	assert.Equal(t, "a, b", Of([]string{"a", "b"}, 2))
	assert.Equal(t, "a and 1 more", Of([]string{"a", "b"}, 1))
	assert.Equal(t, "a, b and 7 more", Names([]string{"a", "b"}, 9))
	assert.Empty(t, Of(nil, 2))
}
