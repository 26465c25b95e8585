package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/openai"
)

// refusal reads the error of a response.
func refusal(t *testing.T, body string) openai.Error {
	t.Helper()
	var e openai.ErrorBody
	require.NoError(t, json.Unmarshal([]byte(body), &e), body)
	require.NotEmpty(t, e.Error.Message)
	return e.Error
}

func TestRefusalsBeforeAnyReplicaIsAsked(t *testing.T) {
	r := newRig(t, 1, Config{MaxBodyBytes: 1000})
	for name, row := range map[string]struct {
		method, path, body string
		status             int
		text               string
	}{
		"an unknown model":       {"POST", "/v1/completions", `{"model":"other"}`, 404, `The model "other" does not exist.`},
		"no model":               {"POST", "/v1/completions", `{"prompt":"hi"}`, 400, "name the model"},
		"no JSON":                {"POST", "/v1/chat/completions", `model=base`, 400, "JSON object"},
		"an empty body":          {"POST", "/v1/completions", ``, 400, "JSON object"},
		"a body that is cut":     {"POST", "/v1/completions", `{"model":"base","prompt":"`, 400, "whole JSON"},
		"two models":             {"POST", "/v1/completions", `{"model":"base","model":"other"}`, 400, "twice"},
		"one byte too many":      {"POST", "/v1/completions", sized(1001), 413, "larger than 1000 bytes"},
		"a path that is not":     {"POST", "/v1/embeddings", `{"model":"base"}`, 404, "no such path"},
		"the wrong method":       {"GET", "/v1/completions", ``, 405, "use POST"},
		"another wrong method":   {"POST", "/v1/models", ``, 405, "use GET"},
		"the methods of metrics": {"DELETE", "/metrics", ``, 405, "use GET"},
	} {
		t.Run(name, func(t *testing.T) {
			response, body := r.send(row.method, row.path, row.body)
			require.Equal(t, row.status, response.StatusCode, body)
			e := refusal(t, body)
			assert.Contains(t, e.Message, row.text)
			assert.Equal(t, row.status, e.Code)
			assert.Equal(t, "application/json", response.Header.Get("Content-Type"))
			assert.Equal(t, row.status == 405, response.Header.Get("Allow") != "")
		})
	}
	assert.Zero(t, r.fakes[0].requests())
	response, _ := r.send("POST", "/v1/completions", sized(1000))
	assert.Equal(t, 200, response.StatusCode, "exactly as many bytes as may be")
}

// sized is a request of so many bytes.
func sized(n int) string {
	s := `{"model":"base","prompt":""}`
	return strings.Replace(s, `""`, `"`+strings.Repeat("p", n-len(s))+`"`, 1)
}

func TestABodyOfUnknownLengthIsLimitedToo(t *testing.T) {
	r := newRig(t, 1, Config{MaxBodyBytes: 100_000})
	for size, status := range map[int]int{100_000: 200, 100_001: 413} {
		body := io.MultiReader(strings.NewReader(sized(size))) // hides its length
		response, err := client.Post(r.url+"/v1/completions", "application/json", body)
		require.NoError(t, err)
		assert.Equal(t, status, response.StatusCode, size)
		response.Body.Close()
	}
	require.Equal(t, 1, r.fakes[0].requests())
	assert.Equal(t, sized(100_000), r.fakes[0].got[0])
}

// dialRaw writes to the gateway by hand, and reads until the gateway hangs up.
func (r *rig) dialRaw(text string) string {
	r.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
	require.NoError(r.t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, text)
	require.NoError(r.t, err)
	got, err := io.ReadAll(conn)
	require.NoError(r.t, err)
	return string(got)
}

func TestSlowClientsAreHungUpOn(t *testing.T) {
	r := newRig(t, 1, Config{HeaderTimeout: 20 * time.Millisecond, BodyTimeout: 20 * time.Millisecond})
	assert.Empty(t, r.dialRaw("POST /v1/completions HTTP/1.1\r\nHost: x\r\nX-Slow: "), "a header without end")
	got := r.dialRaw("POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"model\":")
	assert.Contains(t, got, "408 Request Timeout")
	assert.Contains(t, got, "did not come within 20ms")
	assert.Zero(t, r.fakes[0].requests())
}

