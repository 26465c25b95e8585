package judge

import "github.com/tailgate-go/tailgate/policy"

// Look is policy.Look.
type Look = policy.Look

// Unsettled is policy.Unsettled.
const Unsettled = policy.Unsettled
