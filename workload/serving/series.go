package serving

import (
	"bufio"
	"io"
	"math"
	"strconv"
	"strings"
)

// sums are sums of the series of pages in Prometheus's text format, by the name of the metric, and for the labels in told by the
// name and the label: tgi_batch_inference_duration_sum{method=prefill}. A name that no page has is not in it.
type sums map[string]float64

// told are the labels by which series are told apart.
var told = []string{"method", "stage"}

// add adds the series of a page. What is no line of a series is passed over.
func (s sums) add(page io.Reader) error {
	lines := bufio.NewScanner(page)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		name, labels, value, ok := series(lines.Text())
		if !ok {
			continue
		}
		s[name] += value
		for _, label := range told {
			if of := labelled(labels, label); of != "" {
				s[name+"{"+label+"="+of+"}"] += value
			}
		}
	}
	return lines.Err()
}

// series is the name, the labels and the value of a line such as
//
//	vllm:generation_tokens_total{engine="0",model_name="a} b"} 12 1700000000
func series(line string) (name, labels string, value float64, ok bool) {
	at := strings.IndexAny(line, "{ \t")
	if at <= 0 || line[0] == '#' {
		return "", "", 0, false
	}
	name, rest := line[:at], line[at:]
	if rest[0] == '{' {
		if at = labelsEnd(rest); at == 0 {
			return "", "", 0, false
		}
		labels, rest = rest[1:at-1], rest[at:]
	}
	fields := strings.Fields(rest)
	if len(fields) == 0 || len(fields) > 2 {
		return "", "", 0, false
	}
	value, err := strconv.ParseFloat(fields[0], 64)
	if err != nil || math.IsNaN(value) || math.IsInf(value, 0) {
		return "", "", 0, false
	}
	return name, labels, value, true
}

// labelsEnd is the index after the brace that closes the labels; 0 if none does.
func labelsEnd(text string) int { return outside(text, '}') + 1 }

// outside is where the byte first stands outside of quotes; -1 if nowhere.
func outside(text string, of byte) int {
	quoted := false
	for i := 0; i < len(text); i++ {
		switch {
		case quoted && text[i] == '\\':
			i++
		case text[i] == '"':
			quoted = !quoted
		case !quoted && text[i] == of:
			return i
		}
	}
	return -1
}

// labelled is the value of a label among labels; empty if it is not there, or has a character that is escaped.
func labelled(labels, label string) string {
	for labels != "" {
		one := labels
		if at := outside(labels, ','); at >= 0 {
			one, labels = labels[:at], labels[at+1:]
		} else {
			labels = ""
		}
		name, value, _ := strings.Cut(strings.TrimSpace(one), "=")
		if name == label && len(value) > 2 && value[0] == '"' && value[len(value)-1] == '"' && !strings.Contains(value, `\`) {
			return value[1 : len(value)-1]
		}
	}
	return ""
}
