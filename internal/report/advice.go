package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/policy"
)

// toSettle lists the advice that would settle an inconclusive or blind verdict.
func toSettle(r policy.Reason) string {
	var ways []string
	for _, a := range r.Advice {
		ways = append(ways, action(a))
	}
	text := "to settle it: "
	if last := len(ways) - 1; last > 0 {
		text += strings.Join(ways[:last], ", ") + " or "
	}
	text += ways[len(ways)-1]
	if r.Facts.Most > 0 {
		text += fmt.Sprintf("; no budget would do, since a verdict has %d rounds at most", r.Facts.Most)
	}
	return text
}

// action is one of the things that would settle it.
func action(a policy.Advice) string {
	switch a.Do {
	case policy.ChangeApart:
		return "the benchmark's change in a commit of its own, before that of the code"
	case policy.MoreTime:
		return fmt.Sprintf("about %s more for the gate", whole(a.Budget))
	case policy.LongerTimeout:
		return "go test -timeout " + whole(a.Budget)
	case policy.LongerTotal:
		return "-regress.total=" + whole(a.Budget)
	case policy.MoreMachines:
		return "machines that share the benchmarks (-regress.shard)"
	case policy.MoreRounds:
		switch {
		case a.Amount == 0:
			return "a larger budget"
		case a.Budget == 0:
			return fmt.Sprintf("about %.0f rounds (a larger -regress.budget)", a.Amount)
		}
		return fmt.Sprintf("about %.0f rounds (-regress.budget=%s)", a.Amount, a.Budget)
	case policy.MoreRuns:
		if a.Amount == 0 {
			return "more runs"
		}
		return fmt.Sprintf("about %.0f runs a side (-count=%.0f)", a.Amount, a.Amount)
	case policy.QuieterMachine:
		var signs []string
		for _, s := range a.Signs {
			signs = append(signs, sign(s))
		}
		if len(signs) == 0 {
			return "a quieter machine"
		}
		return "a quieter machine (" + strings.Join(signs, ", ") + ")"
	case policy.WiderLimit:
		if a.Amount == 0 {
			return "a wider limit"
		}
		return fmt.Sprintf("a limit of %g %%", a.Amount)
	}
	return string(a.Do) // of a later release
}

// whole is a duration of whole seconds, as somebody types it: 20m.
func whole(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

func sign(s policy.Sign) string {
	switch s.Name {
	case "steal-percent":
		return fmt.Sprintf("steal %.3g %%", s.Value)
	case "load":
		return fmt.Sprintf("load %.3g on %d CPUs", s.Value, s.CPUs)
	}
	return fmt.Sprintf("%.3g %s", s.Value, s.Name)
}
