package gateway

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func sorted(numbers []int) []int { return slices.Sorted(slices.Values(numbers)) }

func TestReadLoad(t *testing.T) {
	want := load{waiting: 7, running: 250, kv: 0.625, maxLoRA: 3, adapters: map[string]bool{"adapter-0": true, "adapter-1": false}}
	text := page(want)
	for name, row := range map[string]struct {
		text string
		want load
	}{
		"a page":                 {text, want},
		"without a last newline": {strings.TrimSuffix(text, "\n"), want},
		"without types":          {strings.ReplaceAll(text, "# TYPE", "# type"), want},
		"a very long line between": {
			strings.Replace(text, "# HELP vllm:kv", "# HELP x "+strings.Repeat("x", 100_000)+"\n# HELP vllm:kv", 1), want,
		},
		"no adapters": {text[:strings.Index(text, "# HELP vllm:lora")], load{waiting: 7, running: 250, kv: 0.625}},
		"two engines": {
			text + "vllm:num_requests_waiting{engine=\"1\"} 2\nvllm:num_requests_running{engine=\"1\"} 1\n" +
				"vllm:kv_cache_usage_perc{engine=\"1\"} 0.75\n",
			load{waiting: 9, running: 251, kv: 0.75, maxLoRA: 3, adapters: want.adapters},
		},
		"a newer set of adapters": {
			text + `vllm:lora_requests_info{max_lora="4",running_lora_adapters="a,b",waiting_lora_adapters="b,c"} 1.8e+09`,
			load{waiting: 7, running: 250, kv: 0.625, maxLoRA: 4, adapters: map[string]bool{"a": true, "b": true, "c": false}},
		},
		"a newer set that is empty": {
			text + `vllm:lora_requests_info{max_lora="3",running_lora_adapters="",waiting_lora_adapters=""} 1.8e+09`, want,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := readLoad(strings.NewReader(row.text))
			require.NoError(t, err)
			assert.Equal(t, row.want, got)
		})
	}
	long := strings.Replace(text, "adapter-0", strings.Repeat("long", 10_000), 1) // longer than the buffer
	got, err := readLoad(iotest.OneByteReader(strings.NewReader(long)))
	require.NoError(t, err)
	assert.Contains(t, got.adapters, strings.Repeat("long", 10_000))
}

func TestReadLoadRefuses(t *testing.T) {
	text := page(load{waiting: 7, maxLoRA: 3})
	for name, row := range map[string]struct{ text, want string }{
		"an empty page":         {"", "no vllm:"},
		"another server's page": {"# TYPE go_goroutines gauge\ngo_goroutines 8\n", "no vllm:"},
		"no queue":              {strings.ReplaceAll(text, "num_requests_waiting{", "other{"), "no vllm:num_requests_waiting"},
		"a queue that is NaN":   {strings.Replace(text, "} 7", "} NaN", 1), "vllm:num_requests_waiting is NaN"},
		"a negative queue":      {strings.Replace(text, "} 7", "} -1", 1), "vllm:num_requests_waiting is -1"},
		"an endless queue":      {strings.Replace(text, "} 7", "} +Inf", 1), "vllm:num_requests_waiting is +Inf"},
		"a cache above 1": {
			strings.Replace(text, "} 0\n# HELP vllm:lora", "} 80\n# HELP vllm:lora", 1), "vllm:kv_cache_usage_perc is 80",
		},
		"no number":                 {strings.Replace(text, "} 7", "} seven", 1), "seven"},
		"a label without end":       {strings.Replace(text, "} 7", " 7", 1), "metrics:"},
		"max_lora is no number":     {strings.Replace(text, `max_lora="3"`, `max_lora="x"`, 1), "max_lora"},
		"a page that is too large":  {strings.Repeat("# "+strings.Repeat("x", 1021)+"\n", maxPage/1024+1), "larger than"},
		"too many sets of adapters": {strings.Repeat("vllm:lora_requests_info{max_lora=\"1\"} 1\n", maxWanted/39+1), "more than"},
		"one endless line":          {"vllm:lora_requests_info{max_lora=\"" + strings.Repeat("1", maxWanted), "more than"},
		"a histogram of that name":  {"# TYPE vllm:num_requests_waiting histogram\nvllm:num_requests_waiting 3\n", "metrics:"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readLoad(strings.NewReader(row.text))
			assert.ErrorContains(t, err, row.want)
		})
	}
	broken := errors.New("broken")
	_, err := readLoad(iotest.ErrReader(broken))
	assert.ErrorIs(t, err, broken)
}

func FuzzReadLoad(f *testing.F) {
	f.Add(page(load{waiting: 7, running: 2, kv: 0.5, maxLoRA: 3, adapters: map[string]bool{"a": true}}))
	f.Add("vllm:num_requests_waiting NaN\n")
	f.Add("# TYPE vllm:lora_requests_info gauge\nvllm:lora_requests_info{max_lora=\"1\"} 1 1\n")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := readLoad(strings.NewReader(text))
		if err == nil {
			assert.True(t, l.waiting >= 0 && l.running >= 0 && l.kv >= 0 && l.kv <= 1 && l.maxLoRA >= 0, "%+v", l)
		}
	})
}

// The page is vLLM's in size: what is not wanted must cost little.
func BenchmarkReadLoad(b *testing.B) {
	text := strings.Repeat("vllm:time_to_first_token_seconds_bucket{engine=\"0\",le=\"0.001\",model_name=\"base\"} 0.0\n", 1000) +
		page(load{waiting: 7, running: 2, kv: 0.5, maxLoRA: 3, adapters: map[string]bool{"a": true}})
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := readLoad(strings.NewReader(text)); err != nil {
			b.Fatal(err)
		}
	}
}
