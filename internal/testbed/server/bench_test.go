package server_test

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/openai"
	"github.com/tailgate-go/tailgate/internal/testbed/engine"
	"github.com/tailgate-go/tailgate/internal/testbed/server"
)

// lockstep is a device that samples a token when the client has read the one before.
type lockstep struct {
	engine.Clock
	read <-chan struct{}
}

func (l lockstep) Run(step *engine.Step) (time.Time, error) {
	<-l.read
	_, err := l.Clock.Run(step)
	return time.Now(), err
}

// One operation is one token on its way from the device to a client on loopback, which reads it before the next is sampled,
// against a handler that writes the same bytes when the client has read those before. The difference is what engine and server cost
// a token.
func BenchmarkToken(b *testing.B) {
	const most = 1 << 20 // tokens of a stream
	b.Run("handler=bare", func(b *testing.B) {
		read := make(chan struct{}, 1)
		event := []byte(`{"id":"cmpl-AAAAAAAAAAAAAAAAAAAAAAAAAA","object":"text_completion","created":1700000000,"model":"base",` +
			`"choices":[{"index":0,"text":" aaab","logprobs":null,"finish_reason":null,"stop_reason":null}]}`)
		bare := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			events := openai.NewEvents(w, time.Minute)
			for range read {
				events.Add(event)
				if events.Flush() != nil {
					return
				}
			}
		})}
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(b, err)
		go func() { _ = bare.Serve(l) }()
		readTokens(b, "http://"+l.Addr().String(), read)
		require.NoError(b, bare.Close())
	})
	b.Run("handler=server", func(b *testing.B) {
		read := make(chan struct{}, 1)
		e, err := engine.New(engine.Config{Device: lockstep{quick, read}, MaxModelLen: most, MaxNumSeqs: 1})
		require.NoError(b, err)
		s, err := server.New(server.Config{Engine: e})
		require.NoError(b, err)
		require.NoError(b, s.Start("127.0.0.1:0"))
		readTokens(b, s.URL(), read)
		require.NoError(b, s.Close())
	})
}

// readTokens reads one token of a stream an operation.
func readTokens(b *testing.B, url string, read chan<- struct{}) {
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	ctx, leave := context.WithCancel(b.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url+completions,
		strings.NewReader(`{"prompt":"x","max_tokens":1000000,"stream":true}`))
	require.NoError(b, err)
	request.Header.Set("Content-Type", "application/json")
	read <- struct{}{}
	response, err := transport.RoundTrip(request)
	require.NoError(b, err)
	require.Equal(b, http.StatusOK, response.StatusCode)
	from := bufio.NewReader(response.Body)
	nextEvent(b, from)
	for b.Loop() {
		read <- struct{}{}
		if line, err := from.ReadSlice('\n'); err != nil || len(line) < 100 {
			b.Fatalf("%q, %v", line, err)
		}
		if _, err := from.Discard(1); err != nil {
			b.Fatal(err)
		}
	}
	leave()
	close(read)
	require.NoError(b, response.Body.Close())
}
