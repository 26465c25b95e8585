package measure

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// holder is the submodule among files that have changed in which the package in dir is; empty if there is none. Of what has changed
// in it git says nothing.
func holder(dir string, files []string) string {
	for _, file := range files {
		if isBelow(dir, file) {
			return file
		}
	}
	return ""
}

// differentData is the first file below the testdata of the package in dir that is not the same in both trees, as it lies on the
// disk; empty if none differs.
func differentData(tops [2]string, dir string) (string, error) {
	testdata := path.Join(dir, "testdata")
	var roots [2]string
	var found [2]map[string]fs.FileInfo
	for i, top := range tops {
		roots[i] = filepath.Join(top, filepath.FromSlash(testdata))
		var err error
		if found[i], err = filesBelow(roots[i]); err != nil {
			return "", err
		}
	}
	all := maps.Clone(found[0])
	maps.Copy(all, found[1])
	for _, name := range slices.Sorted(maps.Keys(all)) {
		same, err := sameEntry([2]string{filepath.Join(roots[0], name), filepath.Join(roots[1], name)},
			[2]fs.FileInfo{found[0][name], found[1][name]})
		if err != nil {
			return "", err
		}
		if !same {
			return path.Join(testdata, filepath.ToSlash(name)), nil
		}
	}
	return "", nil
}

// filesBelow are what is below a folder and is none, by its path from there; nothing of a folder that is not there.
func filesBelow(root string) (map[string]fs.FileInfo, error) {
	found := map[string]fs.FileInfo{}
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(root, file)
		if err == nil {
			found[name], err = entry.Info()
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return found, nil
	}
	return found, err
}

// sameEntry compares two files or links; nil is one that is not there.
func sameEntry(paths [2]string, infos [2]fs.FileInfo) (bool, error) {
	a, b := infos[0], infos[1]
	switch {
	case a == nil || b == nil || a.Mode().Type() != b.Mode().Type():
		return false, nil
	case a.Mode().IsRegular():
		if a.Size() != b.Size() {
			return false, nil
		}
		return equalFiles(paths)
	case a.Mode()&fs.ModeSymlink == 0:
		return false, nil
	}
	var to [2]string
	for i := range to {
		var err error
		if to[i], err = os.Readlink(paths[i]); err != nil {
			return false, err
		}
	}
	return to[0] == to[1], nil
}