func TestAClientThatTakesNothingIsHungUpOn(t *testing.T) {
	ended := make(chan struct{})
	r := newRig(t, 1, Config{ReadTimeout: 50 * time.Millisecond}, func(_ int, f *fake) {
		f.serve = func(w http.ResponseWriter, _ *http.Request) {
			defer close(ended)
			for block := bytes.Repeat([]byte("x"), 1<<16); ; {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		}
	})
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 16\r\n\r\n{\"model\":\"base\"}")
	require.NoError(t, err)
	<-ended
}

func TestModelsAreMerged(t *testing.T) {
	r := newRig(t, 2, Config{}, func(i int, f *fake) {
		if i == 1 {
			f.models = `{"object":"list","data":[{"id":"other","x":[1,2]},{"id":"base","max_model_len":1}]}`
		}
	})
	response, body := r.send("GET", "/v1/models", "")
	require.Equal(t, 200, response.StatusCode)
	assert.JSONEq(t, `{"object":"list","data":[{"id":"base","object":"model","parent":null,"max_model_len":2048},
		{"id":"adapter-0","object":"model","parent":"base"},{"id":"adapter-1","object":"model","parent":"base"},
		{"id":"other","x":[1,2]}]}`, body)

	for model, want := range map[string][]int{"other": {0, 4}, "adapter-1": {4, 0}} { // each where it is
		before := counts(r.fakes)
		for range 4 {
			response, _ := r.post(model)
			require.Equal(t, 200, response.StatusCode)
		}
		after := counts(r.fakes)
		assert.Equal(t, want, []int{after[0] - before[0], after[1] - before[1]}, model)
	}
}

func TestReadCardsRefuses(t *testing.T) {
	for _, text := range []string{``, `{"data":3}`, `{"data":[3]}`, `{"data":[{"id":3}]}`, `[`} {
		_, err := readCards(strings.NewReader(text))
		assert.ErrorContains(t, err, "models:", text)
	}
	cards, err := readCards(strings.NewReader(`{}`))
	require.NoError(t, err)
	assert.NotNil(t, cards, "an empty list is a list")
}

func TestAConfiguredModelThatNoListHasIsTried(t *testing.T) {
	r := newRig(t, 1, Config{Models: map[string]Criticality{"loaded-just-now": Sheddable}})
	response, _ := r.post("loaded-just-now")
	assert.Equal(t, 200, response.StatusCode)
}

func TestHealthIsThatOfTheBestReplica(t *testing.T) {
	r := newRig(t, 2, Config{HealthInterval: time.Millisecond}, func(i int, f *fake) {
		if i == 0 {
			f.health = 503
		}
	})
	response, _ := r.send("GET", "/health", "")
	assert.Equal(t, 200, response.StatusCode)
	response, _ = r.send("HEAD", "/health", "")
	assert.Equal(t, 200, response.StatusCode)
	r.fakes[1].set(func(f *fake) { f.health = 500 })
	require.NoError(t, r.g.await(t.Context(), func() bool { return !r.g.anyUp() }))
	response, body := r.send("GET", "/health", "")
	assert.Equal(t, 503, response.StatusCode)
	assert.Equal(t, "no replica is up", refusal(t, body).Message)
}

func TestMetricsTellOfEachReplica(t *testing.T) {
	r := newRig(t, 2, Config{HealthInterval: time.Hour}, func(i int, f *fake) { f.load = load{waiting: 3 + i, running: 2, kv: 0.25} })
	r.set(0, func(*fake) {})
	r.set(1, func(*fake) {})
	r.post("base")
	r.post("nobody")
	require.NoError(t, r.idle())
	response, body := r.send("GET", "/metrics", "")
	require.Equal(t, 200, response.StatusCode)
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(body))
	require.NoError(t, err)
	read := func(name string, labels map[string]string) float64 {
		t.Helper()
		for _, m := range families["tailgate_gateway_"+name].GetMetric() {
			matches := 0
			for _, pair := range m.GetLabel() {
				if labels[pair.GetName()] == pair.GetValue() {
					matches++
				}
			}
			if matches == len(labels) {
				return value(m)
			}
		}
		t.Fatalf("no %s %v in\n%s", name, labels, body)
		return 0
	}
	at := func(i int) map[string]string { return map[string]string{"replica": r.fakes[i].url} }
	for i := range r.fakes {
		assert.Equal(t, 1.0, read("replica_up", at(i)))
		assert.Equal(t, 1.0, read("replica_metrics_fresh", at(i)))
		assert.Equal(t, 0.0, read("replica_requests_in_flight", at(i)))
		assert.Equal(t, 2.0, read("replica_requests_running", at(i)))
		assert.Equal(t, float64(3+i), read("replica_requests_waiting", at(i)))
		assert.Equal(t, 0.25, read("replica_kv_cache_usage_perc", at(i)))
	}
	assert.Equal(t, 1.0, read("responses_total", map[string]string{"replica": r.fakes[0].url, "code": "200"}))
	assert.Equal(t, 1.0, read("refusals_total", map[string]string{"reason": "unknown_model"}))
}

