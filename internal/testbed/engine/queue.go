package engine

import "slices"

// queue holds the waiting sequences, in a lane for each adapter: one that waits for a slot must not block the others.
type queue struct {
	lanes []*lane
	by    map[string]*lane
	front int64 // place of the last sequence that was put in front, at most 0
}

// lane is the waiting sequences of one adapter in order of service.
type lane struct {
	adapter string
	waiting []*sequence
}

func newQueue(adapters []string) *queue {
	q := &queue{by: map[string]*lane{}}
	for _, name := range append([]string{""}, adapters...) {
		l := &lane{adapter: name}
		q.lanes = append(q.lanes, l)
		q.by[name] = l
	}
	return q
}

// push puts in a sequence that has arrived.
func (q *queue) push(s *sequence) {
	s.place = int64(s.id)
	q.by[s.request.Adapter].insert(s)
}

// pushFront puts a sequence that was preempted before all others of its priority.
func (q *queue) pushFront(s *sequence) {
	q.front--
	s.place = q.front
	q.by[s.request.Adapter].insert(s)
}

// remove takes s, which is in the queue, out of it.
func (q *queue) remove(s *sequence) { q.by[s.request.Adapter].remove(s) }

// next is the first sequence whose adapter is admissible; nil if there is none.
func (q *queue) next(admissible func(adapter string) bool) *sequence {
	var first *sequence
	for _, l := range q.lanes {
		if h := l.head(); h != nil && (first == nil || cmpPlace(h, first) < 0) && admissible(l.adapter) {
			first = h
		}
	}
	return first
}

// overtake counts s, which was taken out to be admitted, against those that are before it.
func (q *queue) overtake(s *sequence) {
	for _, l := range q.lanes {
		if h := l.head(); h != nil && cmpPlace(h, s) < 0 {
			h.overtaken++
		}
	}
}

// len is how many sequences wait.
func (q *queue) len() int {
	n := 0
	for _, l := range q.lanes {
		n += len(l.waiting)
	}
	return n
}

func (l *lane) head() *sequence {
	if len(l.waiting) == 0 {
		return nil
	}
	return l.waiting[0]
}

func (l *lane) insert(s *sequence) {
	i, _ := slices.BinarySearchFunc(l.waiting, s, cmpPlace)
	l.waiting = slices.Insert(l.waiting, i, s)
}

func (l *lane) remove(s *sequence) {
	i, _ := slices.BinarySearchFunc(l.waiting, s, cmpPlace)
	l.waiting = slices.Delete(l.waiting, i, i+1)
}
