package kernel

import (
	"github.com/stretchr/testify/require"
)

func newDecoderOf(t require.TestingT, c DecoderConfig) *Decoder {
	d, err := NewDecoder(c, 7)
	require.NoError(t, err)
	return d
}

func newCache(t require.TestingT, d *Decoder, tokens int) *Cache {
	c, err := d.NewCache(tokens)
	require.NoError(t, err)
	return c
}
