#!/usr/bin/env bats
# init and doctor find out whether the web server serves the folder.
# Names come from helper.bash.
# shellcheck disable=SC2153,SC2154

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	SPACE=$BATS_TEST_TMPDIR/public_html
	mkdir -p "$SPACE/my site/mh"
	web_serve "$SPACE"
}

teardown() {
	stop_pid "$WEB_PID"
}

# web_serve ROOT [LINE…]: lighttpd, for files alone.
web_serve() {
	local root=$1 port
	shift
	for _ in 1 2 3; do
		port=$(free_port)
		URL=http://127.0.0.1:$port
		printf '%s\n' 'server.modules = ("mod_access")' \
		    'server.bind = "127.0.0.1"' "server.port = $port" \
		    "server.document-root = \"$root\"" "$@" \
		    >"$BATS_TEST_TMPDIR/lighttpd.conf"
		lighttpd -D -f "$BATS_TEST_TMPDIR/lighttpd.conf" \
		    >"$BATS_TEST_TMPDIR/output" 2>&1 3>&- &
		WEB_PID=$!
		if wait_for 10 answers; then return 0; fi
		stop_pid "$WEB_PID"
	done
	return 1
}

answers() {
	[ "$(web -o /dev/null -w '%{http_code}' "$URL/" 2>/dev/null)" != 000 ]
}

# finding LEVEL TEXT [URL]
finding() {
	"$MINUTEHAND" -c "$DIR/minutehand.conf" doctor --json \
	    --url "${3:-$URL}" >"$BATS_TEST_TMPDIR/found" || true
	jq -e --arg l "$1" --arg t "$2" 'map(select(.check == "web space")) |
	    length == 1 and .[0].level == $l and (.[0].text | contains($t))' \
	    "$BATS_TEST_TMPDIR/found" >/dev/null || {
		cat "$BATS_TEST_TMPDIR/found"
		false
	}
}

@test "wherever the folder lies in the web space: init warns, doctor FAILs" {
	local n=0 where
	for where in "$SPACE" "$SPACE/mh" "$SPACE/a/b/c" "$SPACE/my site/mh"; do
		mkdir -p "${where%/*}"
		DIR=$where
		run "$MINUTEHAND" init --json --url "$URL" "$DIR"
		[ "$status" -eq 0 ]
		[[ $output == *"warning: the web server serves this folder"*"$URL/"* ]]
		[[ $output == *'"served":"http://'* ]]
		finding FAIL 'is served to all clients'
		# An address with a path below it is asked at the root, too.
		finding FAIL 'is served to all clients' "$URL/some/where/"
		[ -z "$(find "$SPACE" -name 'minutehand-probe-*')" ]
		rm -rf "$where"/store.db* "$where/minutehand.conf"
		n=$((n + 3))
	done
	echo "# $n findings" >&3
}

@test "below the path of the address" {
	mkdir -p "$SPACE/app/data"
	mv "$SPACE/app/data" "$BATS_TEST_TMPDIR/data"
	ln -s "$BATS_TEST_TMPDIR/data" "$SPACE/app/data"
	DIR=$BATS_TEST_TMPDIR/data
	"$MINUTEHAND" init "$DIR" >/dev/null 2>&1
	finding FAIL "$URL/app/data/" "$URL/app"
}

@test "outside of it, and where it is denied: nothing is served" {
	DIR=$BATS_TEST_TMPDIR/instance
	run "$MINUTEHAND" init --json --url "$URL" "$DIR"
	[ "$status" -eq 0 ]
	[[ $output == *'"served":null'* ]]
	finding ok 'no file of minutehand is served'
	stop_pid "$WEB_PID"
	web_serve "$SPACE" 'url.access-deny = ("")'
	DIR=$SPACE/mh
	run "$MINUTEHAND" init --json --url "$URL" "$DIR"
	[[ $output == *'looks like web space'*'"served":null'* ]]
	finding warn 'looks like web space'
}

@test "the store's folder is requested, too" {
	DIR=$BATS_TEST_TMPDIR/instance
	"$MINUTEHAND" init "$DIR" >/dev/null
	mkdir -m 700 "$SPACE/data"
	echo "store = \"$SPACE/data/s.db\"" >>"$DIR/minutehand.conf"
	"$MINUTEHAND" init "$DIR" >/dev/null 2>&1
	finding FAIL "$URL/data/"
}

@test "a server that does not answer, and an invalid address" {
	DIR=$BATS_TEST_TMPDIR/instance
	run "$MINUTEHAND" init --url http://127.0.0.1:1 "$DIR"
	[ "$status" -eq 69 ]
	[[ $output == *'--url: http://127.0.0.1:1: '* ]]
	"$MINUTEHAND" init "$DIR" >/dev/null
	finding ok 'not checked: ' http://127.0.0.1:1
}
