#!/usr/bin/env bats
# shellcheck disable=SC2016 # for an inner shell
# minutehand doctor: each of its findings, provoked once.

setup_file() {
	# A web server whose path says what it answers: /200/healthz, /junk/…
	python3 -c '
import socketserver, sys
class H(socketserver.StreamRequestHandler):
    def handle(self):
        word = self.rfile.readline().split(b"/")[1].decode()
        if word.isdigit():
            self.wfile.write(b"HTTP/1.1 %s x\r\n\r\n" % word.encode())
        elif word == "old":
            self.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
        elif word == "junk":
            self.wfile.write(b"hello\n")
s = socketserver.TCPServer(("127.0.0.1", 0), H)
print(s.server_address[1], flush=True)
s.serve_forever()' >"$BATS_FILE_TMPDIR/port" 3>&- &
	echo $! >"$BATS_FILE_TMPDIR/pid"
}

teardown_file() {
	kill "$(cat "$BATS_FILE_TMPDIR/pid")"
}

setup() {
	source "$BATS_TEST_DIRNAME/ctl.bash"
	fresh_home
	"$TICKER" --once
}

# finding LEVEL CHECK TEXT [ADVICE]: doctor has it; its status is of the worst.
finding() {
	"$MH" doctor --json ${URL:+--url "$URL"} >"$BATS_TEST_TMPDIR/found" \
	    2>"$BATS_TEST_TMPDIR/err" && status=0 || status=$?
	jq -e --arg l "$1" --arg c "$2" --arg t "$3" --arg a "${4-}" \
	    'map(select(.check == $c)) | length == 1 and .[0].level == $l and
	    (.[0].text | contains($t)) and ((.[0].advice // "") | contains($a))
	    and ($l == "ok" or $a == "" or .[0].advice != null)' \
	    "$BATS_TEST_TMPDIR/found" >"$BATS_TEST_TMPDIR/is" ||
	    { jq -c '.[]' "$BATS_TEST_TMPDIR/found"; return 1; }
	[ "$status" -eq "$(jq 'if any(.level == "FAIL") then 1 else 0 end' \
	    "$BATS_TEST_TMPDIR/found")" ]
}

# How many findings there are.
findings() {
	jq length "$BATS_TEST_TMPDIR/found"
}

sql() {
	sqlite3 "$STORE" "$1"
}

@test "all is well: 16 findings, none of them bad, a line each" {
	finding ok configuration "$CONF"
	[ "$(findings)" -eq 16 ]
	[ "$(jq 'map(select(.level == "FAIL")) | length' "$BATS_TEST_TMPDIR/found")" -eq 0 ]
	finding ok permissions 'is yours alone'
	finding ok 'free space' 'MiB free'
	finding ok sqlite 'last written by SQLite 3.'
	finding ok store "$STORE"
	finding ok journal 'write-ahead log'
	finding ok integrity 'quick_check found nothing'
	finding ok clock plausible
	finding ok ticker 'last tick'
	finding ok 'time zone' "UTC (the host's)"
	finding ok 'web server' 'not asked (give --url URL)'
	finding ok versions "$("$MH" --version | sed 's/.* //')"
	run "$MH" doctor
	[ "$status" -eq 0 ]
	[ "$(grep -cE '^(ok  |warn|FAIL)  [a-z ]{13}  ' <<<"$output")" -eq 16 ]
}

@test "configuration: a mistake ends it, for all else stands on it" {
	echo 'window = soon' >>"$CONF"
	finding FAIL configuration 'option "window"' 'correct that line'
	[ "$(findings)" -eq 1 ]
	rm "$CONF"
	export MINUTEHAND_CONF=$CONF
	finding FAIL configuration 'cannot be read' 'minutehand init'
}

@test "permissions: what everybody may read or write" {
	chmod 604 "$STORE"
	finding FAIL permissions 'by everybody' "chmod o-rwx $STORE"
	chmod 602 "$STORE"
	finding FAIL permissions 'mode 0602 lets others write it' "chmod 600 $STORE"
	chmod 600 "$STORE"
	chmod 702 "$HOME/.minutehand"
	finding FAIL configuration 'mode 0702 lets others write it' 'chmod 700'
	chmod 700 "$HOME/.minutehand"
	chmod 602 "$CONF"
	finding FAIL configuration "$CONF: mode 0602 lets others write it" 'chmod 600'
	chmod 600 "$CONF"
	finding ok permissions 'is yours alone'
}

@test "no store: each that asks for it says so, those on top of it are not asked" {
	mv "$STORE" "$STORE.away"
	finding FAIL permissions 'No such file' 'minutehand init'
	finding warn 'free space' 'No such file'
	finding warn sqlite 'No such file'
	finding FAIL store 'cannot be opened' 'minutehand init'
	[ "$(jq -c 'map(.check) | map(select(. == "journal" or . == "ticker"))' \
	    "$BATS_TEST_TMPDIR/found")" = '[]' ]
}

@test "the store of somebody else, of a newer version, an empty one" {
	rm -f "$STORE"*
	sqlite3 "$STORE" 'CREATE TABLE mine (x); INSERT INTO mine VALUES (1)'
	chmod 600 "$STORE"
	before=$(cksum <"$STORE")
	finding FAIL store 'cannot be opened'
	[ "$(cksum <"$STORE")" = "$before" ]
	rm -f "$STORE"*
	"$MH" init >"$BATS_TEST_TMPDIR/init"
	sql 'PRAGMA user_version = 1000'
	finding FAIL store 'cannot be opened'
	rm -f "$STORE"*
	: >"$STORE"
	chmod 600 "$STORE"
	finding ok sqlite 'nothing was written yet'
	finding FAIL store 'cannot be opened'
}

@test "free space: little, none, and a file system that is read-only" {
	# Mounts of our own, wherever that is allowed.
	unshare -rm true || skip "no user and mount namespaces here"
	for size in 100m:warn 4m:FAIL; do
		unshare -rm sh -ec 'mkdir -p "$HOME/small"
		    mount -t tmpfs -o "size=$2,mode=700" none "$HOME/small"
		    "$1" init "$HOME/small" >/dev/null
		    "$1" -c "$HOME/small/minutehand.conf" doctor --json || :' - \
		    "$MH" "${size%:*}" >"$BATS_TEST_TMPDIR/found"
		[ "$(jq -r '.[] | select(.check == "free space") | .level' \
		    "$BATS_TEST_TMPDIR/found")" = "${size#*:}" ]
		[[ $(<"$BATS_TEST_TMPDIR/found") == *'MiB free'*'make room'* ]]
	done
	unshare -rm sh -ec 'mount --bind "$HOME/.minutehand" "$HOME/.minutehand"
	    mount -o remount,bind,ro "$HOME/.minutehand"
	    "$1" doctor --json || :' - "$MH" >"$BATS_TEST_TMPDIR/found" 2>&1
	[[ $(<"$BATS_TEST_TMPDIR/found") == *'"check":"free space","level":"FAIL","text":"mounted read-only"'* ]]
}

@test "sqlite: a store last written by one that is too old" {
	sql 'PRAGMA wal_checkpoint(TRUNCATE)' >"$BATS_TEST_TMPDIR/out"
	# 3.30.1 in the header, big-endian: sqlite.org/fileformat2.html
	printf '\000\055\315\101' | dd of="$STORE" bs=1 seek=96 conv=notrunc \
	    status=none
	finding warn sqlite 'last written by SQLite 3.'
}

@test "integrity: a page that was overwritten" {
	"$MH" job add q --id j --every 1d
	sql 'PRAGMA wal_checkpoint(TRUNCATE)' >"$BATS_TEST_TMPDIR/out"
	size=$(sql 'PRAGMA page_size')
	page=$(sql "SELECT rootpage FROM sqlite_schema WHERE name = 'audit'")
	head -c "$size" /dev/urandom | dd of="$STORE" bs="$size" \
	    seek=$((page - 1)) conv=notrunc status=none
	finding FAIL integrity damaged 'backup'
}

@test "clock: set back behind the last tick" {
	sql "UPDATE tick SET started_us = started_us + 3600000000"
	finding FAIL clock 'the clock was set back' 'nothing fires twice'
}

@test "ticker: never, late, and by the measured distance" {
	sql 'DELETE FROM tick'
	finding FAIL ticker 'has never run' crontab
	sql "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n
	    WHERE i < 4) INSERT INTO tick (started_us, until_us, ended_us, sent,
	    decided) SELECT t, t, t, 0, 0 FROM (SELECT 1000000 *
	    (strftime('%s', 'now') - 500 - 300 * (4 - i)) AS t FROM n)"
	finding warn ticker 'a tick every 300 s' 'counts as that'
	sql 'UPDATE tick SET started_us = started_us - 200000000,
	    ended_us = ended_us - 200000000'
	finding FAIL ticker 'one every 300 s' 'it is late'
}

@test "time zone: the configured one, and one that the host does not have" {
	echo 'timezone = Asia/Tokyo' >>"$CONF"
	finding ok 'time zone' Asia/Tokyo
	sed -i 's|Asia/Tokyo|Mars/Base|' "$CONF"
	"$MH" doctor --json >"$BATS_TEST_TMPDIR/found" 2>&1 && false
	[[ $(<"$BATS_TEST_TMPDIR/found") == *Mars/Base* ]]
}

@test "memory store: in RAM, on a disk, none" {
	sed -i '/^memory_store/d' "$CONF"
	echo 'memory_store = "/dev/shm/minutehand-test/x.db"' >>"$CONF"
	finding ok 'memory store' '/dev/shm is in RAM'
	sed -i '/^memory_store/d' "$CONF"
	echo 'memory_store = ""' >>"$CONF"
	finding ok 'memory store' 'none: jobs of kind memory are refused'
	sed -i '/^memory_store/d' "$CONF"
	echo 'memory_store = "/etc/minutehand-test/x.db"' >>"$CONF"
	[ "$(stat -f -c %T /etc)" = tmpfs ] ||
	    finding warn 'memory store' '/etc is on a disk' 'set memory_store'
}

@test "web server: what it answers, and whether anybody does" {
	wait_for 10 test -s "$BATS_FILE_TMPDIR/port"
	base=http://127.0.0.1:$(cat "$BATS_FILE_TMPDIR/port")
	while IFS='|' read -r path level text advice; do
		URL=$base$path finding "$level" 'web server' "$text" "$advice"
	done <<-'EOT'
	/200|ok|answers
	/200/|ok|answers
	/200/any/where///|ok|answers
	/old|ok|answers
	/503|warn|ticker is late or the store busy|see above
	/404|FAIL|answers with status 404|error log
	/500|FAIL|answers with status 500|error log
	/301|FAIL|answers with status 301
	/999|FAIL|no answer in HTTP
	/junk|FAIL|no answer in HTTP|minutehand init prints
	/nothing|FAIL|no answer in HTTP
	EOT
	for url in '' x http:// 'http:///x' 'http://[::1' 'ftp://localhost/' \
	    'HTTP://localhost/' 'http://localhost:123456789/' 'http://a b/'; do
		URL=$url
		[ -z "$url" ] || finding FAIL 'web server' ''
	done
	run "$MH" doctor --url ''
	[[ $output == *'FAIL  web server     '*'not a URL of the form'* ]]
	URL='http://127.0.0.1:1' finding FAIL 'web server' 'Connection refused'
	URL='http://[::1]:1/x' finding FAIL 'web server' '::1'
	URL='http://no-such-host.invalid/' finding FAIL 'web server' \
	    'no-such-host.invalid'
}
