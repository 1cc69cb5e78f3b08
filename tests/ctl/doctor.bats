#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031 # an inner shell; PATH of a test
# minutehand doctor: each of its findings, provoked once.

setup_file() {
	# A web server whose path says what it answers: /STATUS, or a name
	# below.
	python3 -c '
import json, socketserver, sys
HEALTH = {
    "health": {"status": "ok", "last_tick_age": 3},
    "late": {"status": "late", "last_tick_age": 4000},
    "never": {"status": "late", "last_tick_age": None},
}
CAUSES = ["configuration-missing", "configuration-unreadable",
    "configuration-invalid", "configuration-untrusted", "store-missing",
    "store-unreadable", "store-untrusted", "store-read-only", "store-unwritable", "store-busy",
    "store-unusable", "of-tomorrow"]
class H(socketserver.StreamRequestHandler):
    def say(self, status, text="", head=""):
        self.wfile.write(("HTTP/1.1 %s x\r\n%sContent-Length: %d\r\n\r\n%s"
            % (status, head, len(text.encode()), text)).encode())
    def handle(self):
        line = self.rfile.readline().decode().split(" ")
        word = line[1].split("/")
        while self.rfile.readline() not in (b"\r\n", b""):
            pass
        name = word[1]
        if name.isdigit():
            self.say(name)
        elif name == "old":
            self.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n{\"status\":\"ok\"}")
        elif name == "junk":
            self.wfile.write(b"hello\n")
        elif name == "cut":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")
        elif name == "page":
            self.say(200, "<html>hello", "Content-Type: text/html\r\n")
        elif name == "binary":
            self.say(200, "\x7fELF\x02")
        elif name == "secure":
            self.say(301, "", "Location: https://example.org/x\r\n")
        elif name == "slash":
            self.say(302, "", "Location: /elsewhere\r\n")
        elif name == "verbs" and word[-1] == "healthz":
            self.say(200, json.dumps(HEALTH["health"]))
        elif name == "verbs" and line[0] in word[2].split(","):
            self.say(401, "{\"message\":\"x\",\"error_data\":{}}")
        elif name == "verbs":
            self.say(405, "<html>")
        elif name in HEALTH:
            self.say(503 if HEALTH[name]["status"] == "late" else 200,
                json.dumps(HEALTH[name]))
        elif name in CAUSES:
            self.say(503, json.dumps({"status": "error", "cause": name,
                "uid": int(word[2])} if word[2].isdigit() else
                {"status": "error", "cause": name}))
s = socketserver.TCPServer(("127.0.0.1", 0), H)
print(s.server_address[1], flush=True)
s.serve_forever()' >"$BATS_FILE_TMPDIR/port" 3>&- &
	echo $! >"$BATS_FILE_TMPDIR/pid"
}

teardown_file() {
	kill "$(cat "$BATS_FILE_TMPDIR/pid")"
}

