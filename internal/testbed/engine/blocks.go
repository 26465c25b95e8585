package engine

// blocks is KV memory: blocks of equal size, of which a sequence holds as many as its tokens fill.
type blocks struct {
	size  int // tokens of a block
	total int
	free  int
}

// blocksOf is how many blocks tokens fill.
func blocksOf(tokens, size int) int { return (tokens + size - 1) / size }

// grow gives s the blocks that it needs for n more tokens than are computed. It is not ok, and changes nothing, if they are not
// free.
func (b *blocks) grow(s *sequence, n int) (ok bool) {
	more := blocksOf(s.computed+n, b.size) - s.blocks
	if more > b.free {
		return false
	}
	b.free -= more
	s.blocks += more
	return true
}

// release takes all blocks of s.
func (b *blocks) release(s *sequence) {
	b.free += s.blocks
	s.blocks = 0
}
