#!/usr/bin/env bats
# What the ticker's own code makes of Render's answers, and of none.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	load ../support/render.bash
	ASK=${abs_top_builddir:?}/tests/stub/ask
	CONF=$BATS_TEST_TMPDIR/m.conf
	stub_start
}

teardown() {
	stub_stop
}

# conf URL [LINE…]: the configuration asked with
conf() {
	render_key_conf "$@" >"$CONF"
}

ask() {
	"$ASK" "$CONF" "$@"
}

# means FAULT CLASS STATUS SENT: of a create, by each protocol
means() {
	stub_set "next=$1"
	run ask create srv-a "$1"
	echo "$1: $output"
	[[ ${lines[0]} == "$2 status=$3 sent=$4 "* ]]
}

# each_protocol COMMAND…: plain HTTP/1.1, HTTP/1.1 and HTTP/2 by TLS
each_protocol() {
	conf "$STUB_HTTP" 'http_timeout = 1500ms'
	"$@"
	conf "$STUB_HTTPS/v1" 'http_timeout = 1500ms'
	stub_set h2=0
	"$@"
	stub_set h2=1
	"$@"
}

all_faults() {
	means none ok 201 1
	means 400 refused 400 1
	means 401 denied 401 1
	means 404 refused 404 1
	means 429 later 429 1
	means 503 later 503 1
	means 500 unknown 500 1
	means redirect unknown 307 1
	means lost_before unknown 0 1
	means cut_before unknown 0 1
	means 500_after unknown 500 1
	means 503_after later 503 1
	means lost unknown 0 1
	means cut_after unknown 0 1
	means cut_within unknown 201 1
	means garbage unknown 201 1
	means huge unknown 201 1
	means empty unknown 201 1
}

@test "each fault is classified as the ledger needs it" {
	each_protocol all_faults
	[ "$(stub_launches 4)" = '{}' ]
	[ "$(stub_stats '.handshakes')" = 36 ]
}

@test "errors without JSON are shown, too" {
	stub_set 'json=0'
	conf "$STUB_HTTP"
	means 400 refused 400 1
	[[ $output == *': <html> <h1>free tier plans are not supported for jobs</h1> </html>' ]]
	stub_set 'json=1'
	means 400 refused 400 1
	[[ $output == *': free tier plans are not supported for jobs' ]]
}

@test "Retry-After is passed on" {
	stub_set 'retry_after=17'
	conf "$STUB_HTTP"
	means 429 later 429 1
	[[ $output == *' retry=17 '* ]]
	means 503 later 503 1
	[[ $output == *' retry=17 '* ]]
}

@test "a request that was not sent is reported as not sent" {
	conf "http://127.0.0.1:$(free_port)"
	run ask create srv-a x
	[[ $output == 'later status=0 sent=0 '*'Failed to connect'* ]]
	conf https://does.not.exist.invalid
	run ask create srv-a x
	[[ $output == 'later status=0 sent=0 '* ]]
	# TLS where plain HTTP is spoken.
	conf "https://localhost:${STUB_HTTP##*:}"
	run ask create srv-a x
	[[ $output == 'later status=0 sent=0 '* ]]
	[ "$(stub_stats .launches)" = 0 ]
}

@test "certificates are verified, names too" {
	conf "$STUB_HTTPS"
	sed -i '/^ca_file/d' "$CONF"
	run ask create srv-a x
	[[ $output == 'later status=0 sent=0 '*certificate* ]]
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -keyout /dev/null -out "$BATS_TEST_TMPDIR/other.pem" -days 2 \
	    -subj /CN=localhost 2>/dev/null
	echo "ca_file = \"$BATS_TEST_TMPDIR/other.pem\"" >>"$CONF"
	run ask create srv-a x
	[[ $output == 'later status=0 sent=0 '*certificate* ]]
	conf "https://127.0.0.2:${STUB_HTTPS##*:}"
	run ask create srv-a x
	[[ $output == 'later status=0 sent=0 '* ]]
	[ "$(stub_stats .requests)" = 0 ]
}

# A server that closes a connection kept open makes libcurl send the request
# again, and a job would be launched twice.
on_a_dead_connection() {
	local before sums
	before=$(stub_stats .launches)
	stub_set 'next=none,cut_after'
	sums=$(ask create srv-a "$RANDOM" 2)
	[[ $sums == 'ok=1 refused=0 denied=0 later=0 unknown=1 '* ]]
	[ "$(stub_stats .launches)" = $((before + 2)) ]
	[ "$(stub_stats .doubles)" = 0 ]
	stub_set 'next='
}

@test "a create is sent once, even when a kept connection is dead" {
	conf "$STUB_HTTP" 'max_parallel = 1'
	on_a_dead_connection
	conf "$STUB_HTTPS" 'max_parallel = 1'
	on_a_dead_connection
	stub_set h2=0
	on_a_dead_connection
	[ "$(stub_stats .create)" = 6 ]
}

@test "connections are reused: one handshake for each, not for each request" {
	conf "$STUB_HTTPS" 'max_parallel = 8'
	stub_set 'h2=0&delay_ms=5'
	run ask create srv-a x 100
	[[ $output == 'ok=100 '* ]]
	[ "$(stub_stats .handshakes)" -le 8 ]
	[ "$(stub_stats .most_under_way)" = 8 ]
}

@test "HTTP/2: all requests share a connection" {
	conf "$STUB_HTTPS" 'max_parallel = 8'
	stub_set 'delay_ms=5'
	run ask create srv-a x 100
	[[ $output == 'ok=100 '* ]]
	[ "$(stub_stats .handshakes)" = 1 ]
	[ "$(stub_stats .most_under_way)" = 8 ]
}

