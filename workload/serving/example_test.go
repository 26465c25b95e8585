package serving_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/tailgate-go/tailgate/workload/serving"
)

func ExampleClient() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "data: {\"choices\":[{\"text\":\"Good\"}]}\n\n"+
			"data: {\"choices\":[{\"text\":\" morning\",\"finish_reason\":\"stop\"}]}\n\n"+
			"data: {\"choices\":[],\"usage\":{\"prompt_tokens\":4,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n")
	}))
	defer server.Close()

	client, err := serving.NewClient(serving.Target{URL: server.URL})
	if err != nil {
		panic(err)
	}
	defer client.Close()
	body, err := client.Body(serving.Request{Model: "m", Prompt: "Say good morning.", MaxTokens: 2, Stream: true})
	if err != nil {
		panic(err)
	}
	reply, err := client.Do(context.Background(), body, true, time.Time{})
	fmt.Println(reply.PromptTokens, reply.OutputTokens, reply.TTFT > 0, reply.TTFT <= reply.Latency, err)
	// Output: 4 2 true true <nil>
}

func ExampleParseScenario() {
	s, err := serving.ParseScenario("chat.json", []byte(`{
		"version": 1, "name": "chat", "model": "llama", "dataset": {"file": "sharegpt.json"},
		"rates": [20, 40], "duration": "300s", "stream": true,
		"adapters": [{"name": "adapter-0", "share": 0.9, "tier": "high"}, {"name": "adapter-1", "share": 0.1, "tier": "low"}]
	}`))
	fmt.Println(s.Load(40).Requests, s.Models(6), err)

	_, err = serving.ParseScenario("chat.json", []byte(`{"version": 1, "name": "chat", "rate": 20}`))
	fmt.Println(err)
	// Output:
	// 12000 [adapter-0 adapter-0 adapter-0 adapter-0 adapter-0 adapter-0] <nil>
	// chat.json:1:32: unknown field "rate"
}
