package report

import (
	"fmt"

	"github.com/tailgate-go/tailgate/policy"
)

// little says of a verdict that is ok that it saw little, with its interval: " (saw little: -40.00 % to +8.00 %)"; else empty.
func little(v policy.Verdict) string {
	if !v.SawLittle() {
		return ""
	}
	return " (saw little: " + newStatement(v).interval + ")"
}

// shortLittle is the same where there is least room: " (saw little: -40 to +8 %)".
func shortLittle(v policy.Verdict) string {
	if v.SawLittle() && finite(v.Percent) {
		return fmt.Sprintf(" (saw little: %+.0f to %+.0f %%)", v.Percent.Lo, v.Percent.Hi)
	}
	return little(v)
}
