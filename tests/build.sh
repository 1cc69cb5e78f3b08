#!/bin/sh
# Build the programs out of tree: build.sh DIR [CONFIGURE-OPTION…]
#
# Safe to call again, and twice at the same time.  A source tree that cannot
# be written to is copied to DIR/.src first if configure must be made.
set -eu

src=$(cd "$(dirname "$0")/.." && pwd)
[ $# -ge 1 ] || { echo "usage: build.sh DIR [CONFIGURE-OPTION…]" >&2; exit 64; }
mkdir -p "$1"
dir=$(cd "$1" && pwd)
shift

# Root may write whatever the mode says, and should not.
is_writable() {
	[ -w "$1" ] && [ -n "$(find "$1" -maxdepth 0 -perm -u+w)" ]
}

# Is there no configure, or an older one than what it is made from?
is_stale() {
	[ ! -f "$1/configure" ] || [ ! -f "$1/Makefile.in" ] ||
	    [ -n "$(find "$1/configure.ac" "$1/m4" "$1/Makefile.am" \
	    "$1"/*/Makemodule.am -newer "$1/Makefile.in")" ]
}

copy_source() {
	rm -rf "$dir/.src"
	mkdir "$dir/.src"
	tar -C "$src" -cf - --exclude=./.git --exclude=./build \
	    --exclude=./autom4te.cache . | tar -C "$dir/.src" -xf -
	chmod -R u+w "$dir/.src"
}

# One at a time: in the source tree, then in the build folder.
exec 8<"$src" 9<"$dir"
flock 9
if is_stale "$src" && ! { is_writable "$src" &&
    is_writable "$src/build-aux"; }; then
	if [ ! -d "$dir/.src" ] || [ -n "$(find "$src" -path "$src/.git" \
	    -prune -o -path "$dir" -prune -o -type f -newer "$dir/.src" \
	    -print)" ]; then
		echo "copying the sources, which are read-only"
		copy_source
		touch "$dir/.src"
	fi
	src=$dir/.src
fi
flock 8
if is_stale "$src"; then
	echo "autoreconf"
	(cd "$src" && autoreconf -fi)
	# make must not find it older than its sources and do it again.
	touch "$src/Makefile.in"
fi
flock -u 8

# What configure was told last time; without options anything will do.
told="$* CC=${CC-} CFLAGS=${CFLAGS-}"
cd "$dir"
if [ ! -f Makefile ] || [ "$(cat .src-told 2>/dev/null)" != "$src" ] || {
    [ $# -gt 0 ] && [ "$(cat .told 2>/dev/null)" != "$told" ]; }; then
	echo "configure $*"
	"$src/configure" "$@"
	echo "$told" >.told
	echo "$src" >.src-told
fi
make -j"${JOBS:-2}"
