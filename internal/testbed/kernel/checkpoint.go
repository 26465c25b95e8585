package kernel

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// checkpoint is a directory's safetensors files taken together.
type checkpoint struct {
	files   []*os.File
	tensors map[string]place
	wanted  map[string]bool // those that have been asked for
}

// place is the file that a tensor is in.
type place struct {
	name string // of the file
	file *safetensors
}

// openCheckpoint opens dir's model.safetensors, or, where there is none, the files that model.safetensors.index.json names.
func openCheckpoint(dir string) (*checkpoint, error) {
	c := &checkpoint{tensors: map[string]place{}, wanted: map[string]bool{}}
	const single, index = "model.safetensors", "model.safetensors.index.json"
	err := c.add(dir, single)
	if errors.Is(err, fs.ErrNotExist) {
		err = c.addShards(dir, index)
	}
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

// addShards adds the files that the named index lists.
func (c *checkpoint) addShards(dir, name string) error {
	var index struct {
		WeightMap map[string]string `json:"weight_map"` // the file of each tensor; beside it is metadata of any kind
	}
	if err := readJSON(dir, name, &index); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("no model.safetensors, and no index of its shards: %w", err)
	} else if err != nil {
		return err
	}
	var shards []string
	for _, shard := range index.WeightMap {
		shards = append(shards, shard)
	}
	slices.Sort(shards)
	for _, shard := range slices.Compact(shards) {
		if filepath.Base(shard) != shard || filepath.Ext(shard) != ".safetensors" {
			return fmt.Errorf("%s: shard %q; want the name of a .safetensors file beside it", name, shard)
		}
		if err := c.add(dir, shard); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	for tensor, shard := range index.WeightMap {
		if found, ok := c.tensors[tensor]; !ok || found.name != shard {
			return fmt.Errorf("%s: tensor %q is not in %s", name, tensor, shard)
		}
	}
	return nil
}

// add adds the tensors of one file.
func (c *checkpoint) add(dir, name string) error {
	file, size, err := openRegular(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	c.files = append(c.files, file)
	s, err := newSafetensors(file, size)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for tensor := range s.tensors {
		if other, twice := c.tensors[tensor]; twice {
			return fmt.Errorf("%s: tensor %q is in %s too", name, tensor, other.name)
		}
		c.tensors[tensor] = place{name, s}
	}
	return nil
}

// want notes that the model has a tensor of that name and shape, and returns what is wrong with the checkpoint's.
func (c *checkpoint) want(name string, shape ...int) error {
	c.wanted[name] = true
	found, ok := c.tensors[name]
	if !ok {
		return fmt.Errorf("no tensor %q", name)
	}
	t := found.file.tensors[name]
	if !slices.EqualFunc(t.Shape, shape, func(got uint64, want int) bool { return got == uint64(want) }) {
		return fmt.Errorf("%s: tensor %q has shape %v; want %v by config.json", found.name, name, t.Shape, shape)
	}
	switch t.DType {
	case "F32", "F16", "BF16":
		return nil
	}
	return fmt.Errorf("%s: tensor %q is of %s; want F32, F16 or BF16", found.name, name, t.DType)
}

// read reads a tensor that want has found good.
func (c *checkpoint) read(name string, numbers []float32) error {
	found := c.tensors[name]
	if err := found.file.read(name, numbers); err != nil {
		return fmt.Errorf("%s: %w", found.name, err)
	}
	return nil
}

func (c *checkpoint) close() error {
	var errs []error
	for _, file := range c.files {
		errs = append(errs, file.Close())
	}
	return errors.Join(errs...)
}

// maxJSON bounds the JSON files beside the weights, in bytes.
const maxJSON = 100_000_000

// readJSON decodes a JSON file. Fields that v does not have are ignored: they tell other programs other things.
func readJSON(dir, name string, v any) error {
	file, size, err := openRegular(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	defer file.Close() // was only read: nothing can be lost
	if size > maxJSON {
		return fmt.Errorf("%s: %d bytes; want at most %d", name, size, maxJSON)
	}
	data, err := io.ReadAll(io.LimitReader(file, maxJSON))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), v); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// openRegular opens a file and returns its size. What is no regular file, as a pipe that nobody writes to, it does not open.
func openRegular(path string) (*os.File, int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%s is not a regular file", path)
	}
	file, err := os.Open(path)
	return file, info.Size(), err
}
