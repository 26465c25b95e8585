package regress

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAPolicyThatIsTooLargeIsNotRead(t *testing.T) {
	if _, err := os.Stat("/dev/zero"); err == nil {
		_, err := Gate{PolicyFile: "/dev/zero"}.settle(fromNowhere)
		assert.EqualError(t, err,
			"Gate.PolicyFile: /dev/zero: more than 2048 KiB; leave the policy out for the default: p95-ns, 10 %, 1 ms")
	}
}
