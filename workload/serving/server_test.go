package serving

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
)

// serverEnv makes this test binary the server of the benchmarks: a process of its own, so that the CPU time of the load generator is told
// apart from the server's.
const serverEnv = "SERVING_TEST_SERVER"

// serve answers at once: POST with a completion, or with as many events as the query says. It ends with its standard input.
func serve() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	whole := `{"id":"cmpl-1","choices":[{"index":0,"text":" token","finish_reason":"length"}],"usage":{"prompt_tokens":7,"total_tokens":8,"completion_tokens":1}}`
	go func() {
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			if !strings.HasPrefix(r.URL.Path, "/events/") {
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, whole)
				return
			}
			n, _ := strconv.Atoi(strings.Split(r.URL.Path, "/")[2])
			w.Header().Set("Content-Type", "text/event-stream")
			control := http.NewResponseController(w)
			for range n {
				_, _ = io.WriteString(w, "data: "+token+"\n\n")
				_ = control.Flush()
			}
			_, _ = io.WriteString(w, usageOf(7, n)+doneLine)
		}))
	}()
	fmt.Println(l.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
}
