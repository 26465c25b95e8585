package gateway

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"net/url"
	"strings"
	"time"
)

// Config says what a Gateway stands in front of. Zero values mean the defaults, all of them the endpoint picker's where it has one.
type Config struct {
	// Replicas are base addresses of model servers, such as http://127.0.0.1:8001: scheme, host and port, at least one.
	Replicas []string
	// Models gives models (and adapters) their class. A model that a replica lists but this map does not is Standard; one that neither
	// knows is answered 404.
	Models map[string]Criticality
	// Seed decides between replicas of equal score.
	Seed uint64

	// ScrapeInterval is the time between two readings of a replica's /metrics. 0 means 50 ms.
	ScrapeInterval time.Duration
	// StaleAfter is the age at which metrics no longer count. 0 means 2 s.
	StaleAfter time.Duration
	// HealthInterval is the time between two looks at a replica's /health, and HealthTimeout how long an answer to that, to /metrics
	// or to /v1/models may take. 0 means 250 ms and 500 ms: a replica that hangs is known to after their sum, less than a second.
	HealthInterval, HealthTimeout time.Duration
	// ModelsInterval is the time between two readings of a replica's /v1/models. 0 means 1 s.
	ModelsInterval time.Duration
	// DialTimeout is how long connecting to a replica may take. 0 means 500 ms.
	DialTimeout time.Duration

	// MaxBodyBytes is the largest body of a request; a larger one is answered 413. 0 means 4 MiB.
	MaxBodyBytes int64
	// HeaderTimeout is how long a client may take to send its header, BodyTimeout its body, and ReadTimeout how long it may take none
	// of an answer that is there. 0 means 5 s, 30 s and 30 s.
	HeaderTimeout, BodyTimeout, ReadTimeout time.Duration
	// Retries is how many more replicas a request is sent to when one refuses it before the first byte of an answer. 0 means 2,
	// below 0 means none. Critical requests are sent to every replica, if need be.
	Retries int

	// ShedQueue and ShedKV are the most requests waiting, and the largest share of the KV cache in use, of a replica that is sent
	// sheddable requests. 0 means 5 and 0.8.
	ShedQueue int
	ShedKV    float64
	// LoRAQueue is the most requests waiting at a replica that is preferred for an adapter which it has, and at one that is sent
	// standard requests. 0 means 128.
	LoRAQueue int
	// Spread is the chance that a request for an adapter goes to a replica with a free slot though another has the adapter. 0 means
	// 0.001, below 0 means never.
	Spread float64
	// Weights of the scores. All 0 means 2 for the queue, 2 for the KV cache and 1 for the adapter.
	Weights Weights

	dial func(ctx context.Context, network, address string) (net.Conn, error) // for tests
}

// Weights say how much each score counts, 0 or above.
type Weights struct {
	Queue, KV, LoRA float64
}

// withDefaults fills zero values in, and says what is wrong with the others.
func (c Config) withDefaults() (Config, error) {
	or := func(d *time.Duration, value time.Duration) {
		if *d == 0 {
			*d = value
		}
	}
	or(&c.ScrapeInterval, 50*time.Millisecond)
	or(&c.StaleAfter, 2*time.Second)
	or(&c.HealthInterval, 250*time.Millisecond)
	or(&c.HealthTimeout, 500*time.Millisecond)
	or(&c.ModelsInterval, time.Second)
	or(&c.DialTimeout, 500*time.Millisecond)
	or(&c.BodyTimeout, 30*time.Second)
	or(&c.HeaderTimeout, 5*time.Second)
	or(&c.ReadTimeout, 30*time.Second)
	if c.MaxBodyBytes == 0 {
		c.MaxBodyBytes = 4 << 20
	}
	if c.Retries == 0 {
		c.Retries = 2
	}
	if c.ShedQueue == 0 {
		c.ShedQueue = 5
	}
	if c.ShedKV == 0 {
		c.ShedKV = 0.8
	}
	if c.LoRAQueue == 0 {
		c.LoRAQueue = 128
	}
	if c.Spread == 0 {
		c.Spread = 0.001
	}
	if c.Weights == (Weights{}) {
		c.Weights = Weights{Queue: 2, KV: 2, LoRA: 1}
	}
	return c, c.check()
}

func (c Config) check() error {
	var problems []error
	bad := func(wrong bool, format string, args ...any) {
		if wrong {
			problems = append(problems, fmt.Errorf("gateway: "+format, args...))
		}
	}
	bad(len(c.Replicas) == 0, "no replicas; name at least one address")
	for name, d := range map[string]time.Duration{
		"ScrapeInterval": c.ScrapeInterval, "StaleAfter": c.StaleAfter, "HealthInterval": c.HealthInterval,
		"HealthTimeout":  c.HealthTimeout,
		"ModelsInterval": c.ModelsInterval, "DialTimeout": c.DialTimeout, "BodyTimeout": c.BodyTimeout, "HeaderTimeout": c.HeaderTimeout,
		"ReadTimeout": c.ReadTimeout,
	} {
		bad(d < 0, "%s is %v; want more than 0", name, d)
	}
	bad(c.StaleAfter <= c.ScrapeInterval, "metrics are stale after %v but read every %v; want several readings in that time",
		c.StaleAfter, c.ScrapeInterval)
	bad(c.MaxBodyBytes < 0, "MaxBodyBytes is %d; want more than 0", c.MaxBodyBytes)
	bad(c.ShedQueue < 0 || c.ShedQueue > c.LoRAQueue, "ShedQueue is %d; want 0 to LoRAQueue, %d", c.ShedQueue, c.LoRAQueue)
	bad(!(c.ShedKV >= 0 && c.ShedKV <= 1), "ShedKV is %v; want 0 to 1", c.ShedKV)
	bad(!(c.Spread <= 1), "Spread is %v; want at most 1", c.Spread)
	for name, w := range map[string]float64{"Queue": c.Weights.Queue, "KV": c.Weights.KV, "LoRA": c.Weights.LoRA} {
		bad(!(w >= 0) || math.IsInf(w, 0), "weight %s is %v; want 0 or more", name, w)
	}
	for model, criticality := range c.Models {
		_, err := criticality.MarshalText()
		bad(err != nil, "model %q: %v", model, err)
	}
	seen := map[string]bool{}
	for _, address := range c.Replicas {
		u, err := base(address)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		bad(seen[u.String()], "replica %s is named twice", address)
		seen[u.String()] = true
	}
	return errors.Join(problems...)
}

// base reads an address of a replica.
func base(address string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSuffix(address, "/"))
	if err != nil {
		return nil, fmt.Errorf("gateway: replica: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil {
		return nil, fmt.Errorf("gateway: replica %q: want scheme, host and port, as in http://127.0.0.1:8001", address)
	}
	return u, nil
}
