package serving

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tailgate-go/tailgate/workload/serving/dataset"
)

// logColumns are those of a request log; times are in nanoseconds from when the request was due.
const logColumns = "case,rate,concurrency,number,index,prompt_tokens,max_tokens,model," +
	"sent_ns,latency_ns,ttft_ns,tpot_ns,input_tokens,output_tokens,cached_tokens,error\n"

// requestLog writes requests down as they end, each in one write. A nil one writes nothing.
type requestLog struct {
	mu   sync.Mutex
	to   io.Writer
	of   []string // the first columns of each line
	text strings.Builder
	err  error
}

// newRequestLog begins the log of a point.
func newRequestLog(to io.Writer, name string, at point, selection dataset.Selection) *requestLog {
	if to == nil {
		return nil
	}
	rate, concurrency := "", ""
	switch {
	case at.max:
		rate = "max"
	case at.isClosed():
		concurrency = strconv.Itoa(at.clients)
	default:
		rate = strconv.FormatFloat(at.rate, 'f', -1, 64)
	}
	l := &requestLog{to: to, of: []string{name, rate, concurrency}}
	_, l.err = fmt.Fprintf(to, "# %d prompts, selection sha256:%s\n%s", len(selection), selection.Hash(), logColumns)
	return l
}

// line writes a request down.
func (l *requestLog) line(number int, e dataset.Entry, model string, r Reply, failed error) {
	if l == nil {
		return
	}
	said := ""
	if failed != nil {
		said = failed.Error()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return
	}
	l.text.Reset()
	w := csv.NewWriter(&l.text)
	cached := ""
	if r.HasCached {
		cached = strconv.Itoa(r.CachedTokens)
	}
	of := func(d time.Duration) string { return strconv.FormatInt(int64(d), 10) }
	err := w.Write(append(slices.Clip(l.of), strconv.Itoa(number), strconv.Itoa(e.Index),
		strconv.Itoa(e.PromptTokens), strconv.Itoa(e.OutputTokens), model,
		of(r.Sent), of(r.Latency), of(r.TTFT), of(r.TPOT), strconv.Itoa(r.PromptTokens), strconv.Itoa(r.OutputTokens), cached, said))
	if w.Flush(); err == nil {
		_, err = io.WriteString(l.to, l.text.String())
	}
	l.err = err
}

// end is what went wrong with writing.
func (l *requestLog) end() error {
	if l == nil {
		return nil
	}
	return l.err
}
