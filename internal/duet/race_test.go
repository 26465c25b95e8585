//go:build race

package duet_test

const raceEnabled = true
