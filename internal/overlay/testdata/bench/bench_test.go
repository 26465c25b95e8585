// Package bench has benchmarks as people write them. The metric setups is how often a function was called until its loop.
package bench

import (
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

var (
	setups int
	kept   []byte
)

// work takes a few hundred nanoseconds, and two objects of 64 bytes.
func work() {
	for range 2 {
		kept = make([]byte, 64)
		for range 100 {
			kept[0]++
		}
	}
}

//go:noinline
func object() *[64]byte { return new([64]byte) }

func BenchmarkLoop(b *testing.B) {
	setups++
	b.SetBytes(7)
	for b.Loop() {
		work()
	}
	b.ReportMetric(float64(setups), "setups")
	b.ReportMetric(float64(b.N), "n")
}

func BenchmarkSaysAfter(b *testing.B) {
	for b.Loop() {
		work()
	}
	b.SetBytes(4096)
	b.ReportMetric(5, "B/op")
}

func BenchmarkVerbose(b *testing.B) {
	for b.Loop() {
		work()
	}
	verbose := 0.0
	if testing.Verbose() {
		verbose = 1
	}
	b.ReportMetric(verbose, "verbose")
}

// Its metric is how many collections its process has had.
func BenchmarkCollections(b *testing.B) {
	for range b.N {
		work()
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	b.ReportMetric(float64(stats.NumGC), "collections")
}

func BenchmarkUncollected(b *testing.B) {
	debug.SetGCPercent(-1)
	BenchmarkCollections(b)
}

func BenchmarkSerial(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for b.Loop() {
		work()
	}
}

func BenchmarkSerialCount(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for range b.N {
		work()
	}
}

func BenchmarkCount(b *testing.B) {
	setups++
	b.SetBytes(7)
	for range b.N {
		work()
	}
	b.ReportMetric(float64(setups), "setups")
	b.ReportMetric(float64(b.N), "n")
}

func BenchmarkFills(b *testing.B) {
	for range b.N {
		time.Sleep(200 * time.Microsecond)
		kept = make([]byte, 64<<10)
	}
}

func BenchmarkSetUp(b *testing.B) {
	time.Sleep(3 * time.Millisecond)
	kept = make([]byte, 1<<20)
	b.ResetTimer()
	for range b.N {
		work()
	}
}

// Its timer runs from the beginning.
func BenchmarkOnce(b *testing.B) {
	for began := time.Now(); time.Since(began) < 3*time.Millisecond; {
	}
	kept = make([]byte, 1<<20)
	for range b.N {
		work()
	}
}

// Its timer runs while it prepares for long, without the CPU.
func BenchmarkForgot(b *testing.B) {
	time.Sleep(120 * time.Millisecond)
	for range b.N {
		work()
	}
}

// It does what it does once, whatever b.N is.
func BenchmarkCallsOnce(b *testing.B) {
	for began := time.Now(); time.Since(began) < 3*time.Millisecond; {
	}
	for range 100 {
		kept = make([]byte, 64)
	}
}

// Each of its iterations needs something for which its timer stands.
func BenchmarkRebuilds(b *testing.B) {
	for range b.N {
		b.StopTimer()
		time.Sleep(10 * time.Millisecond)
		b.StartTimer()
		work()
	}
}

// Its metric is how many iterations each of its goroutines takes at once.
func BenchmarkGrain(b *testing.B) {
	var grain atomic.Uint64
	b.RunParallel(func(p *testing.PB) {
		grain.Store(reflect.ValueOf(p).Elem().FieldByName("grain").Uint())
		for p.Next() {
			work()
		}
	})
	b.ReportMetric(float64(grain.Load()), "grain")
}

func BenchmarkStopped(b *testing.B) {
	for b.Loop() {
		work()
		b.StopTimer()
		kept = make([]byte, 1<<10)
		b.StartTimer()
	}
}

func BenchmarkParallel(b *testing.B) {
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			runtime.KeepAlive(object())
		}
	})
}

