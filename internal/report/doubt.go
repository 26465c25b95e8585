package report

// Doubt is why profiles do not explain a regression, or not surely.
type Doubt string

const (
	NotProfiled Doubt = "not-profiled" // it could not be: for a Problem
	NoneGrew    Doubt = "none-grew"    // no function did by more than the luck of sampling
	NoneLeads   Doubt = "none-leads"   // which of the functions grew most is within the luck of sampling
)

// doubt is the cause's in words; empty when there is none.
func (c Cause) doubt() string {
	switch c.Doubt {
	case NotProfiled:
		return "it could not be profiled: " + Failure{c.Problem}.Error()
	case NoneGrew:
		return "no function grew by more than the luck of sampling: " + c.otherwise()
	case NoneLeads:
		return "which of them grew most is within the luck of sampling"
	}
	return string(c.Doubt) // of a later release
}

// otherwise is what else it may be, where profiles show nothing.
func (c Cause) otherwise() string {
	switch c.Of {
	case "CPU time":
		return "what grew is spread thin, or requests wait (lock, sleep, I/O), or the machine was disturbed: see the noise"
	case "waiting":
		return "requests do not wait longer for locks or channels; a sleep and the network are in no profile, " +
			"and the machine may have been disturbed: see the noise"
	}
	return "what grew is spread thin"
}
