package report

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Phase is what a gate did, in a word that follows "took 57s:", and how long that took, all its times together: "built".
type Phase struct {
	Name string
	Took time.Duration
}

// Spend adds to how long a phase took; phases stand in the order in which they are first spent on. It is not for concurrent use.
func (d *Document) Spend(name string, took time.Duration) {
	i := slices.IndexFunc(d.Phases, func(p Phase) bool { return p.Name == name })
	if i < 0 {
		i = len(d.Phases)
		d.Phases = append(d.Phases, Phase{Name: name})
	}
	d.Phases[i].Took += took
}

// spent is took and what the time was spent on, as far as it shows in tenths of a second: "57.5s: built 9.3 s, measured 44.0 s".
func (d Document) spent() string {
	var parts []string
	for _, p := range d.Phases {
		if p.Took >= 50*time.Millisecond {
			parts = append(parts, fmt.Sprintf("%s %.1f s", p.Name, p.Took.Seconds()))
		}
	}
	if took := d.took(); took != "" && len(parts) > 0 {
		return took + ": " + strings.Join(parts, ", ")
	}
	return d.took()
}