func TestHeadersAreThoseOfAProxy(t *testing.T) {
	r := newRig(t, 1, Config{}, func(_ int, f *fake) {
		f.serve = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Connection", "X-Hop-Back")
			w.Header().Set("X-Hop-Back", "secret")
			w.Header().Set("X-Back", "kept")
			f.answer(w)
		}
	})
	request, err := http.NewRequestWithContext(t.Context(), "POST", r.url+"/v1/completions", strings.NewReader(`{"model":"base"}`))
	require.NoError(t, err)
	for name, value := range map[string]string{
		"Connection": "Upgrade, X-Hop", "Upgrade": "websocket", "X-Hop": "secret", "Te": "trailers",
		"Proxy-Authorization": "secret", "Keep-Alive": "3",
		"X-Forwarded-For": "10.0.0.1", "Authorization": "Bearer key", "X-Kept": "kept", "Expect": "100-continue",
		"Accept-Encoding": "gzip",
	} {
		request.Header.Set(name, value)
	}
	response, err := client.Do(request)
	require.NoError(t, err)
	response.Body.Close()
	require.Equal(t, 200, response.StatusCode)
	assert.Equal(t, "kept", response.Header.Get("X-Back"))
	assert.Empty(t, response.Header.Get("X-Hop-Back"))
	got := r.fakes[0].headers[0]
	for _, name := range []string{"Connection", "Upgrade", "X-Hop", "Proxy-Authorization", "Keep-Alive", "Expect"} {
		assert.Empty(t, got.Get(name), name)
	}
	assert.Equal(t, "127.0.0.1", got.Get("X-Forwarded-For"))
	assert.Equal(t, "Bearer key", got.Get("Authorization"))
	assert.Equal(t, "kept", got.Get("X-Kept"))
	assert.Equal(t, "gzip", got.Get("Accept-Encoding"))
}

func TestSaturationByClass(t *testing.T) {
	models := map[string]Criticality{"adapter-0": Critical, "adapter-1": Sheddable} // base is standard
	for name, row := range map[string]struct {
		loads  []load
		status map[string]int
	}{
		"room everywhere": {[]load{{}, {}}, map[string]int{"adapter-0": 200, "base": 200, "adapter-1": 200}},
		"room at one": {
			[]load{{waiting: 200}, {waiting: 3, kv: 0.8}}, map[string]int{"adapter-0": 200, "base": 200, "adapter-1": 200},
		},
		"queues": {
			[]load{{waiting: 6}, {waiting: 7}}, map[string]int{"adapter-0": 200, "base": 200, "adapter-1": 429},
		},
		"full caches":              {[]load{{kv: 0.9}, {kv: 1}}, map[string]int{"adapter-0": 200, "base": 200, "adapter-1": 429}},
		"a queue and a full cache": {[]load{{waiting: 6}, {kv: 0.9}}, map[string]int{"adapter-0": 200, "base": 200, "adapter-1": 429}},
		"queues that are very long": {
			[]load{{waiting: 129}, {waiting: 500}}, map[string]int{"adapter-0": 200, "base": 429, "adapter-1": 429},
		},
		"no replica knows its queue": {nil, map[string]int{"adapter-0": 200, "base": 200, "adapter-1": 429}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, 2, Config{Models: models, ScrapeInterval: time.Millisecond}, func(i int, f *fake) {
				if row.loads == nil {
					f.load.kv = -1 // the page is refused
				} else {
					f.load = row.loads[i]
				}
			})
			for model, status := range row.status {
				response, body := r.post(model)
				assert.Equal(t, status, response.StatusCode, model)
				if status == 429 {
					assert.Equal(t, "1", response.Header.Get("Retry-After"))
					assert.Contains(t, refusal(t, body).Message, "busy")
				}
			}
		})
	}
}

func TestAnAdapterStaysWhereItIsUntilTheQueueIsTooLong(t *testing.T) {
	r := newRig(t, 3, Config{Spread: -1}, func(i int, f *fake) {
		f.load.maxLoRA = 2
		if i == 1 {
			f.load.adapters = map[string]bool{"adapter-0": true}
			f.load.waiting, f.load.kv = 100, 0.9
		}
	})
	for range 10 {
		r.post("adapter-0")
	}
	assert.Equal(t, []int{0, 10, 0}, counts(r.fakes))
	r.set(1, func(f *fake) { f.load.waiting = 129 })
	r.post("adapter-0")
	assert.Equal(t, 10, r.fakes[1].requests(), "its queue is longer than 128")
	r.set(1, func(f *fake) { f.load.waiting = 0 })
	r.post("base")
	assert.Equal(t, 10, r.fakes[1].requests(), "for the base model its full cache counts")
}

func TestABurstIsSpreadThoughMetricsSeeNothingOfIt(t *testing.T) {
	const replicas, each = 4, 5
	release := make(chan struct{})
	arrived := make(chan struct{}, replicas*each)
	r := newRig(t, replicas, Config{ScrapeInterval: time.Hour - 1, StaleAfter: time.Hour}, func(_ int, f *fake) {
		f.serve = func(w http.ResponseWriter, _ *http.Request) {
			arrived <- struct{}{}
			<-release
			f.answer(w)
		}
	})
	done := make(chan int)
	for range replicas * each {
		go func() {
			response, _ := r.post("base")
			done <- response.StatusCode
		}()
	}
	for range replicas * each {
		<-arrived
	}
	for _, n := range counts(r.fakes) {
		assert.Equal(t, each, n)
	}
	close(release)
	for range replicas * each {
		assert.Equal(t, 200, <-done)
	}
}
