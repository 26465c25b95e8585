package shards

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParsePart(t *testing.T) {
	for s, want := range map[string]Part{"": {}, "1/1": {1, 1}, "2/2": {2, 2}, "1/1000": {1, 1000}, "7/10": {7, 10}} {
		got, err := ParsePart(s)
		require.NoError(t, err, s)
		assert.Equal(t, want, got)
		assert.Equal(t, s, got.String())
		assert.Equal(t, s == "", got.IsZero())
	}
	for _, s := range []string{
		"0/0", "3/2", "0/2", "1/0", "1", "/", "1/", "/2", "-1/2", "1/-2", "+1/2", "01/2", "1/02", " 1/2", "1/2 ", "1/2/3", "a/b", "1.0/2", "1/1001",
		"99999999999999999999/99999999999999999999", "١/٢",
	} {
		got, err := ParsePart(s)
		assert.ErrorContains(t, err, "write i/n with i from 1 to n and n up to 1000, such as 2/3", s)
		assert.True(t, got.IsZero(), s)
	}
}
