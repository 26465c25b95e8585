package duet

import (
	"runtime"
	"runtime/metrics"
	"time"
)

var epoch = time.Now()

// meter is one reading of all that a turn is measured by. It takes about 0.8 us and no memory.
type meter struct {
	at, timed, cpu   time.Duration
	switches, cycles int64
}

func (s *Seat) read() meter {
	var m meter
	metrics.Read(s.cycles[:])
	m.cycles = int64(s.cycles[0].Value.Uint64())
	m.cpu, m.switches = usage()
	m.timed = s.sitter.Elapsed()
	m.at = time.Since(epoch)
	return m
}

// CPU is the CPU time of all threads of this process so far, user and system; 0 where the system does not tell.
func CPU() time.Duration {
	cpu, _ := usage()
	return cpu
}

// heap is what the process has allocated so far.
type heap struct{ objects, bytes int64 }

// readHeap stops the world for some 10 us.
func readHeap() heap {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return heap{int64(m.Mallocs), int64(m.TotalAlloc)}
}
