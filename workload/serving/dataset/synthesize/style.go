package main

import (
	"fmt"
	"strings"
)

// style is the shape of a dataset that can be made up: its lengths, and the words each prompt begins with.
type style struct {
	name        string
	instruction string
	prompt      lengths // of the whole prompt
	output      lengths
}

// styles are those of the regression guide's datasets. Published are the figures named; the spreads, and how two sides share
// what is published of both, are ours.
//
// ShareGPT: mean prompt 161.31 and mean output 337.99 tokens (Kwon et al. 2023, "Efficient memory management for large language
// model serving with PagedAttention", figure 11).
//
// billsum: bills of 5,000 to 20,000 characters (Kornilova and Eidelman 2019, "BillSum", section 3); 219,596,090 bytes in 18,949
// rows of bill, summary and title (dataset card of FiscalNote/billsum), so 11,589 a row. At 5 bytes a token, which is what legal
// prose has, that is prompts of 1,000 to 4,000 tokens, 2,060 on average, with summaries of 250.
//
// Infinity-Instruct: 7,431,951,776 bytes in 3,463,473 rows (dataset card of its 3M release), so 2,146 a row; at 4 bytes a token 536
// tokens, of which the output, decode-heavy as it is (inference-perf #182), is given four fifths.
var styles = []style{
	{
		name:   "sharegpt",
		prompt: lengths{mean: 161.31, sigma: 1.2, min: 4, max: 2048},
		output: lengths{mean: 337.99, sigma: 0.9, min: 4, max: 2048},
	}, {
		name:        "billsum",
		instruction: "Summarize the following text:\n",
		prompt:      lengths{mean: 2060, sigma: 0.4, min: 1000, max: 4000},
		output:      lengths{mean: 250, sigma: 0.5, min: 20, max: 1000},
	}, {
		name:   "infinity-instruct",
		prompt: lengths{mean: 107, sigma: 1, min: 8, max: 2048},
		output: lengths{mean: 429, sigma: 0.7, min: 16, max: 4096},
	},
}

// styleOf is the style of that name.
func styleOf(name string) (style, error) {
	var known []string
	for _, s := range styles {
		if s.name == name {
			return s, nil
		}
		known = append(known, s.name)
	}
	return style{}, fmt.Errorf("no style %q; write one of %s", name, strings.Join(known, ", "))
}
