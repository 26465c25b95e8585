package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/regress"
	"github.com/tailgate-go/tailgate/workload/serving"
	"github.com/tailgate-go/tailgate/workload/serving/dataset"
)

// The defaults of flags.
const (
	defaultRequests = 100
	defaultInput    = 512 // tokens
	defaultOutput   = 128
	defaultBursts   = 10 // as often as many may be under way as fast as it goes: one burst would be all start
)

// loadFlags say what load servers get: a scenario's file, or what makes one.
var loadFlags = []regress.LoadFlag{
	{Name: "scenario", Usage: "`file` of the load that servers get, in place of packages"},
	{Name: "model", Usage: "`name` of a model, to load servers without a file: streams, with prompts of random words"},
	{Name: "rate", Usage: "with -model: requests per second, `numbers` with commas, or max for as fast as it goes"},
	{Name: "concurrency", Usage: "with -model, in place of -rate: requests under way, `numbers` with commas"},
	{Name: "requests", Usage: "with -model: `number` of requests in a round (default 100; 5120 with -rate=max)"},
	{Name: "duration", Usage: "with -model and a rate, in place of -requests: `time` of a round"},
	{Name: "input-tokens", Usage: "with -model: `tokens` of a prompt; the mean, and lengths spread by a quarter of it (default 512)"},
	{Name: "output-tokens", Usage: "with -model: `tokens` of a reply, likewise (default 128)"},
	{Name: "ignore-eos", Usage: "with -model: `false` has replies end when the model does, as servers do that know no ignore_eos"},
	{Name: "log", Usage: "with -baseline=none: `file` that gets a line of CSV for each request", Records: true},
	{Name: "results", Usage: "with -baseline=none: `file` that gets the results as JSON", Records: true},
}

// made is the scenario that flags make, and how this program is told of it. The error names the flag at fault.
func made(flags map[string]string) (s serving.Scenario, env []string, err error) {
	s = serving.Scenario{
		Version: 1, Name: "flags", Model: flags["model"], Stream: true, IgnoreEOS: true,
		MaxRate: flags["rate"] == "max",
	}
	if s.Model == "" {
		return s, nil, errors.New("-model is missing: write a model's name, as /v1/models lists it, or name a file with -scenario")
	}
	fail := func(name, write string) {
		if err == nil {
			err = fmt.Errorf("-%s is %q: write %s", name, flags[name], write)
		}
	}
	if flags["rate"] != "" && !s.MaxRate {
		var ok bool
		s.Rates, ok = numbers(flags["rate"], func(text string) (float64, error) { return strconv.ParseFloat(text, 64) })
		if !ok || slices.Min(s.Rates) <= 0 || math.IsInf(slices.Max(s.Rates), 0) || math.IsNaN(slices.Max(s.Rates)) {
			fail("rate", "requests per second above 0, such as 5 or 5,10, or max")
		}
	}
	if flags["concurrency"] != "" {
		var ok bool
		if s.Concurrency, ok = numbers(flags["concurrency"], strconv.Atoi); !ok || slices.Min(s.Concurrency) < 1 {
			fail("concurrency", "how many requests are under way, such as 8 or 1,8")
		}
	}
	whole := func(name string, least, otherwise int) int {
		n, failed := strconv.Atoi(cmp.Or(flags[name], strconv.Itoa(otherwise)))
		if failed != nil || n < least {
			fail(name, fmt.Sprintf("a whole number, %d at least", least))
		}
		return n
	}
	const least = 2 // one token has no time per token
	input, output := whole("input-tokens", 1, defaultInput), whole("output-tokens", least, defaultOutput)
	s.Dataset.Synthetic = &dataset.Synthetic{
		InputTokens: input, InputSpread: float64(input) / 4, OutputTokens: output, OutputSpread: float64(output) / 4,
	}
	if text := flags["ignore-eos"]; text != "" {
		var failed error
		if s.IgnoreEOS, failed = strconv.ParseBool(text); failed != nil {
			fail("ignore-eos", "true or false")
		}
	}
	if text := flags["duration"]; text != "" {
		d, failed := time.ParseDuration(text)
		if s.Duration = serving.Duration(d); failed != nil || d <= 0 {
			fail("duration", "a time above 0, such as 30s")
		}
	} else {
		s.Prompts = whole("requests", 1, requests(s))
	}
	if err == nil {
		err = together(flags)
	}
	if err != nil {
		return s, nil, err
	}
	text, err := json.Marshal(s)
	if err == nil {
		if s, err = serving.ParseScenario(ofFlags, text); err != nil {
			err = named(err, flags)
		}
	}
	return s, []string{textEnv + "=" + string(text)}, err
}

// requests is how many a round has where no flag says it: at least as many as are to be under way, and ten times that where nothing
// but places holds them back.
func requests(s serving.Scenario) int {
	if s.MaxRate {
		return defaultBursts * serving.DefaultInFlight
	}
	return max(defaultRequests, slices.Max(append([]int{0}, s.Concurrency...)))
}

// ofFlags is the name of the scenario that flags make.
const ofFlags = "the scenario of the flags"

// fields are the beginnings of what is wrong with a scenario, and the flags that make the field.
var fields = []struct{ begins, flag string }{
	{"rates", "rate"}, {"max_rate", "rate"}, {"concurrency[", "concurrency"}, {"concurrency", "requests"}, {"prompts", "requests"},
	{"duration", "duration"}, {"dataset: synthetic: output", "output-tokens"}, {"dataset: synthetic", "input-tokens"},
}

var place = regexp.MustCompile(`^` + ofFlags + `:\d+:\d+: `)

// named is what is wrong with the scenario of the flags, with the flag in the place of a line that nobody wrote.
func named(err error, flags map[string]string) error {
	says := place.ReplaceAllString(err.Error(), "")
	for _, f := range fields {
		if strings.HasPrefix(says, f.begins) {
			return fmt.Errorf("-%s is %q: %s", f.flag, flags[f.flag], says)
		}
	}
	return errors.New(ofFlags + ": " + says)
}

// together refuses flags that do not go together.
func together(flags map[string]string) error {
	switch {
	case flags["rate"] == "" && flags["concurrency"] == "":
		return errors.New("-rate is missing: write requests per second, such as -rate=5, or -concurrency")
	case flags["rate"] != "" && flags["concurrency"] != "":
		return errors.New("-rate and -concurrency: give one of them")
	case flags["requests"] != "" && flags["duration"] != "":
		return errors.New("-requests and -duration: give one of them")
	case flags["duration"] != "" && (flags["concurrency"] != "" || flags["rate"] == "max"):
		return errors.New("-duration: without a rate only the server decides how many requests it has; give -requests in its place")
	}
	return nil
}

// numbers are those of a list with commas.
func numbers[T any](list string, parse func(string) (T, error)) (all []T, ok bool) {
	for text := range strings.SplitSeq(list, ",") {
		n, err := parse(strings.TrimSpace(text))
		if err != nil {
			return nil, false
		}
		all = append(all, n)
	}
	return all, true
}
