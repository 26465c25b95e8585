package serving

import (
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"strings"
)

// API is a way to ask for text.
type API string

const (
	Completions API = "completions" // POST /v1/completions; the default
	Chat        API = "chat"        // POST /v1/chat/completions, the prompt as one message of a user
)

// Target is the server that requests go to.
type Target struct {
	// URL is the server's address, http://host:port, with a path before /v1 where it has one.
	URL string `json:"url,omitempty"`

	// API is the way to ask; empty means Completions.
	API API `json:"api,omitempty"`

	// Headers are sent with every request. They are no place for a key: they are saved with results.
	Headers map[string]string `json:"headers,omitempty"`

	// APIKeyEnv names the environment variable that has the API key, which is sent as a bearer token and kept nowhere.
	// Empty means none.
	APIKeyEnv string `json:"api_key_env,omitempty"`

	// AnyModel accepts replies that say they are of another model than was asked for, as behind a gateway that renames models.
	AnyModel bool `json:"any_model,omitempty"`

	// CAFile is a file of certificates, in PEM, of authorities that are trusted beside the system's to have signed an https server's;
	// a scenario's is relative to its file. Empty means none.
	CAFile string `json:"ca_file,omitempty"`

	// InsecureTLS has any certificate of an https server accepted: whoever is between can read and answer what is sent, the API key
	// included. Runs and gates say that it was so.
	InsecureTLS bool `json:"insecure_tls,omitempty"`

	// Metrics are the addresses of the Prometheus pages of the servers behind; empty means none. Of a server that a gate names it is
	// the page /metrics there.
	Metrics []string `json:"metrics,omitempty"`
}

// reserved headers are the client's own.
var reserved = []string{
	"Authorization", "Content-Length", "Content-Type", "Host", "Idempotency-Key", "Proxy-Authorization", "Transfer-Encoding",
}

// validate returns the field at fault, and the fault. A URL may be missing where none is needed yet.
func (t Target) validate() (field string, err error) {
	if t.URL != "" {
		if err := checkURL(t.URL); err != nil {
			return "url", err
		}
	}
	if t.API != "" && t.API != Completions && t.API != Chat {
		return "api", fmt.Errorf("api is %q; write %q or %q", t.API, Completions, Chat)
	}
	for name, value := range t.Headers {
		canonical := textproto.CanonicalMIMEHeaderKey(name)
		for _, r := range reserved {
			if canonical == r {
				return "headers", fmt.Errorf("header %s is the client's own; leave it out (an API key belongs "+
					"in the variable that api_key_env names)", canonical)
			}
		}
		if strings.ContainsAny(name, " \t\r\n:") || name == "" || strings.ContainsAny(value, "\r\n\x00") {
			return "headers", fmt.Errorf("header %q has characters that no header has; write a name and a value of one line", name)
		}
	}
	if strings.ContainsAny(t.APIKeyEnv, "= \t\r\n\x00") {
		return "api_key_env", errors.New("api_key_env is no name of an environment variable; write such a name, not the key")
	}
	if t.InsecureTLS && t.CAFile != "" {
		return "insecure_tls", errors.New("insecure_tls trusts any certificate, so that ca_file decides nothing; leave one of them out")
	}
	for i, m := range t.Metrics {
		if err := checkURL(m); err != nil {
			return fmt.Sprintf("metrics[%d]", i), err
		}
	}
	return "", nil
}

// checkURL checks an address, without giving away what a key might be in.
func checkURL(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return errors.New("url is no http:// or https:// address; write one, such as http://127.0.0.1:8000")
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("url has a user, a query or a fragment; write http://host:port and a path, " +
			"and put an API key into an environment variable")
	}
	return nil
}

// path is where requests are posted to.
func (t Target) path() string {
	base := strings.TrimSuffix(strings.TrimSuffix(t.URL, "/"), "/v1")
	if t.API == Chat {
		return base + "/v1/chat/completions"
	}
	return base + "/v1/completions"
}

// header is what every request has. The error is that the API key is not to be had.
func (t Target) header() (http.Header, error) {
	h := http.Header{"Content-Type": {"application/json"}, "User-Agent": {"tailgate"}}
	for name, value := range t.Headers {
		h.Set(name, value)
	}
	if t.APIKeyEnv == "" {
		return h, nil
	}
	key := os.Getenv(t.APIKeyEnv)
	if key == "" || strings.ContainsAny(key, "\r\n\x00") {
		return nil, fmt.Errorf("environment variable %s has no API key; set it to one line, "+
			"and under a gate name it in Gate.Env", t.APIKeyEnv)
	}
	h.Set("Authorization", "Bearer "+key)
	return h, nil
}
