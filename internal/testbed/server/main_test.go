package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tailgate-go/tailgate/internal/openai"
	"github.com/tailgate-go/tailgate/internal/testbed/engine"
	"github.com/tailgate-go/tailgate/internal/testbed/server"
	"github.com/tailgate-go/tailgate/internal/testbed/tokens"
)

// A connection that is closed on a client which still sends lingers for half a second (net/http, rstAvoidanceDelay),
// with or without us.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"))
}

// quick is a device that hardly takes time.
var quick = engine.Clock{Base: 10 * time.Microsecond}

// rig is a server with its engine, and a client.
type rig struct {
	*testing.T
	server *server.Server
	engine *engine.Engine
	client *http.Client
	url    string
}

// build makes a server and its engine.
func build(t *testing.T, of engine.Config, c server.Config) *rig {
	t.Helper()
	if of.Device == nil {
		of.Device = quick
	}
	e, err := engine.New(of)
	require.NoError(t, err)
	c.Engine = e
	s, err := server.New(c)
	require.NoError(t, err)
	return &rig{T: t, server: s, engine: e}
}

// start starts a server on loopback.
func start(t *testing.T, of engine.Config, c server.Config) *rig {
	t.Helper()
	r := build(t, of, c)
	require.NoError(t, r.server.Start("127.0.0.1:0"))
	transport := &http.Transport{}
	r.client, r.url = &http.Client{Transport: transport}, r.server.URL()
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		require.NoError(t, r.server.Close())
	})
	return r
}

// startPipes starts a server whose connections are pipes without buffers, for a bubble of testing/synctest: what the client does
// not read, the server has not written. Call the result before the bubble ends.
func startPipes(t *testing.T, of engine.Config, c server.Config) (r *rig, end func()) {
	t.Helper()
	r = build(t, of, c)
	l := &pipes{connections: make(chan net.Conn), closed: make(chan struct{})}
	r.server.Serve(l)
	transport := &http.Transport{DialContext: l.dial}
	r.client, r.url = &http.Client{Transport: transport}, "http://pipe"
	return r, func() {
		transport.CloseIdleConnections()
		require.NoError(t, r.server.Close())
	}
}

// pipes is a listener whose connections are pipes.
type pipes struct {
	connections chan net.Conn
	once        sync.Once
	closed      chan struct{}
}

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, served := net.Pipe()
	select {
	case p.connections <- served:
		return client, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.connections:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.IPAddr{} }

// request is a POST of a body.
func (r *rig) request(path, body string) *http.Request {
	r.Helper()
	request, err := http.NewRequest(http.MethodPost, r.url+path, strings.NewReader(body))
	require.NoError(r, err)
	request.Header.Set("Content-Type", "application/json")
	return request
}

// post sends a body to a path.
func (r *rig) post(path, body string) *http.Response {
	r.Helper()
	response, err := r.client.Post(r.url+path, "application/json", strings.NewReader(body))
	require.NoError(r, err)
	return response
}

// get is the body of a GET, whatever its status.
func (r *rig) get(path string) (status int, body string) {
	r.Helper()
	response, err := r.client.Get(r.url + path)
	require.NoError(r, err)
	return response.StatusCode, string(r.read(response))
}

func (r *rig) read(response *http.Response) []byte {
	r.Helper()
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(r, err)
	return body
}

// ask posts a body and decodes the answer, which has this status.
func (r *rig) ask(path, body string, status int, into any) {
	r.Helper()
	response := r.post(path, body)
	answer := r.read(response)
	require.Equal(r, status, response.StatusCode, "%s", answer)
	require.Equal(r, "application/json", response.Header.Get("Content-Type"))
	require.NoError(r, json.Unmarshal(answer, into))
}

// error is the error that a response says.
func (r *rig) error(response *http.Response) openai.Error {
	r.Helper()
	var e openai.ErrorBody
	answer := r.read(response)
	require.NoError(r, json.Unmarshal(answer, &e), "%s", answer)
	require.Equal(r, response.StatusCode, e.Error.Code)
	require.NotEmpty(r, e.Error.Type)
	return e.Error
}

// in is the rig in a subtest.
func (r *rig) in(t *testing.T) *rig {
	within := *r
	within.T = t
	return &within
}

// events posts a body and returns the data of the events, of which each ends as it must.
func (r *rig) events(path, body string) []string {
	r.Helper()
	response := r.post(path, body)
	answer := r.read(response)
	require.Equal(r, http.StatusOK, response.StatusCode, "%s", answer)
	require.Equal(r, "text/event-stream; charset=utf-8", response.Header.Get("Content-Type"))
	return split(r, answer)
}

func split(t require.TestingT, stream []byte) []string {
	var all []string
	for event := range strings.SplitSeq(strings.TrimSuffix(string(stream), "\n\n"), "\n\n") {
		data, ok := strings.CutPrefix(event, "data: ")
		require.True(t, ok, "%q", event)
		require.NotContains(t, data, "\n")
		all = append(all, data)
	}
	return all
}

// nextEvent reads one event of a stream that goes on.
func nextEvent(t require.TestingT, from *bufio.Reader) string {
	line, err := from.ReadString('\n')
	require.NoError(t, err)
	_, err = from.Discard(1)
	require.NoError(t, err)
	return strings.TrimSuffix(strings.TrimPrefix(line, "data: "), "\n")
}

// idle waits until the engine has nothing left, and asserts that it holds nothing.
func (r *rig) idle() {
	r.Helper()
	require.Eventually(r, func() bool {
		s := r.engine.Stats()
		return s.Running == 0 && s.Waiting == 0 && s.KVBlocks == 0
	}, 10*time.Second, time.Millisecond)
}

// words is the vocabulary of a device.
func words(t require.TestingT, d engine.Device) tokens.Vocabulary {
	v, err := tokens.New(d.Model().Vocab)
	require.NoError(t, err)
	return v
}

// held is a device whose steps begin when the test lets them.
type held struct {
	engine.Clock
	steps chan struct{} // one a step; closed: all
	err   error         // of every step
	chunk error         // of every chunk
}

func hold() *held { return &held{Clock: quick, steps: make(chan struct{}, 1000)} }

func (h *held) let(steps int) {
	for range steps {
		h.steps <- struct{}{}
	}
}

func (h *held) Run(step *engine.Step) (time.Time, error) {
	<-h.steps
	if h.err != nil {
		return time.Time{}, h.err
	}
	_, err := h.Clock.Run(step)
	if h.chunk != nil {
		for i := range step.Chunks {
			step.Chunks[i].Err = h.chunk
		}
	}
	return time.Now(), err
}
