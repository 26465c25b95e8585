package serving

import (
	"bytes"
	"io"
	"net/http"
	"strings"
)

const (
	jsonType   = "application/json"
	streamType = "text/event-stream"

	mostOfError = 4 << 10 // bytes of a reply that is an error
)

// check looks at the head of a reply, and at the reply itself where the head says that it is not what was asked for.
func check(response *http.Response, content io.Reader, stream bool) *Fault {
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusSwitchingProtocols: // what follows is of another protocol, and has no end
		return faultIn(nil, response.StatusCode)
	default:
		return faultIn(beginning(content), response.StatusCode)
	}
	want := jsonType
	if stream {
		want = streamType
	}
	got := strings.ToLower(response.Header.Get("Content-Type"))
	if strings.HasPrefix(got, want) {
		return nil
	}
	if speaks(got) {
		if said := errorIn(beginning(content)); said != nil {
			return faultIn(said, response.StatusCode)
		}
	}
	return fault(Malformed, "the reply is %q, where %s was asked for", printable([]byte(response.Header.Get("Content-Type"))), want)
}

// beginning is the beginning of a reply, or as much of it as there is.
func beginning(content io.Reader) []byte {
	text, _ := io.ReadAll(io.LimitReader(content, mostOfError))
	return text
}

// speaks reports whether a reply of the type may hold an error to be understood.
func speaks(kind string) bool {
	return strings.Contains(kind, "json") || strings.HasPrefix(kind, streamType) || strings.HasPrefix(kind, "text/plain")
}

// errorIn is the error in a reply with status 200: the whole of it, or the first event that is one. nil: there is none.
func errorIn(text []byte) []byte {
	if e, err := readChunk(text); err == nil {
		return e.failure
	}
	for line := range bytes.Lines(text) {
		field, data, _ := bytes.Cut(bytes.TrimSpace(line), []byte{':'})
		if string(field) != "data" && string(field) != "error" {
			continue
		}
		if e, err := readChunk(data); err == nil && e.failure != nil {
			return e.failure
		}
	}
	return nil
}
