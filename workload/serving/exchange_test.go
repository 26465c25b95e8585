package serving

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestConnectionsAreUsedAgainWhereTheyCanBe(t *testing.T) {
	stream := replies(200, sseKind, textOf("a")+finish+doneLine)
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		stream  bool
		want    int64 // connections for ten requests
	}{
		{"after a stream", stream, true, 1},
		{"after a reply", replies(200, jsonKind, `{"choices":[{"text":"a","finish_reason":"stop"}]}`), false, 1},
		{"after an error that is read to its end", replies(503, jsonKind, `{"error":{"message":"full"}}`), true, 1},
		{"after an error without a body", replies(503, "", ""), true, 1},
		{"not after a malformed reply", replies(200, "text/html", page), true, 10},
		{"not when the server says so", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Connection", "close")
			stream(w, r)
		}, true, 10},
		{"after a hint that comes early", func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusEarlyHints)
			stream(w, r)
		}, true, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			var made atomic.Int64
			server := httptest.NewUnstartedServer(c.handler)
			server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
				if s == http.StateNew {
					made.Add(1)
				}
			}
			server.Start()
			defer server.Close()
			client := clientOf(t, Target{URL: server.URL})
			for range 10 {
				got, _ := client.Do(t.Context(), []byte("{}"), c.stream, time.Time{}) // some are faults
				assert.Zero(t, got.Replays)
			}
			assert.Equal(t, c.want, made.Load())
		})
	}
}
