// Package instant is the server against which tests measure a load generator: it answers at once, and is a process of its own,
// so that its CPU time is told apart. That process is the test binary once more:
//
//	func TestMain(m *testing.M) {
//		if instant.Serving() {
//			return
//		}
//		os.Exit(m.Run())
//	}
package instant

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// env makes a test binary the server.
const env = "TAILGATE_TEST_INSTANT"

const (
	whole = `{"id":"cmpl-1","choices":[{"index":0,"text":" token","finish_reason":"length"}],` +
		`"usage":{"prompt_tokens":7,"total_tokens":8,"completion_tokens":1}}`
	token = `{"id":"cmpl-1","object":"text_completion","created":1760000000,"model":"m",` +
		`"choices":[{"index":0,"text":" token","logprobs":null,"finish_reason":null,"stop_reason":null}]}`
)

// Start starts a server, which ends with the test, and returns its address. Every request is answered with a completion,
// or below /events/21 with a stream of 21 tokens.
func Start(tb testing.TB) string {
	tb.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), env+"=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			tb.Error(err)
		}
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		tb.Fatal(err)
	}
	return "http://" + strings.TrimSpace(address)
}

// Serving reports whether this process was the server, which ends with its standard input; at once if it is none.
func Serving() bool {
	if os.Getenv(env) == "" {
		return false
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() { _ = http.Serve(l, http.HandlerFunc(answer)) }()
	fmt.Println(l.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
	return true
}

// answer cannot fail but where the client has gone.
func answer(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	path, ok := strings.CutPrefix(r.URL.Path, "/events/")
	if !ok {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, whole)
		return
	}
	number, _, _ := strings.Cut(path, "/")
	n, err := strconv.Atoi(number)
	if err != nil {
		http.Error(w, "a number of events must follow /events/", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	control := http.NewResponseController(w)
	last := strings.Replace(token, `"finish_reason":null`, `"finish_reason":"length"`, 1)
	for i := range n {
		data := token
		if i == n-1 {
			data = last
		}
		_, _ = io.WriteString(w, "data: "+data+"\n\n")
		_ = control.Flush()
	}
	_, _ = fmt.Fprintf(w, "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":%d}}\n\ndata: [DONE]\n\n", n)
}
