// Package tiktoken counts tokens as OpenAI's models do, for prompts whose lengths are to be theirs to the token. Its vocabularies
// make a program 12 MB larger; dataset.Estimate, which the scenarios go by unless they are told otherwise, needs none.
//
//	count, err := tiktoken.Counter(tiktoken.Cl100k)
//	...
//	serving.BenchmarkOf(b, scenario, serving.Options{Count: count})
//
// Models of others have vocabularies of their own: how many tokens a prompt has for them is what the server's usage says.
package tiktoken

import (
	"fmt"
	"strings"

	"github.com/tiktoken-go/tokenizer"

	"github.com/tailgate-go/tailgate/workload/serving/dataset"
)

// Vocabulary is a set of tokens.
type Vocabulary string

const (
	Cl100k Vocabulary = "cl100k_base" // GPT-4 and GPT-3.5
	O200k  Vocabulary = "o200k_base"  // GPT-4o and later
)

// lacking is a byte whose token the library's vocabularies lack, so that it counts nothing.
const lacking = "\x7f"

// Counter counts the tokens of a vocabulary. Bytes that are no UTF-8 count as they stand, and names of special tokens as text.
func Counter(v Vocabulary) (dataset.Counter, error) {
	if v != Cl100k && v != O200k {
		return nil, fmt.Errorf("tiktoken: vocabulary is %q; write %q or %q", v, Cl100k, O200k)
	}
	codec, err := tokenizer.Get(tokenizer.Encoding(v))
	if err != nil {
		return nil, fmt.Errorf("tiktoken: %w", err)
	}
	return func(text string) int {
		n, err := codec.Count(text)
		if err != nil { // its expression did not come to an end: a length that is near is better than none
			return dataset.Estimate(text)
		}
		return n + strings.Count(text, lacking)
	}, nil
}
