//go:build !unix || aix || solaris

package duet

import (
	"context"
	"os"
	"time"
)

func (pipe) wait(context.Context, time.Time) error { return errNoPipes }

func descriptor(*os.File) (pipe, error) { return -1, errNoPipes }
