package testbin

import "sync"

// head keeps the first limit bytes written to it, takes the rest without keeping it, and calls overflow once there is a rest.
type head struct {
	limit    int
	overflow func()

	mu   sync.Mutex
	kept []byte
	over bool
}

func (h *head) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	room := min(h.limit-len(h.kept), len(p))
	h.kept = append(h.kept, p[:room]...)
	if room < len(p) && !h.over {
		h.over = true
		h.overflow()
	}
	return len(p), nil
}

// bytes is what was kept so far, and whether there was more. Later writes do not alter it.
func (h *head) bytes() ([]byte, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.kept[:len(h.kept):len(h.kept)], h.over
}

// tail keeps the last limit bytes written to it.
type tail struct {
	limit int

	mu   sync.Mutex
	kept []byte // at most twice the limit
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(p)
	p = p[max(0, n-t.limit):]
	if len(t.kept)+len(p) > 2*t.limit {
		t.kept = append(t.kept[:0], t.kept[len(t.kept)-t.limit:]...)
	}
	t.kept = append(t.kept, p...)
	return n, nil
}

// bytes is a copy of the last bytes so far.
func (t *tail) bytes() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]byte(nil), t.kept[max(0, len(t.kept)-t.limit):]...)
}
