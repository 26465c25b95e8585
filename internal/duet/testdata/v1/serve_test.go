package tailgate

import (
	"errors"
	"testing"
	"time"

	"github.com/tailgate-go/tailgate/workload"
)

func serve(r *workload.Request) error {
	spin(100 * time.Microsecond)
	r.Stage("work")
	r.Token()
	r.Token()
	r.Token()
	return nil
}

func spin(d time.Duration) {
	for began := time.Now(); time.Since(began) < d; {
	}
}

func BenchmarkServe(b *testing.B) {
	b.Cleanup(func() { b.Log("cleaned up") })
	rec := workload.Record(b)
	for b.Loop() {
		rec.Do(serve)
	}
}

func BenchmarkFails(b *testing.B) {
	rec := workload.Record(b)
	for n := 1; b.Loop(); n++ {
		rec.Do(func(r *workload.Request) error {
			if n == 5 {
				return errors.New("out of order")
			}
			return serve(r)
		})
	}
}
