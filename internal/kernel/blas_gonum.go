//go:build !(openblas && cgo)

package kernel

const blasName = "gonum"
