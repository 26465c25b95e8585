package measure

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/stats"
	"github.com/tailgate-go/tailgate/policy"
)

// machine is what Linux tells of its CPUs; zero elsewhere.
type machine struct {
	load               float64 // average of the last minute
	total, idle, steal float64 // CPU time since the machine started, in ticks
}

func readMachine() machine {
	var m machine
	if data, err := os.ReadFile("/proc/loadavg"); err == nil {
		first, _, _ := strings.Cut(string(data), " ")
		m.load, _ = strconv.ParseFloat(first, 64)
	}
	data, err := os.ReadFile("/proc/stat")
	if err != nil {
		return m
	}
	line, _, _ := strings.Cut(string(data), "\n")
	for i, field := range strings.Fields(line) { // cpu user nice system idle iowait irq softirq steal guest guest_nice
		ticks, _ := strconv.ParseFloat(field, 64)
		switch {
		case i > 8: // counted in user and nice
		case i == 4 || i == 5:
			m.idle += ticks
		case i == 8:
			m.steal = ticks
		}
		if i <= 8 {
			m.total += ticks
		}
	}
	return m
}

// loadText is the load average; empty when not known.
func (m machine) loadText() string {
	if m == (machine{}) {
		return ""
	}
	return strconv.FormatFloat(m.load, 'f', 2, 64)
}

// disturbance is what was seen to disturb the measurement so far.
func (m *measurement) disturbance() policy.Noise {
	now := readMachine()
	seconds := time.Since(m.began).Seconds()
	rounds := m.judging.Rounds()
	n := policy.Noise{Method: "whole runs", Rounds: rounds, Launches: rounds, Seconds: seconds, Load: m.before.load}
	if m.inDuet {
		n.Method = "duet"
	}
	var measured, stalls, switches float64
	var operations, turns []float64
	for _, r := range m.charted.rounds {
		if r.Operations > 0 {
			operations, turns = append(operations, float64(r.Operations)), append(turns, r.Turn)
		}
		measured, stalls, switches = measured+r.Seconds, stalls+r.Stalls*r.Seconds, switches+r.Switches*r.Seconds
	}
	if measured > 0 {
		n.Stalls, n.Switches = stalls/measured, switches/measured
	}
	if len(turns) > 0 {
		n.Operations, n.Turn = int(stats.Median(operations)), stats.Median(turns)
	}
	if len(m.charted.alternation) > 0 {
		n.Alternation = 100 * stats.Median(m.charted.alternation)
	}
	cpus := now.since(m.before)
	n.Steal, n.Busy = cpus.Steal, cpus.Busy
	return n
}

// since is what became of the CPUs' time since then, and the load now.
func (m machine) since(then machine) policy.Noise {
	n := policy.Noise{Load: m.load}
	if ticks := m.total - then.total; ticks > 0 {
		n.Steal = 100 * (m.steal - then.steal) / ticks
		n.Busy = 100 * (1 - (m.idle-then.idle)/ticks)
	}
	return n
}

// environment is what the report says of the machine, and of what the benchmarks say of themselves.
func environment(config map[string]string, before machine, seed uint64) []report.Fact {
	facts := []report.Fact{
		{Name: "goos", Value: runtime.GOOS}, {Name: "goarch", Value: runtime.GOARCH},
		{Name: "cpus", Value: strconv.Itoa(runtime.NumCPU())},
	}
	for _, key := range []string{"cpu", "go", "blas"} {
		if value := config[key]; value != "" {
			facts = append(facts, report.Fact{Name: key, Value: value})
		}
	}
	if load := before.loadText(); load != "" {
		facts = append(facts, report.Fact{Name: "load before", Value: load},
			report.Fact{Name: "load after", Value: readMachine().loadText()})
	}
	return append(facts, report.Fact{Name: "seed", Value: strconv.FormatUint(seed, 10)})
}
