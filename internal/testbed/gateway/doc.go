// Package gateway is one address in front of several model servers: it picks a replica per request, passes the answer through as it
// comes, and routes around a replica that fails.
//
//	g, err := gateway.New(gateway.Config{Replicas: []string{"http://127.0.0.1:8001", "http://127.0.0.1:8002"}})
//	...
//	defer g.Close()
//	server := g.Server()
//	err = server.Serve(listener)
//
// The pick is that of the endpoint picker of kubernetes-sigs/gateway-api-inference-extension (below: the picker), whose regression
// guide this module runs:
//
//   - Metrics of each replica are read every 50 ms (--refresh-metrics-interval) and too old after 2 s
//     (--metrics-staleness-threshold).
//
//   - A request that may be shed is only sent where at most 5 requests wait and at most 0.8 of the KV cache is in use
//     (pkg/epp/scheduling/config/config.go, pkg/epp/saturationdetector: DefaultQueueThresholdCritical, DefaultKVCacheThreshold),
//     and is refused with 429 where there is no such replica. A critical one goes to the best there is.
//
//   - A request for an adapter stays among the replicas that have it, as long as one of those has at most 128 requests waiting;
//     else it goes where a slot is free. One time in 1,000 it goes to a free slot all the same, so that a busy adapter spreads
//     (filter/low_queue_filter.go, filter/lora_affinity_filter.go: QueueingThresholdLoRA, LoraAffinityThreshold 0.999).
//
//   - Among those left the highest sum of weight times score wins, ties by chance (scorer/queue.go, kvcacheutilizationscorer,
//     loraaffinityscorer, picker/max_score_picker.go; weights of config/charts/inferencepool):
//
//     score = 2 * (qmax - q) / (qmax - qmin) + 2 * (1 - kv) + 1 * lora
//
//     q: requests waiting; qmin, qmax: least and most among the candidates, and where they are equal the fraction is 1; kv: share
//     of the KV cache in use, 0-1; lora: 1 if the adapter runs there, 0.8 if a slot is free, 0.6 if it waits there, else 0.
//
// What is different, and why:
//
//   - q counts what this gateway sent after the last reading too. The picker sees nothing of the last 50 ms, and sends a burst to
//     one replica. For the same reason an adapter counts as waiting where a request of this gateway's for it is in flight.
//   - For the limit of 5 those requests count only where something waited already: a replica where nobody waits has free places, of
//     which its metrics do not say how many.
//   - Filters by adapter (the picker's first releases) and scores (its later ones) are both here. No prefix cache is scored: the
//     guide runs its servers without one.
//   - There is a class between critical and sheddable, as its API has and its code ignores: standard, the default, is refused where
//     more than 128 wait everywhere.
//   - What a replica refused with 429 or 503, or never got because nothing listened, is sent to another one, as long as nothing
//     came back. The picker leaves that to the proxy.
//   - A pick depends on nothing but the state, the request and a seed.
//
// Words: a replica is up if its /health answered 200 last and no request found it gone since. It is fresh if its metrics are not
// too old; one that is not is only sent requests if no fresh one is up, and then those with the fewest in flight go first.
//
// A request is held whole in memory, up to Config.MaxBodyBytes: so it can be sent again. An answer is never held.
package gateway
