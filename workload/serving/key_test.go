package serving

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAKeyIsNeitherSavedNorPrinted(t *testing.T) {
	t.Setenv("TAILGATE_TEST_KEY", "sk-secret")
	target := Target{URL: "http://127.0.0.1:1", APIKeyEnv: "TAILGATE_TEST_KEY"}
	c := clientOf(t, target)
	saved, err := json.Marshal(target)
	require.NoError(t, err)
	_, failed := c.Do(t.Context(), []byte(`{}`), true, time.Time{})
	require.Error(t, failed)
	for _, text := range []string{string(saved), fmt.Sprintf("%+v", target), failed.Error(), fmt.Sprintf("%+v", failed)} {
		assert.NotContains(t, text, "sk-secret")
	}
}

func TestAKeyThatAServerRepeatsIsNotPrinted(t *testing.T) {
	const key = "sk-0123456789abcdefghijklmnopqrstuvwxyz"
	t.Setenv("TAILGATE_TEST_KEY", key)
	long := strings.Repeat("x", mostDetail-10)
	for _, c := range []struct {
		name   string
		handle http.HandlerFunc
		says   string
	}{
		{"in an error", replies(401, jsonKind, `{"error":{"message":"Incorrect API key provided: `+key+`."}}`),
			"Incorrect API key provided: [API key]."},
		{"in an error that is cut", replies(401, jsonKind, `{"error":{"message":"`+long+key+`"}}`), "xx[API key]..."},
		{"in a page", replies(502, "text/html", "<p>Bearer "+key+"</p>"), "<p>Bearer [API key]</p>"},
		{"in an event", replies(200, sseKind, `data: {"error":{"message":"bad key `+key+`"}}`+"\n\n"), "bad key [API key]"},
		{"in the kind of reply", replies(200, "text/"+key, "x"), `"text/[API key]"`},
		{"in what is no JSON", replies(200, sseKind, "data: "+key+"\n\n"), "[API key]"},
		{"in a redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/?"+r.Header.Get("Authorization"), http.StatusFound)
		}, "status 302"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewServer(c.handle)
			defer server.Close()
			_, err := clientOf(t, Target{URL: server.URL, APIKeyEnv: "TAILGATE_TEST_KEY"}).Do(t.Context(), []byte(`{}`), true, time.Time{})
			require.ErrorContains(t, err, c.says)
			assert.NotContains(t, err.Error(), key[:8])
		})
	}
	assert.Equal(t, "keep it up", redacted("keep it up", ""), "no key")
	assert.Equal(t, "keep it up", redacted("keep it up", "it"), "no key is so short")
}

// No redirect is followed, wherever it leads: the key goes to the target alone.
func TestAKeyGoesToTheTargetAlone(t *testing.T) {
	t.Setenv("TAILGATE_TEST_KEY", "sk-secret")
	var elsewhere, here atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			here.Add(1)
			assert.Equal(t, "Bearer sk-secret", r.Header.Get("Authorization"))
			http.Redirect(w, r, other.URL, status)
		}))
		_, err := clientOf(t, Target{URL: server.URL, APIKeyEnv: "TAILGATE_TEST_KEY"}).Do(t.Context(), []byte(`{}`), false, time.Time{})
		require.ErrorContains(t, err, fmt.Sprintf("status %d", status))
		server.Close()
	}
	assert.Equal(t, int64(5), here.Load())
	assert.Zero(t, elsewhere.Load())
}