@test "the rate limit of the headers is obeyed" {
	conf "$STUB_HTTP" 'max_parallel = 4'
	stub_set 'limit_create=5&window_s=2&rate_twice=1'
	run ask create srv-a x 12
	[[ $output == 'ok=12 refused=0 denied=0 later=0 '* ]] || { echo "$output"; false; }
	[ "$(stub_stats '.status["429"]')" = null ]
	stub_set 'rate_epoch=1&window_s=1'
	sleep 1.1
	run ask create srv-a y 7
	[[ $output == 'ok=7 refused=0 denied=0 later=0 '* ]] || { echo "$output"; false; }
}

@test "lists and events, page by page, with every end" {
	conf "$STUB_HTTP"
	stub_set 'clock=1000000000&end.failed=1&end.oom=1&end.evicted=1'
	stub_set 'end.timed_out=1&end.canceled=1&zone=-04:00&decimals=9&nulls=1'
	run ask create srv-a x 250
	[[ $output == 'ok=250 '* ]]
	run ask list srv-a
	[ "$(grep -c ^ok <<<"$output")" = 3 ]
	[ "$(grep -o '^job job-[^ ]*' <<<"$output" | sort -u | wc -l)" = 250 ]
	[[ $output != *' bad=1'* ]]
	stub_set advance=100
	run ask list srv-a canceled
	[[ $output == *' canceled command=x '* ]]
	run ask events srv-a
	[ "$(grep -c '^event ' <<<"$output")" = 250 ]
	for what in ' failed at=[0-9]* exit=1$' ' oom$' ' evicted$' \
	    ' timed_out=2592000$' ' canceled at=1000000060[0-9]*$' \
	    ' succeeded at=[0-9]*$'; do
		grep -q "$what" <<<"$output"
	done
}

@test "one job is read and canceled" {
	conf "$STUB_HTTPS"
	run ask create srv-a 'a "quoted" ä'
	[[ $output == *'command=a "quoted" ä '* ]]
	id=$(grep -o 'job-[0-9a-v]*' <<<"$output")
	run ask get srv-a "$id"
	[[ $output == *"job $id running "* ]]
	run ask cancel srv-a "$id"
	[[ $output == *"job $id canceled "* ]]
	run ask cancel srv-a job-00000000000000000000
	[[ $output == 'refused status=404 '* ]]
	run ask get srv-a '../../x?y#z'
	[[ $output == 'refused status=404 '* ]]
}

long_command() {
	local long
	long=$(printf '%0100000d' 7)
	[[ $(ask create srv-a "$long") == *"command=$long "* ]]
}

@test "a long command, both ways" {
	each_protocol long_command
}

@test "keys: none for the service, a file that others can read, no file, no variable" {
	conf "$STUB_HTTP"
	sed -i 's/^}/	services = {"srv-b*"}\n}/' "$CONF"
	run ask create srv-a x
	[ "$status" -eq 1 ]
	[[ $output == "ask: no render_key is for service srv-a" ]]
	conf "$STUB_HTTP"
	chmod 644 "$BATS_TEST_TMPDIR/render.key"
	run ask create srv-a x
	[[ $output == *': option "file": '*'/render.key: mode 0644 lets others at it; chmod 600 '* ]]
	rm "$BATS_TEST_TMPDIR/render.key"
	run ask create srv-a x
	[[ $output == 'ask: render_key "main": '*'/render.key: No such file'* ]]
	sed -i 's/^	file = .*/env = "NO_SUCH_KEY"/' "$CONF"
	run ask create srv-a x
	[[ $output == 'ask: render_key "main": the variable NO_SUCH_KEY is not set' ]]
	[ "$(stub_stats .requests)" = 0 ]
}

# Nothing that anybody can look at has the key.
@test "canary: the key is in no answer, error, log or process" {
	stub_set 'echo_key=1'
	for url in "$STUB_HTTP" "$STUB_HTTPS"; do
		for json in 0 1; do
			conf "$url" 'http_timeout = 200ms'
			stub_set "json=$json"
			for fault in none 400 401 404 429 500 503 redirect \
			    cut_before 503_after lost cut_within garbage empty; do
				stub_set "next=$fault"
				ask create srv-a x
			done
		done
	done >"$BATS_TEST_TMPDIR/out" 2>&1
	grep -q 'free tier plans are not supported for jobs, sent with Bearer \*\*\*' \
	    "$BATS_TEST_TMPDIR/out"
	echo wrong >"$BATS_TEST_TMPDIR/render.key"
	ask create srv-a x >>"$BATS_TEST_TMPDIR/out" 2>&1
	grep -q '^denied status=401 ' "$BATS_TEST_TMPDIR/out"
	run ! grep -q "$RENDER_KEY" "$BATS_TEST_TMPDIR/out" "$STUB_LOG"
}

was_asked() {
	[ "$(stub_stats .requests)" = 1 ]
}

@test "canary: a key from the environment leaves it, and no core is dumped" {
	conf "$STUB_HTTP"
	sed -i 's/^	file = .*/env = "CANARY"/' "$CONF"
	stub_set 'delay_ms=2000'
	CANARY=$RENDER_KEY "$ASK" "$CONF" create srv-a x \
	    >"$BATS_TEST_TMPDIR/out" 3>&- &
	pid=$!
	wait_for 5 sh -c "grep -q 'Max core file size *0' /proc/$pid/limits"
	wait_for 5 was_asked
	# Where it cannot be read at all, all the better.
	run grep -c "$RENDER_KEY" "/proc/$pid/environ" "/proc/$pid/cmdline"
	[[ $output != *:1* ]]
	wait "$pid"
	grep -q '^ok status=201 ' "$BATS_TEST_TMPDIR/out"
}
