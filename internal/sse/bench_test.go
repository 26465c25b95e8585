package sse

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"testing"
	"time"
)

// chunk is a chat chunk of one token, as vLLM sends it.
const chunk = `data: {"id":"chatcmpl-2f0c1c9a3d9e4d0b8f6a5e7c1b2d3f40","object":"chat.completion.chunk","created":1760000000,` +
	`"model":"meta-llama/Llama-3.1-8B-Instruct",` +
	`"choices":[{"index":0,"delta":{"content":" token"},"logprobs":null,"finish_reason":null}]}` + "\n\n"

// endless repeats a text, so many bytes at a time.
type endless struct {
	text []byte
	at   int
	most int
}

func (e *endless) Read(to []byte) (int, error) {
	if e.at == len(e.text) {
		e.at = 0
	}
	n := copy(to[:min(len(to), e.most)], e.text[e.at:])
	e.at += n
	return n, nil
}

// BenchmarkReader reads chat chunks of about 250 bytes as fast as they come: one operation is one event.
func BenchmarkReader(b *testing.B) {
	text := bytes.Repeat([]byte(chunk), 256)
	for _, read := range []int{len(chunk), 4 << 10, 32 << 10} {
		b.Run(fmt.Sprintf("from=memory/read=%d_bytes", read), func(b *testing.B) {
			readEvents(b, &endless{text: text, most: read})
		})
	}
	b.Run("from=loopback", func(b *testing.B) { // the sender runs beside, on a core of its own where there is one
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		defer l.Close()
		go func() {
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			for {
				if _, err := c.Write(text); err != nil {
					return
				}
			}
		}()
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		defer c.Close()
		readEvents(b, c)
	})
}

func readEvents(b *testing.B, from io.Reader) {
	b.ReportAllocs()
	b.SetBytes(int64(len(chunk)))
	r := NewReader(0)
	r.Reset(from, time.Now())
	for b.Loop() {
		if _, err := r.Next(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tok/s")
}
