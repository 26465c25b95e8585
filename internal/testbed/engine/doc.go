// Package engine serves generation requests on a [Device] with continuous batching, as vLLM's V1 engine does.
//
//	e, err := engine.New(engine.Config{Device: engine.H100()})
//	...
//	defer e.Close()
//	s, err := e.Submit(ctx, engine.Request{Prompt: prompt, MaxTokens: 64})
//	...
//	for {
//		tokens, err := s.Next(ctx)
//		if err != nil {
//			break // io.EOF, or what ended the request
//		}
//		...
//	}
//
// # Schedule
//
// One goroutine makes step after step. A step has one token of each running sequence that decodes, then chunks of the prompts of
// running sequences, then of waiting requests that are admitted, as far as MaxNumBatchedTokens, MaxNumSeqs and free KV blocks go.
// Requests wait in order of priority, those of equal priority in order of arrival. When no block is free, the last admitted of the
// lowest priority is preempted: it gives its blocks back, goes to the head of the queue of its priority, and later computes all
// its tokens again. Its reader sees a pause, nothing else.
//
// Steps follow one another without a gap: each begins at the instant at which the one before it ended by the device's account,
// and has the requests that arrived before that instant. An idle engine begins 1 us after a request arrives. So with a [Clock] the
// schedule is a function of the arrivals alone. How late the machine wakes up delays the delivery of tokens, not their [Token.At].
// In a bubble of testing/synctest nothing is late, and the same requests at the same instants give the same schedule every time.
//
// # Adapters
//
// MaxLoras slots of device memory hold one adapter each; MaxCPULoras adapters are in CPU memory, the rest on disk. A request runs
// only in a slot that has its adapter. An idle slot is given to the first waiting request whose adapter has none, the least
// recently used first, and the step in which that happens is longer by the load. A request for which no slot is idle is passed
// over, and others with slots, or without adapter, go before it.
//
// It does not starve. Once MaxOvertakes requests from behind it in the queue have been admitted before it, it claims the slot with
// the fewest running sequences: nothing more is admitted with the adapter there, so the slot is idle after at most as many steps
// as its longest sequence needs, and then goes to the claimant. (Requests of a lower priority do starve while those of a higher
// take all there is: that is what priority means.)
//
// # Ends
//
// A request ends once, by its own length, by EOS, by its context, by [Stream.Cancel], by an error of the device, or with the
// engine. When a device fails on one sequence, that request ends with [ErrDevice] and the engine goes on. When it fails altogether,
// every request ends with ErrDevice and the engine is closed: a device whose state is unknown must not answer.
//
// # What it does not do
//
// No prefix caching, no speculative decoding, no beams, no swapping of blocks: none changes what a gate of serving latency must
// see.
package engine