setup() {
	source "$BATS_TEST_DIRNAME/../support/ctl.bash"
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

@test "no errors: 25 findings, all ok, a line each" {
	finding ok configuration "$CONF"
	[ "$(findings)" -eq 25 ]
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
	finding ok 'web server' 'not checked (give --url URL)'
	finding ok methods 'not checked (give --url URL)'
	finding ok versions "$("$MH" --version | sed 's/.* //')"
	run "$MH" doctor
	[ "$status" -eq 0 ]
	[ "$(grep -cE '^(ok  |warn|FAIL)  [a-z ]{13}  ' <<<"$output")" -eq 25 ]
}

@test "configuration: an error ends doctor, since all other checks need it" {
	echo 'window = soon' >>"$CONF"
	finding FAIL configuration 'option "window"' 'correct that'
	[ "$(findings)" -eq 1 ]
	rm "$CONF"
	export MINUTEHAND_CONF=$CONF
	finding FAIL configuration 'No such file' 'minutehand init'
}

@test "permissions: files that all users can read or write" {
	chmod 604 "$STORE"
	finding FAIL permissions 'by other users' "chmod o-rwx $STORE"
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

@test "no store: checks that need it are omitted" {
	mv "$STORE" "$STORE.away"
	finding FAIL permissions 'No such file' 'minutehand init'
	finding warn 'free space' 'No such file'
	finding warn sqlite 'No such file'
	finding FAIL store 'No such file' 'minutehand init'
	[ "$(jq -c 'map(.check) | map(select(. == "journal" or . == "ticker"))' \
	    "$BATS_TEST_TMPDIR/found")" = '[]' ]
}

@test "a store of another user, of a newer version, an empty one" {
	rm -f "$STORE"*
	sqlite3 "$STORE" 'CREATE TABLE mine (x); INSERT INTO mine VALUES (1)'
	chmod 600 "$STORE"
	before=$(cksum <"$STORE")
	finding FAIL store 'is no minutehand store'
	[ "$(cksum <"$STORE")" = "$before" ]
	rm -f "$STORE"*
	"$MH" init >"$BATS_TEST_TMPDIR/init"
	sql 'PRAGMA user_version = 1000'
	finding FAIL store 'schema version 1000'
	rm -f "$STORE"*
	: >"$STORE"
	chmod 600 "$STORE"
	finding ok sqlite 'not written yet'
	finding FAIL store 'is no minutehand store'
}

@test "free space: little, none, and a read-only file system" {
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
		[[ $(<"$BATS_TEST_TMPDIR/found") == *'MiB free'*'free space on the file system'* ]]
	done
	unshare -rm sh -ec 'mount --bind "$HOME/.minutehand" "$HOME/.minutehand"
	    mount -o remount,bind,ro "$HOME/.minutehand"
	    "$1" doctor --json || :' - "$MH" >"$BATS_TEST_TMPDIR/found" 2>&1
	[[ $(<"$BATS_TEST_TMPDIR/found") == *'"check":"free space","level":"FAIL","text":"mounted read-only"'* ]]
}

@test "free space: a quota, and a limit of file sizes, are found by trying" {
	# A file of ours fails where a quota would end it: after 4 MiB, or 64.
	cat >"$BATS_TEST_TMPDIR/quota.c" <<-'END'
		#define _GNU_SOURCE
		#include <sys/types.h>
		#include <errno.h>
		#include <stdlib.h>
		#include <sys/syscall.h>
		#include <unistd.h>
		static long most(void) { return atol(getenv("QUOTA")) << 20; }
		ssize_t write(int fd, const void *p, size_t n) {
			if (n >= 1 << 20 && lseek(fd, 0, SEEK_CUR) >= most()) {
				errno = EDQUOT;
				return -1;
			}
			return syscall(SYS_write, fd, p, n);
		}
		int fallocate(int fd, int mode, off_t at, off_t n) {
			(void)fd, (void)mode;
			if (at + n > most()) {
				errno = EDQUOT;
				return -1;
			}
			return 0;
		}
	END
	${CC:-cc} -shared -fPIC -o "$BATS_TEST_TMPDIR/quota.so" "$BATS_TEST_TMPDIR/quota.c"
	if ldd "$MH" | grep -q asan; then skip "the sanitizer wants to be first"; fi
	export LD_PRELOAD=$BATS_TEST_TMPDIR/quota.so
	QUOTA=4 finding FAIL 'free space' '4 MiB could be written, then: Disk quota exceeded' 'quota'
	QUOTA=64 finding warn 'free space' 'less than 200 MiB may be written: Disk quota' 'quota'
	QUOTA=1000 finding ok 'free space' 'MiB free'
	unset LD_PRELOAD
	(ulimit -f 4096 && finding FAIL 'free space' 'File too large' 'ulimit -f')
	[ -z "$(find "$HOME/.minutehand" -name 'minutehand-space-*')" ]
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

@test "clock: set back before the last tick" {
	sql "UPDATE mark SET at_us = at_us + 3600000000"
	finding FAIL clock 's in the future' 'minutehand clock reset'
}

@test "ticker: never, late, and by the measured interval" {
	sql 'DELETE FROM tick'
	finding FAIL ticker 'has never run' crontab
	sql "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n
	    WHERE i < 4) INSERT INTO tick (started_us, until_us, ended_us, sent,
	    decided) SELECT t, t, t, 0, 0 FROM (SELECT 1000000 *
	    (strftime('%s', 'now') - 500 - 300 * (4 - i)) AS t FROM n)"
	finding warn ticker 'a tick every 300 s' 'counts as that'
	sql 'UPDATE tick SET started_us = started_us - 200000000,
	    ended_us = ended_us - 200000000'
	finding FAIL ticker 'one every 300 s' 'the ticker is late'
}

@test "time zone: the configured one, and one that the host does not have" {
	echo 'timezone = Asia/Tokyo' >>"$CONF"
	finding ok 'time zone' Asia/Tokyo
	sed -i 's|Asia/Tokyo|Mars/Base|' "$CONF"
	"$MH" doctor --json >"$BATS_TEST_TMPDIR/found" 2>&1 && false
	[[ $(<"$BATS_TEST_TMPDIR/found") == *Mars/Base* ]]
}

# zone_of TZ CRONTAB LEVEL TEXT: in a shell with that TZ ("-": none), beside
# a crontab of those lines.
zone_of() {
	printf '#!/bin/sh\nprintf "%%b" "%s"\n' "$2" >"$BATS_TEST_TMPDIR/bin/crontab"
	if [ "$1" = - ]; then
		(unset TZ; finding "$3" 'time zone' "$4")
	else
		TZ=$1 finding "$3" 'time zone' "$4"
	fi
	tried=$((tried + 1))
}

@test "time zone: a TZ that only this shell has, or only the crontab" {
	local line="* * * * * $TICKER -c $CONF" host tried=0
	host=$(unset TZ; "$MH" doctor --json | jq -r '.[] |
	    select(.check == "time zone") | .text | sub(" .*"; "")')
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\n' >"$BATS_TEST_TMPDIR/bin/crontab"
	chmod +x "$BATS_TEST_TMPDIR/bin/crontab"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
	zone_of Asia/Kathmandu "$line" warn \
	    "Asia/Kathmandu here, by the TZ of this shell alone: Asia/Kathmandu; the ticker, started by cron, has $host, which has no TZ"
	zone_of Asia/Kathmandu '' warn "cron, has $host"
	zone_of :Asia/Kathmandu "$line" warn "cron, has $host"
	zone_of /usr/share/zoneinfo/Asia/Kathmandu "$line" warn "cron, has $host"
	zone_of Asia/Kathmandu "TZ=Asia/Kathmandu\n$line" ok Asia/Kathmandu
	zone_of Asia/Kathmandu "TZ = 'Asia/Katmandu'\n$line" ok Asia/Kathmandu
	zone_of Asia/Kathmandu "* * * * * TZ=Asia/Kathmandu $TICKER -c $CONF" ok Asia/Kathmandu
	zone_of Asia/Kathmandu "* * * * * TZ=Asia/Kathmandu date\n$line" warn "cron, has $host"
	zone_of Asia/Kathmandu "$line\nTZ=Asia/Kathmandu" warn "cron, has $host"
	zone_of Asia/Kathmandu "#TZ=Asia/Kathmandu\n$line" warn "cron, has $host"
	zone_of Asia/Kathmandu "CRON_TZ=Asia/Kathmandu\n$line" warn "cron, has $host"
	zone_of - "TZ=Asia/Kathmandu\n$line" warn 'has Asia/Kathmandu, by the TZ of its crontab'
	zone_of - "$line" ok "$host"
	zone_of '' "TZ=UTC\n$line" ok UTC
	# Configured, it is the same for all.
	echo 'timezone = Asia/Tokyo' >>"$CONF"
	zone_of Asia/Kathmandu "$line" ok Asia/Tokyo
	printf '# %d shells\n' "$tried" >&3
}

# What libc makes of these rules is no zone's name, so UTC is taken.
@test "time zone: another clock than that of libc, now or in half a year" {
	local rule
	for rule in CST-8 XXX3:30 GMT0BST,M3.5.0/1,M10.5.0 NST0NDT,M10.1.0,M4.1.0; do
		TZ=$rule finding FAIL 'time zone' \
		    "UTC is assumed as the host's zone, but the host's clock differs from it by" \
		    "set timezone in $CONF"
		[ "$(findings)" -eq 25 ]
	done
	TZ=CST-8 finding FAIL 'time zone' 'by 28800 s, now or in half a year'
	TZ=XXX3:30 finding FAIL 'time zone' 'by -12600 s'
	# The remedy it names.
	echo 'timezone = UTC' >>"$CONF"
	TZ=CST-8 finding ok 'time zone' UTC
	[ "$(findings)" -eq 25 ]
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

@test "web server: every way to miss the program, with advice" {
	wait_for 10 test -s "$BATS_FILE_TMPDIR/port"
	base=http://127.0.0.1:$(cat "$BATS_FILE_TMPDIR/port")
	n=0
	while IFS='|' read -r path level text advice; do
		n=$((n + 1))
		URL=$base$path finding "$level" 'web server' "$text" "$advice"
		[[ $(<"$BATS_TEST_TMPDIR/found") != *'see above'* ]]
	done <<-'EOT'
	/health|ok|answers
	/health/|ok|answers
	/health/any/where///|ok|answers
	/old|ok|answers
	/late|warn|the last tick was 4000 s ago|crontab -l
	/never|warn|no tick has ever run|crontab -e
	/200|FAIL|not by minutehand|check the path
	/page|FAIL|not by minutehand (text/html)|another page
	/binary|FAIL|not by minutehand|served as a file
	/401|FAIL|status 401: the web server itself asks for a password|exempt
	/403|FAIL|status 403: the web server forbids access|ExecCGI
	/404|FAIL|status 404: no program answers at this path|path in the URL
	/405|FAIL|status 405|handler
	/418|FAIL|status 418|error log
	/500|FAIL|status 500: the program does not start|mode 755
	/502|FAIL|status 502: the web server cannot connect|start the FastCGI
	/503|FAIL|status 503: the web server is overloaded|error log
	/504|FAIL|status 504|disk
	/301|FAIL|redirects to nowhere (status 301)
	/secure|FAIL|redirects to https://example.org/x|not encrypted
	/slash|FAIL|redirects to /elsewhere (status 302)|address it points to
	/junk|FAIL|no answer in HTTP|port
	/cut|FAIL|no answer in HTTP
	/nothing|FAIL|no answer in HTTP
	/configuration-missing/0|FAIL|user root (uid 0), finds no config|MINUTEHAND_CONF
	/configuration-unreadable/0|FAIL|may not read the configuration as user root (uid 0)|owner
	/configuration-unreadable/4711|FAIL|configuration as uid 4711|owner
	/configuration-unreadable/x|FAIL|as an unknown user|owner
	/configuration-invalid/0|FAIL|an error in the configuration|correct the line
	/configuration-untrusted/0|FAIL|does not trust the configuration|owner or mode
	/store-missing/0|FAIL|finds no store|minutehand init
	/store-unreadable/0|FAIL|may not use the store as user root|owner
	/store-untrusted/0|FAIL|does not trust the store|owner or mode
	/store-read-only/0|FAIL|mounted read-only|can be written
	/store-unwritable/0|FAIL|cannot write the store|quota
	/store-busy/0|FAIL|finds the store busy|fuser
	/store-unusable/0|FAIL|cannot open the store|error log
	/of-tomorrow/0|FAIL|of-tomorrow|error log
	EOT
	[ "$n" -eq 38 ]
}

@test "methods: DELETE and PATCH, with advice if they are blocked" {
	wait_for 10 test -s "$BATS_FILE_TMPDIR/port"
	base=http://127.0.0.1:$(cat "$BATS_FILE_TMPDIR/port")
	n=0
	while IFS='|' read -r path level text advice; do
		n=$((n + 1))
		URL=$base$path finding "$level" methods "$text" "$advice"
	done <<-'EOT'
	/verbs/GET,POST,DELETE,PATCH|ok|DELETE and PATCH arrive
	/verbs/GET,POST|warn|forbids DELETE (status 405), PATCH (status 405)|X-HTTP-Method-Override
	/verbs/GET,POST,PATCH|warn|forbids DELETE (status 405)|X-HTTP-Method-Override
	/verbs/GET,POST,DELETE|warn|forbids PATCH (status 405)|X-HTTP-Method-Override
	/verbs/GET|warn|forbids DELETE|POST does not arrive either (status 405)
	/404|ok|not checked: minutehand.fcgi does not answer at
	/page|ok|not checked: minutehand.fcgi does not answer at
	EOT
	[ "$n" -eq 7 ]
}

@test "anonymous: off, unknown, reached only from this host, and from elsewhere" {
	wait_for 10 test -s "$BATS_FILE_TMPDIR/port"
	port=$(cat "$BATS_FILE_TMPDIR/port")
	finding ok anonymous 'a token is required'
	echo 'anonymous = loopback' >>"$CONF"
	finding warn anonymous 'not known' 'give --url, or set anonymous = off'
	# The server listens on the loopback, which this is a name for, too.
	URL=http://127.0.0.1:$port/health finding ok anonymous 'this host'
	URL=http://0.0.0.0:$port/health finding FAIL anonymous \
	    "answers at http://0.0.0.0:$port/health" 'set anonymous = off'
	URL=http://0.0.0.0:$port/404 finding FAIL anonymous 'answers at'
	URL=http://0.0.0.0:1/health finding ok anonymous 'this host'
}

@test "web server: no address, no host, no server, no TLS" {
	wait_for 10 test -s "$BATS_FILE_TMPDIR/port"
	for url in x http:// 'http:///x' 'http://[::1' 'ftp://localhost/' \
	    'http://localhost:123456789/' 'http://a b/' 'http://me:pw@a/'; do
		URL=$url finding FAIL 'web server' "$url: " 'give --url https://'
	done
	run "$MH" doctor --url ''
	[[ $output == *'FAIL  web server     '*'must begin with https:// or http://'* ]]
	URL='http://127.0.0.1:1' finding FAIL 'web server' 'no answer: ' \
	    'no server listens there'
	URL='https://[::1]:1/x' finding FAIL 'web server' '::1' 'no server listens'
	URL='https://no-such-host.invalid/' finding FAIL 'web server' \
	    'no-such-host.invalid' 'no address'
	URL=https://127.0.0.1:$(cat "$BATS_FILE_TMPDIR/port") \
	    finding FAIL 'web server' 'TLS: ' 'http:// URL'
}

@test "web server: an https address whose certificate is not trusted, and is" {
	cd "$BATS_TEST_TMPDIR"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
	    -nodes -days 2 -keyout key.pem -out cert.pem -subj /CN=localhost \
	    -addext subjectAltName=DNS:localhost 2>openssl.err
	python3 -c '
import http.server, ssl
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{\"status\":\"ok\"}")
    def log_message(self, *args):
        pass
s = http.server.HTTPServer(("127.0.0.1", 0), H)
c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
c.load_cert_chain("cert.pem", "key.pem")
s.socket = c.wrap_socket(s.socket, server_side=True)
print(s.server_address[1], flush=True)
s.serve_forever()' >port 2>server.err 3>&- &
	server=$!
	wait_for 10 test -s port
	URL=https://localhost:$(cat port)
	bad=0
	finding FAIL 'web server' 'TLS: ' 'certificate' || bad=1
	"$MH" doctor --json --url "$URL" --ca-file cert.pem >found || :
	kill "$server"
	[ "$bad" -eq 0 ]
	[ "$(jq -r '.[] | select(.check == "web server") | .level' found)" = ok ]
}

@test "crontab: the line is there, for another store, in a comment, not there" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
	printf '#!/bin/sh\ncat "%s"\n' "$BATS_TEST_TMPDIR/lines" \
	    >"$BATS_TEST_TMPDIR/bin/crontab"
	chmod +x "$BATS_TEST_TMPDIR/bin/crontab"
	sql 'DELETE FROM tick'
	while IFS='|' read -r level text line; do
		echo "$line" >"$BATS_TEST_TMPDIR/lines"
		finding "$level" crontab "$text"
	done <<-EOT
	ok|starts the ticker|* * * * * /usr/bin/ticker -c $CONF
	ok|starts the ticker|* * * * * ~/.local/bin/ticker -c ~/.minutehand/minutehand.conf
	ok|starts the ticker|*/5 * * * * ticker
	warn|another configuration|* * * * * ticker -c /else/where.conf
	FAIL|no line that starts|# * * * * * ticker -c $CONF
	FAIL|no line that starts|
	EOT
	finding FAIL crontab 'no line' "ticker -c $CONF"
	"$TICKER" --once
	rm "$BATS_TEST_TMPDIR/bin/crontab"
	finding ok crontab 'another source does'
}

@test "dead letters, queues without a consumer, alerts without a section" {
	finding ok 'dead letters' none
	finding ok consumers 'no queue'
	finding ok alerts 'no jobs yet'
	send mail
	finding warn alerts 'failures are only in the ledger' "$CONF"
	finding ok consumers 'no queue'
	sql 'UPDATE message SET enqueued_us = enqueued_us - 86400000000'
	finding warn consumers 'the first is mail: 1 message(s)' 'consume mail'
	sql 'UPDATE message SET state = 2'
	finding ok consumers 'no queue'
	finding warn 'dead letters' '1 dead letter(s), the first in queue mail' \
	    'dead list mail'
	finding ok 'failing jobs' none
	echo 'max_deliveries = 1' >>"$CONF"
	"$MINUTEHAND" job add mail --every 1h --id work
	for n in 1 2; do
		"$MINUTEHAND" job run mail work
		"$MINUTEHAND" consume mail --quiet -- false || true
		finding warn 'failing jobs' "mail work: $n in a row"
	done
	finding warn 'failing jobs' '1 job(s)' 'runs mail work --failed'
	"$MINUTEHAND" job run mail work
	"$MINUTEHAND" consume mail --quiet -- true
	finding ok 'failing jobs' none
	echo 'alert "me" { command = "true" }' >>"$CONF"
	finding ok alerts '1 configured' || cat "$BATS_TEST_TMPDIR/err"
}
