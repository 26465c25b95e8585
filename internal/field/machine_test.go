package field

import (
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Machine is where results come from.
type Machine struct {
	System string `json:"system"` // linux/amd64
	CPU    string `json:"cpu"`    // empty: not known
	Cores  int    `json:"cores"`
	Go     string `json:"go"`
	Commit string `json:"commit"` // of tailgate; empty: not known
}

// thisMachine is asked once: the command that is measured was built of the commit that stood there at the beginning.
var thisMachine = sync.OnceValue(func() Machine {
	m := Machine{System: runtime.GOOS + "/" + runtime.GOARCH, Cores: runtime.NumCPU(), Go: runtime.Version()}
	if data, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(data)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				m.CPU = strings.TrimSpace(value)
				break
			}
		}
	}
	if out, err := exec.Command("git", "rev-parse", "--short=12", "HEAD").Output(); err == nil {
		m.Commit = strings.TrimSpace(string(out))
		if changes, err := exec.Command("git", "status", "--porcelain", "--", "../..").Output(); err != nil || len(changes) > 0 {
			m.Commit += " with changes"
		}
	}
	return m
})

// load is the machine's of the minute before, -1 where the system does not tell.
func load() float64 {
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

func TestTheMachineIsTold(t *testing.T) {
	m := thisMachine()
	assert.Positive(t, m.Cores)
	assert.Contains(t, m.System, "/")
	assert.GreaterOrEqual(t, load(), -1.0)
}
