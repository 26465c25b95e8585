// Package openai is the wire: what a client and an OpenAI-compatible server say to each other about completions, chat completions,
// models and errors, and how a stream of server-sent events is written.
//
// Names, shapes and error types are those of vLLM 0.26 (vllm/entrypoints/openai/completion/protocol.py, engine/protocol.py),
// which are OpenAI's with a few fields more. The types hold no opinion: whether a server can do what a request asks is for the
// server to say.
package openai
