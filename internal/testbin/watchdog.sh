# Cleans up after a gate. $1 is the scratch folder. Standard input ends when the gate and all its process groups are gone.
trap '' HUP INT QUIT TERM
while read -r _; do :; done
cd "$1" || exit

# Folders without write permission cannot be emptied.
remove() {
	rm -rf "$1" && return
	find "$1" -type d -exec chmod u+rwx {} \;
	rm -rf "$1"
}

# repo/NAME links to the git folder that tree/NAME is a worktree of. No path passes through text here.
for link in repo/*; do
	test -h "$link" || continue
	name=${link#repo/}
	remove "tree/$name"
	git --git-dir="$link" worktree remove --force --force "$1/tree/$name"
	# `git worktree add` cut short leaves a locked folder that git does not list.
	rm -rf "$link/worktrees/$name"
	rmdir "$link/worktrees"
done

cd /
remove "$1"
