// Package stack starts the whole of an inference service in one process, on loopback: replicas of a model server, each with its
// engine and device, and the gateway in front of them. It is what benchmarks and tests measure when they name no address of their
// own.
//
//	s, err := stack.Start(stack.Config{Replicas: 10, Model: "llama", Adapters: []string{"adapter-0", "adapter-1"}, MaxLoras: 2})
//	...
//	defer s.Close()
//	http.Post(s.URL()+"/v1/completions", ...)
package stack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/tailgate-go/tailgate/internal/testbed/engine"
	"github.com/tailgate-go/tailgate/internal/testbed/gateway"
	"github.com/tailgate-go/tailgate/internal/testbed/server"
)

// Config says what to start. Its zero value is one replica on the modelled clock of an H100.
type Config struct {
	// Address is where the gateway listens, host:port; empty: a free port of loopback.
	Address string
	// Replicas is how many model servers there are; 0: 1.
	Replicas int
	// Device makes the device of a replica, counted from 0; nil: engine.H100 for each.
	Device func(replica int) (engine.Device, error)
	// Model is the name of the base model; empty: "base".
	Model string
	// Adapters are the names of its adapters, of which each replica holds MaxLoras at one time.
	Adapters []string
	MaxLoras int

	// Engine, Server and Gateway have the rest of the settings. What is said above, and the addresses, are not taken from them.
	Engine  engine.Config
	Server  server.Config
	Gateway gateway.Config
}

// Stack is a service that runs. Its methods may be called by many goroutines at once.
type Stack struct {
	replicas []*Replica
	gateway  *gateway.Gateway
	front    *http.Server
	url      string
	serving  sync.WaitGroup
}

// Replica is one model server of a stack.
type Replica struct {
	engine *engine.Engine
	server *server.Server
}

// ready is how long the gateway may take to find its replicas, which are there when it starts.
const ready = 30 * time.Second

// Start starts a service and returns when it takes requests. Close it.
func Start(c Config) (*Stack, error) {
	if c.Replicas == 0 {
		c.Replicas = 1
	}
	if c.Replicas < 0 {
		return nil, fmt.Errorf("stack: Replicas is %d; want 1 or more, or 0 for 1", c.Replicas)
	}
	s := &Stack{}
	if err := s.start(c); err != nil {
		return nil, errors.Join(fmt.Errorf("stack: %w", err), s.Close())
	}
	return s, nil
}

func (s *Stack) start(c Config) error {
	c.Gateway.Replicas = nil
	for i := range c.Replicas {
		r, err := startReplica(c, i)
		if err != nil {
			return fmt.Errorf("replica %d: %w", i, err)
		}
		s.replicas = append(s.replicas, r)
		c.Gateway.Replicas = append(c.Gateway.Replicas, r.URL())
	}
	var err error
	if s.gateway, err = gateway.New(c.Gateway); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), ready)
	defer cancel()
	if err := s.gateway.Ready(ctx); err != nil {
		return fmt.Errorf("the gateway has not found its replicas: %w", err)
	}
	listener, err := net.Listen("tcp", cmp.Or(c.Address, "127.0.0.1:0"))
	if err != nil {
		return err
	}
	s.url = "http://" + listener.Addr().String()
	s.front = s.gateway.Server()
	s.serving.Go(func() { _ = s.front.Serve(listener) }) // it returns when the front is closed, and says just that
	return nil
}

func startReplica(c Config, number int) (*Replica, error) {
	of := c.Engine
	of.Device, of.Adapters, of.MaxLoras = engine.H100(), c.Adapters, c.MaxLoras
	if c.Device != nil {
		var err error
		if of.Device, err = c.Device(number); err != nil {
			return nil, err
		}
	}
	e, err := engine.New(of)
	if err != nil {
		return nil, err
	}
	as := c.Server
	as.Engine, as.Model = e, c.Model
	r := &Replica{engine: e}
	if r.server, err = server.New(as); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	if err := r.server.Start("127.0.0.1:0"); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// URL is the address of the gateway, without a slash at the end.
func (s *Stack) URL() string { return s.url }

// Replicas are the model servers, in the order in which they were started.
func (s *Stack) Replicas() []*Replica { return s.replicas }

// Shutdown takes no more requests and lets those that run finish. When ctx ends first, the rest of them end with an error.
// Then it closes the stack, as Close does.
func (s *Stack) Shutdown(ctx context.Context) error {
	return errors.Join(s.front.Shutdown(ctx), s.Close())
}

// Close ends the service at once: requests that run are cut off. It may be called more than once.
func (s *Stack) Close() error {
	var errs []error
	if s.front != nil {
		errs = append(errs, s.front.Close())
	}
	s.serving.Wait()
	for _, r := range s.replicas {
		errs = append(errs, r.Close())
	}
	if s.gateway != nil {
		s.gateway.Close()
	}
	return errors.Join(errs...)
}

// URL is the address of the replica itself, without a slash at the end.
func (r *Replica) URL() string { return r.server.URL() }

// Stats are those of the replica's engine.
func (r *Replica) Stats() engine.Stats { return r.engine.Stats() }

// Close ends the replica at once, as a crash would: requests that run are cut off. It may be called more than once.
func (r *Replica) Close() error { return r.server.Close() }
