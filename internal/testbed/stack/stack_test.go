package stack_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tailgate-go/tailgate/internal/openai"
	"github.com/tailgate-go/tailgate/internal/testbed/engine"
	"github.com/tailgate-go/tailgate/internal/testbed/kernel"
	"github.com/tailgate-go/tailgate/internal/testbed/stack"
)

// A connection that is closed on a client which still sends lingers for half a second (net/http, rstAvoidanceDelay),
// with or without us.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"))
}

// rig is a stack and a client of it.
type rig struct {
	*testing.T
	*stack.Stack
	client *http.Client
}

func start(t *testing.T, c stack.Config) *rig {
	t.Helper()
	s, err := stack.Start(c)
	require.NoError(t, err)
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		require.NoError(t, s.Close())
	})
	return &rig{t, s, &http.Client{Transport: transport}}
}

// clock is a device of every replica.
func clock(c engine.Clock) func(int) (engine.Device, error) {
	return func(int) (engine.Device, error) { return c, nil }
}

func (r *rig) post(body string) (*http.Response, error) {
	return r.client.Post(r.URL()+"/v1/completions", "application/json", strings.NewReader(body))
}

// stream asks for a stream and reads all of it. An error is anything but a whole one.
func (r *rig) stream(body string) error {
	response, err := r.post(body)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	all, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if text := string(all); !strings.HasPrefix(text, `data: {"id":`) || !strings.HasSuffix(text, "data: [DONE]\n\n") {
		return fmt.Errorf("no whole stream: %s", text)
	}
	return nil
}

func (r *rig) idle() {
	r.Helper()
	require.Eventually(r, func() bool {
		return !slices.ContainsFunc(r.Replicas(), func(x *stack.Replica) bool {
			s := x.Stats()
			return s.Running+s.Waiting+s.KVBlocks > 0
		})
	}, 10*time.Second, time.Millisecond)
}

func TestAStackAnswersThroughItsGateway(t *testing.T) {
	r := start(t, stack.Config{
		Replicas: 3, Device: clock(engine.Clock{Base: 100 * time.Microsecond}), Model: "llama",
		Adapters: []string{"a0", "a1"}, MaxLoras: 2,
	})
	response, err := r.client.Get(r.URL() + "/v1/models")
	require.NoError(t, err)
	var list openai.ModelList
	require.NoError(t, json.NewDecoder(response.Body).Decode(&list))
	require.NoError(t, response.Body.Close())
	require.Len(t, list.Data, 3)
	assert.Equal(t, "llama", *list.Data[2].Parent)

	var clients sync.WaitGroup
	for i := range 30 {
		clients.Go(func() {
			err := r.stream(fmt.Sprintf(`{"model":%q,"prompt":"hello","max_tokens":8,"stream":true}`, []string{"llama", "a0", "a1"}[i%3]))
			assert.NoError(t, err)
		})
	}
	clients.Wait()
	var tokens, used int
	for _, replica := range r.Replicas() {
		s := replica.Stats()
		tokens += int(s.GenerationTokens)
		if s.Steps > 0 {
			used++
		}
	}
	assert.Equal(t, 30*8, tokens)
	assert.Greater(t, used, 1, "one replica has done it all")

	response, err = r.post(`{"model":"nobody","prompt":"x"}`)
	require.NoError(t, err)
	assert.Equal(t, http.StatusNotFound, response.StatusCode)
	require.NoError(t, response.Body.Close())
	r.idle()
}

func TestAStackOfDecodersComputes(t *testing.T) {
	d, err := kernel.NewDecoder(kernel.Tiny(), 7)
	require.NoError(t, err)
	r := start(t, stack.Config{
		Replicas: 2, Adapters: []string{"a0"}, MaxLoras: 1,
		Device: func(int) (engine.Device, error) { return engine.NewKernel(d.Clone(), -1), nil },
		Engine: engine.Config{MaxModelLen: 64, MaxNumSeqs: 4},
	})
	texts := map[string]string{}
	for _, model := range []string{"base", "a0", "base", "a0"} {
		response, err := r.post(`{"model":"` + model + `","prompt":"the quick brown fox","max_tokens":12,"temperature":0}`)
		require.NoError(t, err)
		var c openai.Completion
		require.NoError(t, json.NewDecoder(response.Body).Decode(&c))
		require.NoError(t, response.Body.Close())
		require.Len(t, c.Choices, 1)
		assert.Equal(t, 12, c.Usage.CompletionTokens)
		if text, ok := texts[model]; ok {
			assert.Equal(t, text, c.Choices[0].Text, "greedy, and the same weights on every replica")
		}
		texts[model] = c.Choices[0].Text
	}
	assert.NotEqual(t, texts["base"], texts["a0"])
}

// The planted regression of the guide: 15 adapters in 3 slots wait for one another, in 15 slots they do not. The times are those
// of the modelled schedule, as the replicas' own metrics say them: how late this machine is does not matter.
func TestFewSlotsForManyAdaptersRaiseTheTTFT(t *testing.T) {
	device := engine.Clock{Base: 2 * time.Millisecond, LoadCPU: time.Millisecond, LoadDisk: time.Millisecond}
	var adapters []string
	for i := range 15 {
		adapters = append(adapters, fmt.Sprint("adapter-", i))
	}
	mean := func(slots int) float64 {
		r := start(t, stack.Config{
			Replicas: 2, Device: clock(device), Adapters: adapters, MaxLoras: slots, Engine: engine.Config{MaxCPULoras: 15},
		})
		const load = 60
		var clients sync.WaitGroup
		for i := range load {
			clients.Go(func() {
				err := r.stream(fmt.Sprintf(`{"model":%q,"prompt":"hello","max_tokens":10,"stream":true}`, adapters[i%len(adapters)]))
				assert.NoError(t, err)
			})
		}
		clients.Wait()
		seconds := 0.0
		for _, replica := range r.Replicas() {
			seconds += r.metric(replica, "vllm:time_to_first_token_seconds_sum")
		}
		t.Logf("%d slots: mean TTFT %.1f ms", slots, 1000*seconds/load)
		return seconds / load
	}
	many, few := mean(15), mean(3)
	assert.Greater(t, few, many)
}

