#!/bin/sh
# Are the Debian packages there that tests/packages lists?
#
#   packages.sh list USE…      print the packages of these uses
#   packages.sh missing USE…   print those that are not installed
#   packages.sh install USE…   install those, as root or by sudo -n; where
#                              neither can be, say what to do, exit 69
set -eu

here=$(cd "$(dirname "$0")" && pwd)

list() {
	for use; do
		awk -v use="$use" '!/^#/ && $2 == use { print $1 }' "$here/packages"
	done
}

# ii: installed.  Without dpkg nothing is.
missing() {
	list "$@" | while read -r name; do
		case $(dpkg-query -W -f '${db:Status-Abbrev}' "$name" \
		    2>/dev/null) in
		?i*)	;;
		*)	echo "$name" ;;
		esac
	done
}

# Debian starts a web server as soon as its package is there; nobody asked for
# that, and two of them would quarrel over port 80.  An owner's own policy
# stays.
policy=/usr/sbin/policy-rc.d

forbid_start() {
	[ ! -e "$policy" ] || return 0
	trap allow_start EXIT
	trap 'exit 1' HUP INT TERM
	printf '#!/bin/sh\nexit 101\n' | $sudo tee "$policy" >/dev/null
	$sudo chmod 755 "$policy"
}

allow_start() {
	$sudo rm -f "$policy"
}

apt() {
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get -q \
	    -o DPkg::Lock::Timeout=300 "$@"
}

install() {
	names=$(missing "$@" | tr '\n' ' ')
	[ -n "$names" ] || return 0
	echo "missing Debian packages: $names"
	sudo=
	if [ "$(id -u)" -ne 0 ]; then
		sudo='sudo -n'
	fi
	if ! command -v apt-get >/dev/null 2>&1 ||
	    ! $sudo true 2>/dev/null; then
		echo "to install them, as root:"
		echo "  apt-get update"
		echo "  apt-get install --no-install-recommends $names"
		exit 69
	fi
	forbid_start
	apt update >/dev/null || echo "apt-get update failed; going on"
	# Names have no blanks.
	# shellcheck disable=SC2086
	apt install -y --no-install-recommends $names >/dev/null
}

case ${1-} in
list|missing|install)
	"$@"
	;;
*)
	echo "usage: packages.sh list|missing|install build|demo|test|ci …" >&2
	exit 64
	;;
esac
