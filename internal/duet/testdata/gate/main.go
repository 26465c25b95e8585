// Command gate uses all that a gate uses of package duet, and nothing that a benchmark process does.
package main

import (
	"context"
	"fmt"

	"github.com/tailgate-go/tailgate/internal/duet"
)

func main() {
	release := duet.HoldCPU()
	defer release()
	invitation, err := duet.Invite()
	if err != nil {
		panic(err)
	}
	peer, err := invitation.Open(context.Background())
	if err != nil {
		panic(err)
	}
	result, err := peer.Grant(context.Background(), duet.Turn{Requests: 1})
	fmt.Println(result, err)
	fmt.Println(peer.End(context.Background()))
	fmt.Println(duet.Speaks("some.test"))
}
