package dataset

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
)

// Style is the shape of a dataset that can be made up: its lengths, and the words each prompt begins with.
type Style struct {
	Name        string
	Instruction string
	Prompt      Lengths // of the whole prompt
	Output      Lengths
}

// Styles are those of the regression guide's datasets. Published are the figures named; the spreads, and how two sides share
// what is published of both, are ours.
//
// ShareGPT: mean prompt 161.31 and mean output 337.99 tokens (Kwon et al. 2023, "Efficient memory management for large language model
// serving with PagedAttention", figure 11).
//
// billsum: bills of 5,000 to 20,000 characters (Kornilova and Eidelman 2019, "BillSum", section 3); 219,596,090 bytes in 18,949 rows of bill,
// summary and title (dataset card of FiscalNote/billsum), so 11,589 a row. At 5 bytes a token, which is what legal prose has, that is
// prompts of 1,000 to 4,000 tokens, 2,060 on average, with summaries of 250.
//
// Infinity-Instruct: 7,431,951,776 bytes in 3,463,473 rows (dataset card of its 3M release), so 2,146 a row; at 4 bytes a token 536
// tokens, of which the output, decode-heavy as it is (inference-perf #182), is given four fifths.
var Styles = []Style{
	{
		Name:   "sharegpt",
		Prompt: Lengths{Mean: 161.31, Sigma: 1.2, Min: 4, Max: 2048},
		Output: Lengths{Mean: 337.99, Sigma: 0.9, Min: 4, Max: 2048},
	}, {
		Name:        "billsum",
		Instruction: "Summarize the following text:\n",
		Prompt:      Lengths{Mean: 2060, Sigma: 0.4, Min: 1000, Max: 4000},
		Output:      Lengths{Mean: 250, Sigma: 0.5, Min: 20, Max: 1000},
	}, {
		Name:   "infinity-instruct",
		Prompt: Lengths{Mean: 107, Sigma: 1, Min: 8, Max: 2048},
		Output: Lengths{Mean: 429, Sigma: 0.7, Min: 16, Max: 4096},
	},
}

// StyleOf is the style of that name.
func StyleOf(name string) (Style, error) {
	var known []string
	for _, s := range Styles {
		if s.Name == name {
			return s, nil
		}
		known = append(known, s.Name)
	}
	return Style{}, fmt.Errorf("dataset: no style %q; write one of %s", name, strings.Join(known, ", "))
}

// Synthesize writes n made-up conversations that the filter keeps, in the guide's form, a line each. Same style, n, filter and seed, same bytes.
// Their texts have the lengths drawn, by Estimate, and no meaning.
func Synthesize(to io.Writer, s Style, n int, filter Filter, seed uint64) error {
	random := rand.New(rand.NewPCG(seed, stream))
	prompt, output := s.Prompt.source(random), s.Output.source(random)
	w := bufio.NewWriter(to)
	for i := range n {
		p, o, err := drawKept(prompt, output, filter)
		if err != nil {
			return fmt.Errorf("dataset: style %s: %w", s.Name, err)
		}
		turns := []turn{{"human", s.Instruction + text(random, p-Estimate(s.Instruction))}, {"gpt", text(random, o)}}
		line, err := json.Marshal(map[string]any{"id": fmt.Sprintf("%s-%d", s.Name, i), "conversations": turns})
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
func drawKept(prompt, output func() int, filter Filter) (p, o int, err error) {
	for range 100_000 {
		if p, o = prompt(), output(); filter.Keeps(p, o) {
			return p, o, nil
		}
	}
	return 0, 0, fmt.Errorf("of 100,000 conversations the filter %+v keeps none; widen it", filter)
}

// words are one token each, for Estimate and for the usual tokenizers.
var words = strings.Fields(`the of and to in for is on that by this with you it not or be are from at as your all have new more an was we will
can about if page my has search free but our one other do no time they site he up may what which their news out use any there see only so his
when here who also now help get view first been would how were me some these its like service than find`)

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
