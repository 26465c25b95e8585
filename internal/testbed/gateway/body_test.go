package gateway

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestABodyIsNotUsedAgainWhileACopyIsBeingSent(t *testing.T) {
	var pool sync.Pool
	b := &body{data: []byte("prompt"), pool: &pool}
	b.holders.Store(1)
	one, two := b.open(), b.open()
	b.release() // the handler
	got, err := io.ReadAll(one)
	require.NoError(t, err)
	assert.Equal(t, "prompt", string(got))
	require.NoError(t, one.Close())
	require.NoError(t, one.Close(), "twice is once")
	assert.EqualValues(t, 1, b.holders.Load())
	assert.Nil(t, pool.Get(), "the other copy is open")
	require.NoError(t, two.Close())
	assert.Zero(t, b.holders.Load())
	_, err = two.Read(make([]byte, 1))
	assert.ErrorIs(t, err, io.ErrClosedPipe)
}

func TestABodyIsReadWhole(t *testing.T) {
	var pool sync.Pool
	for _, size := range []int{0, 1, firstRoom - 1, firstRoom, firstRoom + 1, 3*firstRoom + 5, keptRoom + 1} {
		text := strings.Repeat("x", size)
		for name, from := range map[string]io.Reader{
			"at once": strings.NewReader(text), "in halves": iotest.HalfReader(strings.NewReader(text)),
		} {
			r := httptest.NewRequest(http.MethodPost, "/", from)
			b, err := readBody(http.NewResponseController(httptest.NewRecorder()), r, &pool, int64(size), time.Second)
			require.NoError(t, err)
			assert.Equal(t, text, string(b.data), "%d bytes %s", size, name)
			b.release()
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/", iotest.ErrReader(io.ErrUnexpectedEOF))
	_, err := readBody(http.NewResponseController(httptest.NewRecorder()), r, &pool, 10, time.Second)
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
}
