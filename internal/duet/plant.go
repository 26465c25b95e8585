package duet

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"time"
)

// PlantEnv names the environment variable in which a gate tells a benchmark process what to plant.
// Only the gate sets it: both sides' environments are cleared of it first.
const PlantEnv = "TAILGATE_PLANT"

// Plant is a slowdown put into every request on purpose. At most one field is set; the zero value plants nothing.
// The time is burnt, not slept: a sleep is rounded up to a millisecond and leaves the CPU to the other side.
type Plant struct {
	Fixed   time.Duration // added to every request
	Percent float64       // added to every request, in percent of the time that the request took by itself
}

// ParsePlant reads "2ms" or "25%". The empty string plants nothing. A plant must be positive, at most a minute or 1000 %.
func ParsePlant(s string) (Plant, error) {
	if s == "" {
		return Plant{}, nil
	}
	if number, ok := strings.CutSuffix(s, "%"); ok {
		percent, err := strconv.ParseFloat(number, 64)
		if err != nil || math.IsNaN(percent) || percent <= 0 || percent > 1000 {
			return Plant{}, fmt.Errorf("planted slowdown %q: write a percentage above 0 and up to 1000, such as 25%%", s)
		}
		return Plant{Percent: percent}, nil
	}
	fixed, err := time.ParseDuration(s)
	if err != nil || fixed <= 0 || fixed > time.Minute {
		return Plant{}, fmt.Errorf("planted slowdown %q: write a duration above 0 and up to 1m, such as 2ms, "+
			"or a percentage, such as 25%%", s)
	}
	return Plant{Fixed: fixed}, nil
}

// PlantFromEnv reads what the gate ordered. A process that no gate started plants nothing.
func PlantFromEnv() (Plant, error) { return ParsePlant(os.Getenv(PlantEnv)) }

// IsZero reports whether p plants nothing.
func (p Plant) IsZero() bool { return p == Plant{} }

// String is the form that ParsePlant reads.
func (p Plant) String() string {
	switch {
	case p.Percent != 0:
		return strconv.FormatFloat(p.Percent, 'g', -1, 64) + "%"
	case p.Fixed != 0:
		return p.Fixed.String()
	}
	return ""
}

// Due is the time to plant in a request that took natural by itself.
func (p Plant) Due(natural time.Duration) time.Duration {
	return p.Fixed + time.Duration(p.Percent/100*float64(natural))
}
