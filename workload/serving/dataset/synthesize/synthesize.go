package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"

	"github.com/tailgate-go/tailgate/workload/serving/dataset"
)

// stream is the second half of the generator's seed.
const stream = 0x64617461736574

// synthesize writes n made-up conversations that the filter keeps, in the guide's form, a line each. Same style, n, filter
// and seed, same bytes. Their texts have the lengths drawn, by dataset.Estimate, and no meaning.
func synthesize(to io.Writer, s style, n int, filter dataset.Filter, seed uint64) error {
	random := rand.New(rand.NewPCG(seed, stream))
	prompt, output := s.prompt.source(random), s.output.source(random)
	w := bufio.NewWriter(to)
	for i := range n {
		p, o, err := drawKept(prompt, output, filter)
		if err != nil {
			return fmt.Errorf("style %s: %w", s.name, err)
		}
		turns := []turn{{"human", s.instruction + text(random, p-dataset.Estimate(s.instruction))}, {"gpt", text(random, o)}}
		line, err := json.Marshal(map[string]any{"id": fmt.Sprintf("%s-%d", s.name, i), "conversations": turns})
		if err != nil {
			return err
		}
		before, after := "", ",\n"
		if i == 0 {
			before = "[\n"
		}
		if i == n-1 {
			after = "\n]\n"
		}
		_, _ = fmt.Fprintf(w, "%s%s%s", before, line, after) // Flush has the error
	}
	if n <= 0 {
		_, _ = w.WriteString("[]\n")
	}
	return w.Flush()
}

type turn struct {
	From  string `json:"from"`
	Value string `json:"value"`
}

// drawKept draws until the filter keeps a pair.
func drawKept(prompt, output func() int, filter dataset.Filter) (p, o int, err error) {
	for range 100_000 {
		if p, o = prompt(), output(); filter.Keeps(p, o) {
			return p, o, nil
		}
	}
	return 0, 0, fmt.Errorf("of 100,000 conversations the filter %+v keeps none; widen it", filter)
}

// words are one token each, for dataset.Estimate and for the usual tokenizers.
var words = strings.Fields(`the of and to in for is on that by this with you it not or be are from at as your all have new more an
was we will can about if page my has search free but our one other do no time they site he up may what which their news out use any
there see only so his when here who also now help get view first been would how were me some these its like service than find`)

// text is so many tokens: words, with a full stop, which is one too, after every twelfth.
func text(random *rand.Rand, tokens int) string {
	var b strings.Builder
	for i := range tokens {
		switch {
		case i > 0 && i%13 == 0:
			b.WriteByte('.')
			continue
		case i > 0:
			b.WriteByte(' ')
		}
		b.WriteString(words[random.IntN(len(words))])
	}
	return b.String()
}
