# The stand-in for Render's API (tests/stub).  After helper.bash: load
# ../support/render.bash
#
#   stub_start [name=value…]   sets STUB_HTTP, STUB_HTTPS, STUB_CA, STUB_LOG
#   stub_stop                  in teardown
#   stub_set 'name=value&…'    tell it
#   stub_stats [JQ]            what it counted
#   stub_launches [MIN]        commands launched MIN times or more, with counts
#   render_key_conf URL [LINE…]  print a configuration with the key and the CA
#
# The key is in $RENDER_KEY; its file in $BATS_TEST_TMPDIR/render.key.

# The caller's proxies are not the tests'.
unset http_proxy https_proxy all_proxy HTTPS_PROXY ALL_PROXY

STUB=${abs_top_builddir:?}/tests/stub/render
RENDER_KEY=rnd_C4n4ryC4n4ryC4n4ry

# A certificate for localhost, made once a file.
make_ca() {
	STUB_CA=$BATS_FILE_TMPDIR/ca.pem
	[ -f "$STUB_CA" ] || openssl req -x509 -newkey ec -pkeyopt \
	    ec_paramgen_curve:P-256 -nodes -keyout "$BATS_FILE_TMPDIR/ca.key" \
	    -out "$STUB_CA" -days 2 -subj /CN=test -addext \
	    subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null
}

stub_start() {
	make_ca
	STUB_LOG=$BATS_TEST_TMPDIR/stub.log
	"$STUB" -l "$STUB_LOG" -c "$STUB_CA" -k "$BATS_FILE_TMPDIR/ca.key" \
	    key="$RENDER_KEY" "$@" >"$BATS_TEST_TMPDIR/ports" 3>&- &
	STUB_PID=$!
	wait_for 10 grep -q https "$BATS_TEST_TMPDIR/ports"
	STUB_HTTP=http://127.0.0.1:$(awk '/^http / { print $2 }' \
	    "$BATS_TEST_TMPDIR/ports")
	STUB_HTTPS=https://localhost:$(awk '/^https / { print $2 }' \
	    "$BATS_TEST_TMPDIR/ports")
	export STUB_HTTP STUB_HTTPS
	printf '%s\n' "$RENDER_KEY" >"$BATS_TEST_TMPDIR/render.key"
	chmod 600 "$BATS_TEST_TMPDIR/render.key"
}

stub_stop() {
	[ -z "${STUB_PID-}" ] || stop_pid "$STUB_PID"
	STUB_PID=
}

stub_set() {
	web -f -o /dev/null "$STUB_HTTP/_stub/set?$1"
}

stub_stats() {
	web -f "$STUB_HTTP/_stub/stats" | jq -rc "${1:-.}"
}

stub_launches() {
	web -f "$STUB_HTTP/_stub/launches?min=${1:-1}" | jq -Sc .
}

render_key_conf() {
	printf 'render_key "main" {\n\tfile = "%s"\n\tbase_url = "%s"\n}\n' \
	    "$BATS_TEST_TMPDIR/render.key" "$1"
	printf 'ca_file = "%s"\n' "$STUB_CA"
	shift
	printf '%s\n' "$@"
}
