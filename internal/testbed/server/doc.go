// Package server speaks OpenAI's API over HTTP for an engine, as vLLM 0.26 does:
//
//	POST /v1/completions       text or token ids; one prompt, one choice
//	POST /v1/chat/completions  text; one choice
//	GET  /v1/models            the base model, and its adapters with parent
//	GET  /health               200, or 503 when the server drains or the device has failed
//	GET  /metrics              vLLM's names and buckets
//
// With "stream" an answer is a stream of events: for a chat one with the role; one a token, whose text is empty when it may be the
// beginning of a stop text; one with finish_reason; one with the usage and no choices if stream_options.include_usage asks for it;
// then [DONE]. Tokens that are ready together go out together. Nothing is sent before the first token, so whatever goes wrong until
// then is a response with a status of its own. What goes wrong later is an event {"error": {...}}, after which the stream ends
// without [DONE].
//
// Fields that the server does not know are ignored, as vLLM ignores them. Fields that it knows and cannot honour (logprobs, tools,
// best_of above 1, ...) are refused by name unless they ask for nothing. A request without a seed has seed 0, so that the same load
// gives the same tokens. X-Request-Id names the request; Idempotency-Key is let pass, and the request is served again.
//
// A client that is gone, or takes nothing for Config.Patience, ends its request and frees what it held.
package server
