package regress_test

import (
	"testing"

	"github.com/tailgate-go/tailgate/internal/modtest"
)

func TestScripts(t *testing.T) { modtest.Run(t) }
