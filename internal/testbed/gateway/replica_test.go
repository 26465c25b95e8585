package gateway

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestAffinityOfAReplica(t *testing.T) {
	for name, row := range map[string]struct {
		load     load
		inFlight []string
		adapter  string
		want     affinity
	}{
		"a base model":       {load: load{maxLoRA: 3}, want: noSlot},
		"no adapters at all": {adapter: "a", want: noSlot},
		"it runs": {
			load: load{maxLoRA: 3, adapters: map[string]bool{"a": true}}, adapter: "a", want: active,
		},
		"it waits": {
			load: load{maxLoRA: 3, adapters: map[string]bool{"a": false}}, adapter: "a", want: queued,
		},
		"it was sent there since": {load: load{maxLoRA: 3}, inFlight: []string{"a"}, adapter: "a", want: queued},
		"one slot is left": {
			load: load{maxLoRA: 3, adapters: map[string]bool{"b": true, "c": false}}, adapter: "a", want: hasSlot,
		},
		"others that run and wait take all": {
			load: load{maxLoRA: 2, adapters: map[string]bool{"b": true, "c": false}}, adapter: "a", want: noSlot,
		},
		"one that was sent there takes the last": {
			load: load{maxLoRA: 2, adapters: map[string]bool{"b": true}}, inFlight: []string{"c"}, adapter: "a", want: noSlot,
		},
		"the same one twice takes one": {
			load: load{maxLoRA: 2, adapters: map[string]bool{"b": true}}, inFlight: []string{"b", "b"}, adapter: "a", want: hasSlot,
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReplica("", &url.URL{})
			r.load = row.load
			for _, name := range row.inFlight {
				r.begin(name)
			}
			assert.Equal(t, row.want, r.affinity(row.adapter))
		})
	}
}

func TestMetricsGetOld(t *testing.T) {
	now := time.Unix(1000, 0)
	r := newReplica("", &url.URL{})
	assert.False(t, r.fresh(now, time.Second), "never read")
	r.endScrape(load{}, now)
	assert.True(t, r.fresh(now.Add(time.Second), time.Second))
	assert.False(t, r.fresh(now.Add(time.Second+1), time.Second))
}

func TestARefusalIsForgottenOnceALaterReadingSaysMore(t *testing.T) {
	now := time.Unix(1000, 0)
	r := newReplica("", &url.URL{})
	r.fullAt = now
	r.endScrape(load{}, now.Add(-1))
	assert.True(t, r.view("", now, time.Second).full, "the reading began before")
	r.endScrape(load{}, now)
	assert.False(t, r.view("", now, time.Second).full)
}

// What counts as sent lately are the requests that began after the last whole reading did and have not ended, whatever the order.
func TestRequestsBetweenReadingsAreCounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newReplica("", &url.URL{})
		flying := map[int]bool{}
		reading, seen, mark := false, 0, 0
		kinds := rapid.SampledFrom([]string{"begin", "begin", "end", "begin scrape", "end scrape", "fail scrape"})
		steps := rapid.SliceOfN(kinds, 10, 50).Draw(t, "steps")
		for _, step := range steps {
			switch {
			case step == "begin":
				flying[r.begin("a")] = true
			case step == "end" && len(flying) > 0:
				var numbers []int
				for n := range flying {
					numbers = append(numbers, n)
				}
				number := rapid.SampledFrom(sorted(numbers)).Draw(t, "number")
				r.end(number, "a")
				delete(flying, number)
			case step == "begin scrape" && !reading:
				reading, mark = true, r.sent
				r.beginScrape()
			case step == "end scrape" && reading:
				reading, seen = false, mark
				r.endScrape(load{}, time.Now())
			case step == "fail scrape":
				reading = false
			}
			unseen := 0
			for n := range flying {
				if n > seen {
					unseen++
				}
			}
			v := r.view("", time.Now(), time.Second)
			require.Equal(t, unseen, v.recent)
			require.Equal(t, len(flying), v.inFlight)
			require.Equal(t, len(flying), r.adapters["a"])
		}
	})
}