// metric is the value of a replica's metric, whatever its labels.
func (r *rig) metric(of *stack.Replica, name string) float64 {
	r.Helper()
	response, err := r.client.Get(of.URL() + "/metrics")
	require.NoError(r, err)
	defer response.Body.Close()
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), name+"{"); ok {
			_, text, _ := strings.Cut(rest, "} ")
			value, err := strconv.ParseFloat(text, 64)
			require.NoError(r, err)
			return value
		}
	}
	require.Fail(r, "no such metric", name)
	return 0
}

func TestAReplicaThatDiesInAStreamIsSaidAndRoutedAround(t *testing.T) {
	r := start(t, stack.Config{Replicas: 2, Device: clock(engine.Clock{Base: 10 * time.Millisecond})})
	const streams = 8
	type outcome struct {
		whole, said bool
		err         error
	}
	outcomes := make(chan outcome, streams)
	begun := make(chan bool, streams)
	for i := range streams {
		go func() {
			response, err := r.post(fmt.Sprintf(`{"model":"base","prompt":"hello","max_tokens":%d,"stream":true}`, 100+i))
			if err != nil {
				outcomes <- outcome{err: err}
				return
			}
			defer response.Body.Close()
			from := bufio.NewReader(response.Body)
			_, err = from.ReadString('\n')
			begun <- true
			rest, last := io.ReadAll(from)
			outcomes <- outcome{
				whole: strings.HasSuffix(string(rest), "data: [DONE]\n\n"), said: strings.Contains(string(rest), `"error":{`),
				err: errors.Join(err, last),
			}
		}()
	}
	for range streams {
		<-begun
	}
	cut := r.Replicas()[0].Stats().Running
	require.NotZero(t, cut)
	require.NoError(t, r.Replicas()[0].Close())
	died := time.Now()
	for range 20 { // at once, and through the time until the gateway knows: what has not begun goes elsewhere
		err := r.stream(`{"model":"base","prompt":"hello","max_tokens":2,"stream":true}`)
		assert.NoError(t, err)
	}
	t.Logf("20 requests within %v of the death", time.Since(died))
	wholes := 0
	for range streams {
		o := <-outcomes
		if o.whole {
			wholes++
			assert.NoError(t, o.err)
			assert.False(t, o.said)
		} else {
			assert.True(t, o.said || o.err != nil, "a stream ended early, and nothing said so")
		}
	}
	assert.Less(t, wholes, streams, "none was cut")
	assert.GreaterOrEqual(t, wholes, streams-cut, "only the streams of the dead replica are cut")
	r.idle()

	require.NoError(t, r.Replicas()[1].Close())
	var e openai.ErrorBody
	require.Eventually(t, func() bool {
		response, err := r.post(`{"model":"base","prompt":"hello"}`)
		require.NoError(t, err)
		defer response.Body.Close()
		require.NoError(t, json.NewDecoder(response.Body).Decode(&e))
		require.GreaterOrEqual(t, response.StatusCode, 500)
		return response.StatusCode == http.StatusServiceUnavailable
	}, 10*time.Second, 10*time.Millisecond, "all replicas are down")
	assert.Equal(t, 503, e.Error.Code)
}

func TestAStackShutsDownWithoutALoss(t *testing.T) {
	r := start(t, stack.Config{Replicas: 2, Device: clock(engine.Clock{Base: 2 * time.Millisecond})})
	const load = 20
	ends := make(chan error, load)
	for range load {
		go func() {
			err := r.stream(`{"model":"base","prompt":"hello","max_tokens":30,"stream":true}`)
			ends <- err
		}()
	}
	require.Eventually(t, func() bool {
		return r.Replicas()[0].Stats().PromptTokens+r.Replicas()[1].Stats().PromptTokens >= load
	}, 10*time.Second, time.Millisecond)
	require.NoError(t, r.Shutdown(context.Background()))
	for range load {
		assert.NoError(t, <-ends)
	}
}

func TestAStackThatCannotBeLeavesNothingBehind(t *testing.T) {
	for name, c := range map[string]struct {
		config stack.Config
		want   string
	}{
		"replicas below 0": {stack.Config{Replicas: -1}, "Replicas is -1"},
		"a device that is not": {
			stack.Config{Device: func(i int) (engine.Device, error) { return nil, errors.New("no device") }}, "replica 0: no device",
		},
		"the third of three": {stack.Config{Replicas: 3, Device: func(i int) (engine.Device, error) {
			if i == 2 {
				return nil, errors.New("none left")
			}
			return engine.H100(), nil
		}}, "replica 2: none left"},
		"a name that is two":    {stack.Config{Model: "a", Adapters: []string{"a"}}, "the name of the base model"},
		"a gateway that is not": {func() (c stack.Config) { c.Gateway.ShedKV = 2; return c }(), "ShedKV is 2"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := stack.Start(c.config)
			assert.ErrorContains(t, err, "stack: ")
			assert.ErrorContains(t, err, c.want)
		})
	}
}
