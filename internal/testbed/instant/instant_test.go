package instant

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) {
	if Serving() {
		return
	}
	os.Exit(m.Run())
}

func TestAnotherProcessAnswersAtOnceOrInEvents(t *testing.T) {
	url := Start(t)
	for _, c := range []struct {
		path   string
		status int
		kind   string
		tokens int
		events int
	}{
		{"/v1/completions", http.StatusOK, "application/json", 1, 0},
		{"/events/21/v1/completions", http.StatusOK, "text/event-stream", 21, 21 + 2}, // the usage and the end
		{"/events/many/v1/completions", http.StatusBadRequest, "text/plain; charset=utf-8", 0, 0},
	} {
		t.Run(c.path, func(t *testing.T) {
			reply, err := http.Post(url+c.path, "application/json", strings.NewReader("{}"))
			require.NoError(t, err)
			defer reply.Body.Close()
			body, err := io.ReadAll(reply.Body)
			require.NoError(t, err)
			assert.Equal(t, c.status, reply.StatusCode)
			assert.Equal(t, c.kind, reply.Header.Get("Content-Type"))
			assert.Equal(t, c.tokens, strings.Count(string(body), `" token"`))
			assert.Equal(t, c.events, strings.Count(string(body), "data: "))
		})
	}
}
