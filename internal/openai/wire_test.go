package openai_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/openai"
)

func TestAnErrorIsWrittenAsVLLMDoes(t *testing.T) {
	for name, c := range map[string]struct {
		status         int
		param, message string
		want           string
	}{
		"a field is to blame": {400, "max_tokens", "max_tokens must be at least 1, got 0.",
			`{"error":{"message":"max_tokens must be at least 1, got 0.","type":"BadRequestError","param":"max_tokens","code":400}}`},
		"an unknown model": {404, "model", "The model `x` does not exist.",
			"{\"error\":{\"message\":\"The model `x` does not exist.\",\"type\":\"NotFoundError\",\"param\":\"model\",\"code\":404}}"},
		"no field is to blame": {
			500, "", "boom", `{"error":{"message":"boom","type":"InternalServerError","param":null,"code":500}}`,
		},
		"others have the status": {
			429, "", "full", `{"error":{"message":"full","type":"Too Many Requests","param":null,"code":429}}`,
		},
		"a status that has no words": {599, "", "odd", `{"error":{"message":"odd","type":"Error 599","param":null,"code":599}}`},
	} {
		t.Run(name, func(t *testing.T) {
			w := httptest.NewRecorder()
			e := openai.NewError(c.status, c.param, c.message)
			require.NoError(t, openai.WriteError(w, e))
			assert.Equal(t, c.status, w.Code)
			assert.Equal(t, "application/json", w.Header().Get("Content-Type"))
			assert.Equal(t, c.want, w.Body.String())
			assert.EqualError(t, e, c.message)

			var body openai.ErrorBody
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &body))
			assert.Equal(t, *e, body.Error, "a client reads what the server meant")
		})
	}
}

func TestEventsGoOutWhenFlushed(t *testing.T) {
	w := httptest.NewRecorder()
	events := openai.NewEvents(w, 0)
	events.Add([]byte(`{"a":1}`))
	assert.False(t, events.Begun())
	assert.Empty(t, w.Body.String())

	require.NoError(t, events.Flush())
	assert.True(t, events.Begun())
	assert.True(t, w.Flushed)
	assert.Equal(t, "data: {\"a\":1}\n\n", w.Body.String())
	assert.Equal(t, "text/event-stream; charset=utf-8", w.Header().Get("Content-Type"))

	events.Add([]byte(`{"b":2}`))
	events.AddDone()
	require.NoError(t, events.Flush())
	assert.Equal(t, "data: {\"a\":1}\n\ndata: {\"b\":2}\n\ndata: [DONE]\n\n", w.Body.String())
}

// deadlines is a client that is gone once it has been given so many deadlines or bodies.
type deadlines struct {
	http.ResponseWriter
	set    []time.Time
	writes int
}

func (d *deadlines) SetWriteDeadline(at time.Time) error { d.set = append(d.set, at); return nil }
func (d *deadlines) Flush()                              {}
func (d *deadlines) Write(b []byte) (int, error) {
	if d.writes--; d.writes < 0 {
		return 0, errors.New("the client is gone")
	}
	return len(b), nil
}

func TestAClientHasAsLongAsPatienceForEveryEvent(t *testing.T) {
	w := &deadlines{ResponseWriter: httptest.NewRecorder(), writes: 3}
	events := openai.NewEvents(w, time.Hour)
	before := time.Now()
	for range 3 {
		events.Add([]byte("x"))
		require.NoError(t, events.Flush())
	}
	require.Len(t, w.set, 1, "a deadline is not moved for every event")
	assert.False(t, w.set[0].Before(before.Add(time.Hour)))
	assert.EqualError(t, events.Flush(), "the client is gone")

	again := &deadlines{ResponseWriter: httptest.NewRecorder(), writes: 2}
	hasty := openai.NewEvents(again, time.Nanosecond)
	require.NoError(t, hasty.Flush())
	require.NoError(t, hasty.Flush())
	assert.Len(t, again.set, 2, "a deadline that is near is moved")
}

func TestAWriterThatHasNoDeadlinesIsSaid(t *testing.T) {
	events := openai.NewEvents(httptest.NewRecorder(), time.Second)
	assert.ErrorIs(t, events.Flush(), http.ErrNotSupported)
}
