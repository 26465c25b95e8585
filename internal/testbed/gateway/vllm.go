package gateway

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// The metrics of vLLM 0.26 that a pick rests on.
const (
	metricWaiting = "vllm:num_requests_waiting"
	metricRunning = "vllm:num_requests_running"
	metricKV      = "vllm:kv_cache_usage_perc"
	metricLoRA    = "vllm:lora_requests_info"
)

var families = []string{metricWaiting, metricRunning, metricKV, metricLoRA}

// metricsPath asks for these families only: client libraries of Prometheus leave the others out, and who does not know the query
// sends all.
var metricsPath = "/metrics?" + url.Values{"name[]": families}.Encode()

// maxPage is the largest page of metrics that is read, and maxWanted the most that is kept of it, in bytes: vLLM's page is about
// 100 kB, and what is wanted of it less than 1 kB, but for a series for each set of adapters that ever was.
const (
	maxPage   = 8 << 20
	maxWanted = 2 << 20
)

// load is what a replica said of itself. Its zero value is a replica with nothing to do and no adapters.
type load struct {
	waiting, running int     // requests, of all engines of the replica together
	kv               float64 // share of the KV cache in use, 0-1, of the engine that has most in use
	maxLoRA          int     // adapters that can be loaded at one time; 0 without adapters
	// adapters are those of which requests ran (true) or only waited (false) when something last did.
	adapters map[string]bool
}

// readLoad reads a page of metrics. Those of the four that are numbers must be there: without them nothing is known.
func readLoad(page io.Reader) (load, error) {
	wanted, err := pickLines(page)
	if err != nil {
		return load{}, err
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	byName, err := parser.TextToMetricFamilies(bytes.NewReader(wanted))
	if err != nil {
		return load{}, fmt.Errorf("metrics: %w", err)
	}
	var l load
	for name, into := range map[string]*int{metricWaiting: &l.waiting, metricRunning: &l.running} {
		values, err := numbers(byName, name, math.MaxInt32)
		if err != nil {
			return load{}, err
		}
		for _, v := range values {
			*into = min(*into+int(v), math.MaxInt32)
		}
	}
	shares, err := numbers(byName, metricKV, 1)
	if err != nil {
		return load{}, err
	}
	l.kv = slices.Max(shares)
	if family := byName[metricLoRA]; family != nil {
		if err := l.readAdapters(family.Metric); err != nil {
			return load{}, err
		}
	}
	return l, nil
}

// pickLines keeps the lines of the families that matter: parsing all of vLLM's histograms 20 times a second for each replica would
// cost more than serving.
func pickLines(page io.Reader) ([]byte, error) {
	limited := &io.LimitedReader{R: page, N: maxPage}
	lines := bufio.NewReaderSize(limited, 16<<10)
	var wanted []byte
	for {
		line, err := lines.ReadSlice('\n')
		keep := isWanted(line)
		if keep {
			wanted = append(wanted, line...)
		}
		for errors.Is(err, bufio.ErrBufferFull) { // the rest of a long line goes where its head went
			if line, err = lines.ReadSlice('\n'); keep && len(wanted) <= maxWanted {
				wanted = append(wanted, line...)
			}
		}
		switch {
		case len(wanted) > maxWanted:
			return nil, fmt.Errorf("metrics: more than %d bytes about requests", maxWanted)
		case err == nil:
		case limited.N <= 0:
			return nil, fmt.Errorf("metrics: the page is larger than %d bytes", maxPage)
		case errors.Is(err, io.EOF):
			if n := len(wanted); n > 0 && wanted[n-1] != '\n' {
				wanted = append(wanted, '\n')
			}
			return wanted, nil
		default:
			return nil, fmt.Errorf("metrics: %w", err)
		}
	}
}

func isWanted(line []byte) bool {
	line = bytes.TrimPrefix(line, []byte("# TYPE "))
	for _, family := range families {
		if rest, ok := bytes.CutPrefix(line, []byte(family)); ok && len(rest) > 0 && (rest[0] == ' ' || rest[0] == '{') {
			return true
		}
	}
	return false
}

// numbers are the values of a family, one for each engine of the replica: at least one, each from 0 to most.
func numbers(byName map[string]*dto.MetricFamily, name string, most float64) ([]float64, error) {
	var values []float64
	for _, m := range byName[name].GetMetric() {
		v := value(m)
		if !(v >= 0 && v <= most) {
			return nil, fmt.Errorf("metrics: %s is %v; want 0 to %v", name, v, most)
		}
		values = append(values, v)
	}
	if len(values) == 0 {
		return nil, fmt.Errorf("metrics: no %s; is this a vLLM-compatible server?", name)
	}
	return values, nil
}

func value(m *dto.Metric) float64 {
	switch {
	case m.Gauge != nil:
		return m.Gauge.GetValue()
	case m.Counter != nil:
		return m.Counter.GetValue()
	case m.Untyped != nil:
		return m.Untyped.GetValue()
	}
	return math.NaN()
}

// readAdapters reads the newest series: vLLM makes a new one for each combination of adapters, with the time as its value.
// A series that names none is only taken if there is no other, as the endpoint picker has it: what ran last is still in its slot.
func (l *load) readAdapters(series []*dto.Metric) error {
	var newest map[string]string
	var at float64
	for _, m := range series {
		labels := map[string]string{}
		for _, pair := range m.GetLabel() {
			labels[pair.GetName()] = pair.GetValue()
		}
		busy := func(labels map[string]string) bool {
			return labels["running_lora_adapters"] != "" || labels["waiting_lora_adapters"] != ""
		}
		if better := busy(labels); newest == nil || better && !busy(newest) || better == busy(newest) && value(m) > at {
			newest, at = labels, value(m)
		}
	}
	if newest == nil {
		return nil
	}
	most, err := strconv.Atoi(newest["max_lora"])
	if err != nil || most < 0 {
		return fmt.Errorf("metrics: %s: max_lora is %q; want a number of adapters", metricLoRA, newest["max_lora"])
	}
	l.maxLoRA = most
	l.adapters = map[string]bool{}
	for _, name := range names(newest["waiting_lora_adapters"]) {
		l.adapters[name] = false
	}
	for _, name := range names(newest["running_lora_adapters"]) {
		l.adapters[name] = true
	}
	return nil
}

func names(list string) []string {
	return slices.DeleteFunc(strings.Split(list, ","), func(name string) bool { return name == "" })
}
