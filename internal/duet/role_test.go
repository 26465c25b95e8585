//go:build unix

package duet_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/workload"
)

// roleEnv makes this test binary a benchmark process.
const roleEnv = "DUET_TEST_ROLE"

// BenchmarkRole has a benchmark for every way to write one, and for every way to go wrong. Each is run in a process of its own.
func BenchmarkRole(b *testing.B) {
	if os.Getenv(roleEnv) == "" {
		b.Skip("these are processes of the tests")
	}
	for name, role := range roles {
		b.Run("is="+name, role)
	}
}

var roles = map[string]func(b *testing.B){
	"nothing": loop(nothing),
	"loop": func(b *testing.B) {
		b.Cleanup(func() { fmt.Println("cleaned up") })
		rec := workload.Record(b)
		serve := func(r *workload.Request) error {
			r.Stage("preprocess")
			spin(200 * time.Microsecond)
			r.Stage("model")
			r.Token()
			r.Token()
			r.Token()
			return nil
		}
		rec.Warmup(5, serve)
		for b.Loop() {
			rec.Do(serve)
		}
	},
	"n": func(b *testing.B) {
		b.Cleanup(func() { fmt.Printf("cleaned up after b.N = %d, invited: %q\n", b.N, os.Getenv(duet.InvitationEnv)) })
		rec := workload.Record(b)
		rec.Warmup(2, nothing)
		for i := 0; i < b.N; i++ {
			rec.Do(spins(50 * time.Microsecond))
		}
	},
	"parallel": func(b *testing.B) {
		b.Cleanup(func() { fmt.Println("cleaned up") })
		rec := workload.Record(b)
		b.SetParallelism(4)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				rec.Do(func(r *workload.Request) error { time.Sleep(2 * time.Millisecond); r.Stage("sleep"); return nil })
			}
		})
		fmt.Println("after RunParallel")
	},
	"driven": func(b *testing.B) {
		workload.Record(b).Drive(workload.Load{Rate: 1000}, func(context.Context, *workload.Request) error { return nil })
	},
	"workers": func(b *testing.B) {
		b.Cleanup(func() { fmt.Println("cleaned up") })
		rec := workload.Record(b)
		var workers sync.WaitGroup
		for range 3 {
			workers.Go(func() {
				for range b.N {
					rec.Do(func(*workload.Request) error { time.Sleep(time.Millisecond); return nil })
				}
			})
		}
		workers.Wait()
	},
	"goroutines": func(b *testing.B) {
		b.Cleanup(func() { fmt.Println("cleaned up") })
		rec := workload.Record(b)
		var all sync.WaitGroup
		atOnce := make(chan bool, 4)
		for i := 0; i < b.N; i++ {
			atOnce <- true
			all.Go(func() {
				defer func() { <-atOnce }()
				rec.Do(func(*workload.Request) error { time.Sleep(time.Millisecond); return nil })
			})
		}
		all.Wait()
	},
	"between": func(b *testing.B) {
		rec := workload.Record(b)
		for b.Loop() {
			rec.Do(nothing)
			spin(time.Millisecond)
			b.StopTimer()
			spin(time.Millisecond)
			b.StartTimer()
		}
	},
	"allocates": loop(func(*workload.Request) error {
		for range 3 {
			sink = make([]byte, 1000)
		}
		return nil
	}),
	"1ms":   loop(spins(time.Millisecond)),
	"100us": walks(8),
	"400us": walks(32),
	"5ms":   walks(400),
	"busy":  loop(spins(time.Hour)),
	"error": loop(fails(5, func() error { return errors.New("upstream said 503") })),
	"panic": loop(fails(5, func() error { panic("index out of range") })),
	"fatal": func(b *testing.B) {
		loop(fails(5, func() error { b.Fatal("given up"); return nil }))(b)
	},
	"cold": func(b *testing.B) {
		rec := workload.Record(b)
		rec.Warmup(3, func(*workload.Request) error { return errors.New("cold") })
		for b.Loop() {
			rec.Do(nothing)
		}
	},
	"setting-up": func(b *testing.B) {
		workload.Record(b)
		time.Sleep(time.Hour) // until it is killed
	},
	"parallel-nothing": func(b *testing.B) {
		rec := workload.Record(b)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				rec.Do(nothing)
			}
		})
	},
	"parallel-error": func(b *testing.B) {
		rec := workload.Record(b)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				rec.Do(func(*workload.Request) error {
					if b.N > 1 {
						return errors.New("parallel trouble")
					}
					return nil
				})
			}
		})
	},
	"early": func(b *testing.B) {
		rec := workload.Record(b)
		for range 3 {
			b.Loop()
			rec.Do(nothing)
		}
	},
	"unrecorded": func(b *testing.B) {
		for range 10 {
			b.Loop()
		}
	},
	"two": func(b *testing.B) {
		one, two := workload.Record(b), workload.Record(b)
		for b.Loop() {
			one.Do(nothing)
			two.Do(nothing)
		}
	},
}

var sink []byte

func nothing(*workload.Request) error { return nil }

func loop(serve func(*workload.Request) error) func(*testing.B) {
	return func(b *testing.B) {
		rec := workload.Record(b)
		for b.Loop() {
			rec.Do(serve)
		}
	}
}

func spins(d time.Duration) func(*workload.Request) error {
	return func(*workload.Request) error { spin(d); return nil }
}

// walks is work that is the same every time: so many walks over 128 KiB.
func walks(n int) func(*testing.B) {
	memory := make([]uint64, 16<<10)
	return loop(func(*workload.Request) error {
		sum := uint64(1)
		for range n {
			for i := range memory {
				sum += memory[i] * 2654435761
				memory[i] = sum
			}
		}
		return nil
	})
}

func spin(d time.Duration) {
	for began := time.Now(); time.Since(began) < d; {
	}
}

// fails fails at the n-th request.
func fails(n int, how func() error) func(*workload.Request) error {
	served := 0
	return func(*workload.Request) error {
		if served++; served == n {
			return how()
		}
		return nil
	}
}
