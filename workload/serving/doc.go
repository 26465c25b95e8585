// Package serving loads OpenAI-compatible inference servers, and times their replies.
//
// A [Client] sends requests to one [Target] and says of each [Reply] when its first text came, how long a token took after it, and what went
// wrong: see [Reply] for the definitions and [Kind] for the faults. It decodes nothing while a reply is timed, and takes no event
// for a token: how many tokens there were is what the server's usage says.
package serving