func BenchmarkSub(b *testing.B) {
	for _, size := range []int{1, 2} {
		b.Run(fmt.Sprintf("size=%d", size), func(b *testing.B) {
			for b.Loop() {
				for range size {
					work()
				}
			}
		})
		b.Run(fmt.Sprintf("size=%d/count", size), func(b *testing.B) {
			for range b.N * size {
				work()
			}
		})
	}
}

func BenchmarkClean(b *testing.B) {
	b.Cleanup(func() { fmt.Println("cleaned up") })
	for b.Loop() {
		work()
	}
}

func BenchmarkStarts(b *testing.B) {
	child := exec.Command("sh", "-c", "echo plain=$TAILGATE_PLAIN; sleep 30")
	child.Stdout = os.Stdout
	if err := child.Start(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		work()
	}
}

// Two of it cannot run at one time.
func BenchmarkExclusive(b *testing.B) {
	f, err := os.Create(os.Getenv("BENCH_LOCK"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		work()
	}
}

func BenchmarkFails(b *testing.B) {
	for i := range b.N {
		if i == 10 {
			b.Fatal("the eleventh is too many")
		}
	}
}

func BenchmarkErrs(b *testing.B) {
	b.Cleanup(func() { b.Log("cleaned up after an error") })
	for i := range b.N {
		if i == 10 {
			b.Error("the eleventh is too many, and it goes on")
		}
	}
}

func BenchmarkSkips(b *testing.B) {
	for i := range b.N {
		if i == 10 {
			b.Skip("the eleventh is too many")
		}
	}
}

func BenchmarkBreaks(b *testing.B) {
	i := 0
	for b.Loop() {
		if i++; i == 10 {
			break
		}
	}
}

func BenchmarkPanics(b *testing.B) {
	i := 0
	for b.Loop() {
		if i++; i == 10 {
			panic("the tenth is too many")
		}
	}
}

func BenchmarkSetsUpLong(b *testing.B) {
	time.Sleep(400 * time.Millisecond)
	b.ResetTimer()
	for range b.N {
		time.Sleep(100 * time.Microsecond)
	}
}

func BenchmarkWaitsLong(b *testing.B) {
	for range b.N {
		b.StopTimer()
		time.Sleep(300 * time.Millisecond)
		b.StartTimer()
		work()
	}
}

// slow is an error that takes a while to say what it is: meanwhile package testing goes on.
type slow struct{}

func (slow) Error() string {
	time.Sleep(300 * time.Millisecond)
	return "out of luck"
}

func BenchmarkPanicsSlowly(b *testing.B) {
	for range b.N {
		panic(slow{})
	}
}

func BenchmarkPanicsSlowlyAtLast(b *testing.B) {
	b.Run("sub", func(b *testing.B) {
		for b.Loop() {
			work()
		}
	})
	panic(slow{})
}

func BenchmarkPanicsSlowlyOnceSkipped(b *testing.B) {
	defer func() { panic(slow{}) }()
	b.SkipNow()
}

func BenchmarkPanicsSlowlyInTen(b *testing.B) {
	if b.N == 10 {
		panic(slow{})
	}
}

func BenchmarkSetsN(b *testing.B) {
	b.N *= 2
	for range b.N {
		work()
	}
}

func BenchmarkMetrics(b *testing.B) {
	for i := range min(b.N, 1000) {
		b.ReportMetric(1, fmt.Sprintf("metric-%d", i))
	}
}

// leave leaves a goroutine and a megabyte, once in a process.
func leave() {
	if left == nil {
		left = make([]byte, 1<<20)
		go func() { select {} }()
	}
}

var left []byte

func BenchmarkLeaves(b *testing.B) {
	for b.Loop() {
		leave()
	}
}

func BenchmarkLeavesCount(b *testing.B) {
	for range b.N {
		leave()
	}
}

// BenchmarkLeavesSkipped ends as those with a Recorder do.
func BenchmarkLeavesSkipped(b *testing.B) {
	for b.Loop() {
		leave()
		b.SkipNow()
	}
}

func BenchmarkLeavesOwn(b *testing.B) {
	for b.Loop() {
		leave()
	}
	b.ReportMetric(7, "goroutines")
}
