package openai

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// Error is why a request was refused, or why a stream ended early.
type Error struct {
	Message string `json:"message"`
	// Type is BadRequestError, NotFoundError or InternalServerError, else the status in words ("Too Many Requests").
	Type string `json:"type"`
	// Param is the field of the request that is to blame; null when none is.
	Param *string `json:"param"`
	// Code is the HTTP status.
	Code int `json:"code"`
}

// Error is the message.
func (e *Error) Error() string { return e.Message }

// ErrorBody is the body of a response whose status is 400 or above, and the data of the event that ends a stream early.
type ErrorBody struct {
	Error Error `json:"error"`
}

// NewError makes the error that goes with an HTTP status, with the type that vLLM gives it. An empty param means that no field
// is to blame.
func NewError(status int, param, message string) *Error {
	e := &Error{Message: message, Code: status}
	if param != "" {
		e.Param = &param
	}
	switch status {
	case http.StatusBadRequest:
		e.Type = "BadRequestError"
	case http.StatusNotFound:
		e.Type = "NotFoundError"
	case http.StatusInternalServerError:
		e.Type = "InternalServerError"
	default:
		if e.Type = http.StatusText(status); e.Type == "" {
			e.Type = "Error " + strconv.Itoa(status)
		}
	}
	return e
}

// Body is the error as it goes over the wire, without a newline.
func (e *Error) Body() []byte {
	body, err := json.Marshal(ErrorBody{Error: *e})
	if err != nil {
		panic("openai: a struct of strings and a number has no JSON: " + err.Error())
	}
	return body
}

// WriteError answers a request with an error, whose Code is the status. The caller has written nothing yet. The result is what
// writing to the client said.
func WriteError(w http.ResponseWriter, e *Error) error {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(e.Code)
	_, err := w.Write(e.Body())
	return err
}
