package serving

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// dialled is a connection as the client makes them, and the server's end of it.
func dialled(t *testing.T) (client, server net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	accepted := make(chan net.Conn, 1)
	go func() {
		c, err := l.Accept()
		assert.NoError(t, err)
		accepted <- c
	}()
	client, err = newConns(&url.URL{Scheme: "http", Host: l.Addr().String()}).dial(context.Background())
	require.NoError(t, err)
	server = <-accepted
	require.NoError(t, l.Close())
	t.Cleanup(func() { _, _ = client.Close(), server.Close() })
	return client, server
}

// More than the sockets' buffers hold goes over as soon as the other end reads, in both directions.
func TestAConnectionCarriesMoreThanItsBuffers(t *testing.T) {
	client, server := dialled(t)
	sent := bytes.Repeat([]byte("0123456789abcde\n"), 1<<20)
	back := make(chan error, 1)
	go func() {
		_, err := io.CopyN(server, server, int64(len(sent))) // an echo
		back <- err
	}()
	wrote := make(chan error, 1)
	go func() {
		n, err := client.Write(sent)
		assert.Equal(t, len(sent), n)
		wrote <- err
	}()
	got := make([]byte, len(sent))
	_, err := io.ReadFull(client, got)
	require.NoError(t, err)
	require.NoError(t, <-wrote)
	require.NoError(t, <-back)
	assert.True(t, bytes.Equal(sent, got))
}

func TestAConnectionEnds(t *testing.T) {
	one := make([]byte, 1)
	for _, c := range []struct {
		name string
		end  func(client, server net.Conn)
		read func(t *testing.T, err error)
	}{
		{"closed by the server", func(_, server net.Conn) {
			_ = server.Close()
		}, func(t *testing.T, err error) { assert.Equal(t, io.EOF, err) }},
		{"closed by the client", func(client, _ net.Conn) {
			_ = client.Close()
		}, func(t *testing.T, err error) { assert.ErrorIs(t, err, net.ErrClosed) }},
		{"its deadline passed", func(client, _ net.Conn) { _ = client.SetDeadline(past) }, func(t *testing.T, err error) {
			assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
		}},
		{"reset by the server", func(_, server net.Conn) {
			_ = server.(*net.TCPConn).SetLinger(0)
			_ = server.Close()
		}, func(t *testing.T, err error) { assert.ErrorContains(t, err, "connection reset") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			client, server := dialled(t)
			read := make(chan error)
			go func() {
				_, err := client.Read(one)
				read <- err
			}()
			c.end(client, server) // before or in the read
			c.read(t, <-read)
		})
	}
}

func TestAWriteThatNobodyReadsEndsAtItsDeadline(t *testing.T) {
	client, _ := dialled(t)
	require.NoError(t, client.SetDeadline(time.Now().Add(20*time.Millisecond)))
	n, err := client.Write(make([]byte, 64<<20))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	assert.Less(t, n, 64<<20)
	n, err = client.Read(nil)
	assert.Zero(t, n, "nothing is read where nothing is asked for")
	assert.NoError(t, err)
}
