package duet

import "strings"

// Failure is a benchmark that failed in a duet, in its own words.
type Failure struct{ Text string }

func (e *Failure) Error() string { return e.Text }

func appendFailure(b []byte, text string) []byte {
	return finish(append(begin(b, kindFailure), text[:min(len(text), maxText)]...))
}

func decodeFailure(body []byte) *Failure {
	return &Failure{Text: strings.ToValidUTF8(string(body), "?")}
}
