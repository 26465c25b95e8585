package archive

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
)

// Machine is where results come from.
type Machine struct {
	System string `json:"system"` // linux/amd64
	CPU    string `json:"cpu"`    // empty: not known
	Cores  int    `json:"cores"`
	Go     string `json:"go"`
	Commit string `json:"commit"` // of the repository; "with changes" stands behind it if files differ; empty: not known
}

// String names all but the commit.
func (m Machine) String() string {
	return fmt.Sprintf("%s, %d CPUs, %s, %s", m.CPU, m.Cores, m.System, m.Go)
}

// ThisMachine returns the machine that the test runs on, with the commit of the repository whose root is given. Ask once, before
// anything is built: the commit is that of the moment.
func ThisMachine(root string) Machine {
	m := Machine{System: runtime.GOOS + "/" + runtime.GOARCH, Cores: runtime.NumCPU(), Go: runtime.Version()}
	if data, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(data)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				m.CPU = strings.TrimSpace(value)
				break
			}
		}
	}
	if out, err := exec.Command("git", "-C", root, "rev-parse", "--short=12", "HEAD").Output(); err == nil {
		m.Commit = strings.TrimSpace(string(out))
		if changes, err := exec.Command("git", "-C", root, "status", "--porcelain").Output(); err != nil || len(changes) > 0 {
			m.Commit += " with changes"
		}
	}
	return m
}

// Load is the machine's load average of the last minute, and -1 if the system does not tell it.
func Load() float64 {
	data, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return -1
	}
	first, _, _ := strings.Cut(string(data), " ")
	of, err := strconv.ParseFloat(first, 64)
	if err != nil {
		return -1
	}
	return of
}
