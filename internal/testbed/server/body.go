package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/tailgate-go/tailgate/internal/openai"
)

// readBody decodes the JSON body of a request of at most limit bytes. Fields that are not known are ignored, as vLLM ignores them.
func readBody(w http.ResponseWriter, r *http.Request, limit int64, into any) *openai.Error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return openai.NewError(http.StatusBadRequest, "", "Unsupported Media Type: Only 'application/json' is allowed")
	}
	if r.ContentLength > limit {
		w.Header().Set("Connection", "close") // the rest of the body is not worth reading
		return tooBig(limit)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		if over := (*http.MaxBytesError)(nil); errors.As(err, &over) {
			return tooBig(limit)
		}
		return openai.NewError(http.StatusBadRequest, "", "The body could not be read: "+err.Error())
	}
	if err := json.Unmarshal(body, into); err != nil {
		return badJSON(err)
	}
	return nil
}

func tooBig(limit int64) *openai.Error {
	return openai.NewError(http.StatusRequestEntityTooLarge, "",
		fmt.Sprintf("The body has more than the %d bytes that are allowed.", limit))
}

// badJSON says what is wrong with a body, and which field is to blame.
func badJSON(err error) *openai.Error {
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
		field := fieldName(wrong.Field)
		if field == "" {
			return openai.NewError(http.StatusBadRequest, "", "The body must be a JSON object, not "+article(wrong.Value)+".")
		}
		return openai.NewError(http.StatusBadRequest, field, fmt.Sprintf("%s must not be %s.", field, article(wrong.Value)))
	}
	return openai.NewError(http.StatusBadRequest, "", "JSON decode error: "+err.Error())
}

// fieldName is a path of encoding/json without the Go structs that are embedded on the way: "Sampling.stop" is stop.
func fieldName(path string) string {
	parts := strings.Split(path, ".")
	kept := parts[:0]
	for _, part := range parts {
		if part != "" && part == strings.ToLower(part) {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, ".")
}

func article(value string) string {
	switch {
	case value == "null":
		return value
	case strings.HasPrefix(value, "array"), strings.HasPrefix(value, "object"):
		return "an " + value
	}
	return "a " + value
}
