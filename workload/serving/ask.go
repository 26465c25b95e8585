package serving

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Ask sends one request and waits for the reply, as [Client.Do] does. A reply that is not what the request asked for is a *Fault,
// too: one that names another model in any part and, with IgnoreEOS, one that has no text or another number of tokens than
// MaxTokens. The times of such a reply say nothing about what was asked for.
func (c *Client) Ask(ctx context.Context, r Request, due time.Time) (Reply, error) {
	body, err := c.Body(r)
	if err != nil {
		return Reply{}, fault(Malformed, "the request: %v", err)
	}
	reply, err := c.Do(ctx, body, r.Stream, due)
	if err != nil {
		return reply, err
	}
	if f := c.otherModel(r, reply); f != nil {
		return reply, f
	}
	if f := r.otherLength(reply); f != nil {
		return reply, f
	}
	return reply, nil
}

// otherModel is the fault of a reply of which a part is of another model; nil: none is, or any may be.
func (c *Client) otherModel(r Request, reply Reply) *Fault {
	if c.anyModel {
		return nil
	}
	for _, model := range append([]string{reply.Model}, reply.later...) {
		if !isModel(r.Model, model) {
			return fault(OtherModel, "the reply is of model %q, where %q was asked for: write the name that /v1/models lists, "+
				"or \"any_model\" in the target", printable([]byte(model)), r.Model)
		}
	}
	return nil
}

// ends are fields of a body by which a reply has another length than max_tokens, ignore_eos or not.
var ends = []string{
	"stop", "stop_token_ids", "max_completion_tokens", "best_of", "response_format", "structured_outputs", "guided_json",
	"guided_regex", "guided_choice", "guided_grammar", "grammar", "json_schema", "regex", "tools",
}

// otherLength is the fault of a reply whose length differs from the one that IgnoreEOS asks for; nil if it does not, or is not
// known. A reply of one token may have no text.
func (r Request) otherLength(reply Reply) *Fault {
	if !r.IgnoreEOS || slices.ContainsFunc(ends, func(field string) bool { return r.Extra[field] != nil }) {
		return nil
	}
	switch {
	case r.MaxTokens > 1 && reply.Texts == 0:
		return fault(Empty, "the reply has no text, where ignore_eos asks for %d tokens", r.MaxTokens)
	case r.MaxTokens > 0 && reply.HasUsage && reply.OutputTokens != r.MaxTokens:
		return fault(WrongLength, "the usage says %d tokens, where ignore_eos asks for %d: "+
			"leave ignore_eos out of the scenario, or give -ignore-eos=false, if the server does not know it",
			reply.OutputTokens, r.MaxTokens)
	}
	return nil
}

const (
	// mostTries is how often a request is sent at most if its failure would mean that nothing can be measured. A server that refuses
	// one request of twenty refuses so many in a row once in three million times.
	mostTries = 5
	firstWait = 50 * time.Millisecond // after the first try; twice as long after each that follows
)

// Insist is [Client.Ask], but sends a request again after a failure that may pass: up to five times, until ctx ends. A request that
// the server takes for wrong (a status of 400 to 499 but 408, 409, 425 and 429, or a reply of another model) is not sent again.
// tried is how often the request was sent; the error is that of the last time.
func (c *Client) Insist(ctx context.Context, r Request, due time.Time) (reply Reply, tried int, err error) {
	for wait := firstWait; ; wait *= 2 {
		reply, err = c.Ask(ctx, r, due)
		tried++
		var f *Fault
		if err == nil || tried == mostTries || errors.As(err, &f) && f.lasts() {
			return reply, tried, err
		}
		select {
		case <-ctx.Done():
			return reply, tried, err
		case <-time.After(wait):
		}
	}
}

var snapshot = regexp.MustCompile(`^-\d{4}-\d{2}-\d{2}$`)

// isModel reports whether a reply can be of the model that was asked for: of that name, of a dated version of it, or of one that
// does not say.
func isModel(asked, replied string) bool {
	version, begins := strings.CutPrefix(replied, asked)
	return replied == "" || begins && (version == "" || snapshot.MatchString(version))
}
