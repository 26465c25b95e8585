package gateway

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestSaturationByClass(t *testing.T) {
	models := map[string]Criticality{"adapter-0": Critical, "adapter-1": Sheddable} // base is standard
	for name, row := range map[string]struct {
		loads  []load
		status map[string]int
	}{
		"room everywhere": {[]load{{}, {}}, map[string]int{"adapter-0": 200, "base": 200, "adapter-1": 200}},
		"room at one": {
			[]load{{waiting: 200}, {waiting: 3, kv: 0.8}}, map[string]int{"adapter-0": 200, "base": 200, "adapter-1": 200},
		},
		"queues": {
			[]load{{waiting: 6}, {waiting: 7}}, map[string]int{"adapter-0": 200, "base": 200, "adapter-1": 429},
		},
		"full caches":              {[]load{{kv: 0.9}, {kv: 1}}, map[string]int{"adapter-0": 200, "base": 200, "adapter-1": 429}},
		"a queue and a full cache": {[]load{{waiting: 6}, {kv: 0.9}}, map[string]int{"adapter-0": 200, "base": 200, "adapter-1": 429}},
		"queues that are very long": {
			[]load{{waiting: 129}, {waiting: 500}}, map[string]int{"adapter-0": 200, "base": 429, "adapter-1": 429},
		},
		"no replica knows its queue": {nil, map[string]int{"adapter-0": 200, "base": 200, "adapter-1": 429}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, 2, Config{Models: models, ScrapeInterval: time.Millisecond}, func(i int, f *fake) {
				if row.loads == nil {
					f.load.kv = -1 // the page is refused
				} else {
					f.load = row.loads[i]
				}
			})
			for model, status := range row.status {
				response, body := r.post(model)
				assert.Equal(t, status, response.StatusCode, model)
				if status == 429 {
					assert.Equal(t, "1", response.Header.Get("Retry-After"))
					assert.Contains(t, refusal(t, body).Message, "busy")
				}
			}
		})
	}
}

func TestAnAdapterStaysWhereItIsUntilTheQueueIsTooLong(t *testing.T) {
	r := newRig(t, 3, Config{Spread: -1}, func(i int, f *fake) {
		f.load.maxLoRA = 2
		if i == 1 {
			f.load.adapters = map[string]bool{"adapter-0": true}
			f.load.waiting, f.load.kv = 100, 0.9
		}
	})
	for range 10 {
		r.post("adapter-0")
	}
	assert.Equal(t, []int{0, 10, 0}, counts(r.fakes))
	r.set(1, func(f *fake) { f.load.waiting = 129 })
	r.post("adapter-0")
	assert.Equal(t, 10, r.fakes[1].requests(), "its queue is longer than 128")
	r.set(1, func(f *fake) { f.load.waiting = 0 })
	r.post("base")
	assert.Equal(t, 10, r.fakes[1].requests(), "for the base model its full cache counts")
}

func TestABurstIsSpreadThoughMetricsSeeNothingOfIt(t *testing.T) {
	const replicas, each = 4, 5
	release := make(chan struct{})
	arrived := make(chan struct{}, replicas*each)
	r := newRig(t, replicas, Config{ScrapeInterval: time.Hour - 1, StaleAfter: time.Hour}, func(_ int, f *fake) {
		f.serve = func(w http.ResponseWriter, _ *http.Request) {
			arrived <- struct{}{}
			<-release
			f.answer(w)
		}
	})
	done := make(chan int)
	for range replicas * each {
		go func() {
			response, _ := r.post("base")
			done <- response.StatusCode
		}()
	}
	for range replicas * each {
		<-arrived
	}
	for _, n := range counts(r.fakes) {
		assert.Equal(t, each, n)
	}
	close(release)
	for range replicas * each {
		assert.Equal(t, 200, <-done)
	}
}
