package gateway

import "fmt"

// Criticality says who goes without when there is not enough for all. A class is never refused where one below it would be
// admitted.
type Criticality int

const (
	// Standard requests are refused when every queue is long. It is the zero value, and the class of a model that is not configured.
	Standard Criticality = iota
	// Sheddable requests are refused as soon as no replica has room to spare.
	Sheddable
	// Critical requests are never refused by the gateway while a replica is up.
	Critical
)

var criticalities = map[Criticality]string{Standard: "standard", Sheddable: "sheddable", Critical: "critical"}

// String is the name in lower case.
func (c Criticality) String() string {
	if name, ok := criticalities[c]; ok {
		return name
	}
	return fmt.Sprintf("Criticality(%d)", int(c))
}

// MarshalText is String, and refuses what is none of the three.
func (c Criticality) MarshalText() ([]byte, error) {
	if _, ok := criticalities[c]; !ok {
		return nil, fmt.Errorf("%v: is none of standard, sheddable and critical", c)
	}
	return []byte(c.String()), nil
}

// UnmarshalText reads a name in lower case.
func (c *Criticality) UnmarshalText(text []byte) error {
	for value, name := range criticalities {
		if name == string(text) {
			*c = value
			return nil
		}
	}
	return fmt.Errorf("criticality %q: want standard, sheddable or critical", text)
}
