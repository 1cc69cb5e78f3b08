#!/usr/bin/env bats
# The memory store, on a file system that every user can write.
# Names come from helper.bash.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2153,SC2154

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	new_store
	RAM=$(mktemp -d "${TMPDIR:-/tmp}/mh-ram.XXXXXX")
	chmod 1777 "$RAM"
	MEMORY=$RAM/mine/store.db
	printf 'memory_store = "%s"\n' "$MEMORY" >>"$CONF"
}

teardown() {
	rm -rf "$RAM"
}

add() {
	"$MINUTEHAND" job add q --id "$1" --date 2020-01-01 --memory
}

has_message() {
	[ "$(sqlite3 "$MEMORY" "SELECT count(*) FROM message")" -eq 1 ]
}

@test "private to its owner; its jobs run, and are lost with it" {
	add m
	[ "$(stat -c %a "$RAM/mine")" = 700 ]
	"$TICKER" --once
	[ "$(sqlite3 "$MEMORY" "SELECT count(*) FROM message")" -eq 1 ]
	run "$MINUTEHAND" consume q -- cat
	[ "$status" -eq 0 ]
	[[ $output == *'"job_id":"m"'* ]]
	rm -r "$RAM/mine"
	"$TICKER" --once
}

@test "a folder that others can write: refused, for adding and for reading" {
	add m
	chmod 777 "$RAM/mine"
	run add n
	[ "$status" -ne 0 ]
	[[ $output == *'does not belong to this user alone'* ]]
	run "$TICKER" --once
	[[ $output == *'does not belong to this user alone'* ]]
	[ "$(sqlite3 "$MEMORY" "SELECT count(*) FROM message")" -eq 0 ]
}

@test "a folder that another user created first: refused" {
	if [ "$(id -u)" -ne 0 ]; then
		skip "only root can give a folder to another user"
	fi
	add m
	chown -R nobody "$RAM/mine"
	run "$MINUTEHAND" consume q -- cat
	[[ $output != *'"job_id"'* ]]
	run "$TICKER" --once
	[[ $output == *'does not belong to this user alone'* ]]
	[ "$(sqlite3 "$MEMORY" "SELECT count(*) FROM message")" -eq 0 ]
}

@test "a link in its place: refused" {
	add m
	mv "$RAM/mine" "$RAM/other"
	ln -s other "$RAM/mine"
	run add n
	[ "$status" -ne 0 ]
	rm "$RAM/mine"
	mv "$RAM/other" "$RAM/mine"
	mv "$MEMORY" "$RAM/there"
	ln -s "$RAM/there" "$MEMORY"
	run add n
	[ "$status" -ne 0 ]
}

@test "a damaged store is logged once per window, and the other goes on" {
	mkdir -m 700 "$RAM/mine"
	echo 'this is no store' >"$MEMORY"
	"$MINUTEHAND" job add q --id d --date 2020-01-01
	run "$TICKER" --window 2s
	[ "$(grep -c memory-store <<<"$output")" -eq 1 ]
	[ "$(sqlite3 "$DIR/store.db" "SELECT count(*) FROM message")" -eq 1 ]
}

@test "deleted and created again while a ticker waits: the new one is used" {
	add m
	"$TICKER" --window 6s >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	pid=$!
	wait_for 3 has_message
	rm -r "$RAM/mine"
	add n
	status=0
	wait_for 5 has_message || status=$?
	stop_pid "$pid"
	[ "$status" -eq 0 ]
	[ ! -s "$BATS_TEST_TMPDIR/out" ]
}

# As user 12345, in a folder of that user's; the programs are copied there.
as() {
	setpriv --reuid="$1" --regid="$1" --clear-groups env HOME="$RAM" \
	    MINUTEHAND_CONF="$CONF" "${@:2}"
}

second_user() {
	[ "$(id -u)" -eq 0 ] || skip "needs a second user: not root"
	PLACE=$(mktemp -d "${TMPDIR:-/tmp}/mh-two.XXXXXX")
	cp "$MINUTEHAND" "$FCGI" "$PLACE"
	cp -r "$DIR" "$PLACE/instance"
	CONF=$PLACE/instance/minutehand.conf
	chown -R 12345:12345 "$PLACE"
	chmod 755 "$PLACE"
}

# add_as UID: a job by the API of a store that is shared by a group.
add_by_api() {
	local body='{"queue_name":"q","trigger":"interval","seconds":60,"job_store_kind":"memory"}'
	TOKEN=${TOKEN:-none}
	env MINUTEHAND_CONF="$CONF" REQUEST_METHOD=POST QUERY_STRING= \
	    PATH_INFO=/funboost/add_timing_job REMOTE_ADDR=192.0.2.1 \
	    CONTENT_TYPE=application/json CONTENT_LENGTH=${#body} \
	    HTTP_ACCEPT_LANGUAGE=en HTTP_AUTHORIZATION="Bearer $TOKEN" \
	    "$@" <<<"$body"
}

# One request about the memory job q a: METHOD PATH BODY PROGRAM…
begin_by_api() {
	local method=$1 path=$2 body=$3
	shift 3
	TOKEN=${TOKEN:-none}
	[ -z "$body" ] || set -- CONTENT_TYPE=application/json \
	    "CONTENT_LENGTH=${#body}" "$@"
	env MINUTEHAND_CONF="$CONF" REQUEST_METHOD="$method" PATH_INFO="$path" \
	    QUERY_STRING='queue_name=q&job_id=a&job_store_kind=memory' \
	    REMOTE_ADDR=192.0.2.1 HTTP_ACCEPT_LANGUAGE=en \
	    HTTP_AUTHORIZATION="Bearer $TOKEN" "$@" < <(printf '%s' "$body")
}

# A tick of cron's, which gives no terminal, and one that a person typed.
tick_as() {
	setpriv --reuid="$1" --regid=12345 --clear-groups env HOME=/ \
	    MINUTEHAND_CONF="$CONF" "$PLACE/ticker" --once </dev/null
}

typed_as() {
	script -qec "setpriv --reuid=$1 --regid=12345 --clear-groups env HOME=/ \
	    MINUTEHAND_CONF='$CONF' '$PLACE/ticker' --once" /dev/null >/dev/null
}

@test "a ticker of another user: the owner's memory jobs are refused, with the reason" {
	second_user
	cp "$TICKER" "$PLACE"
	chmod 2770 "$PLACE/instance"
	chmod 660 "$PLACE"/instance/*
	printf 'group_writable = yes\n' >>"$CONF"
	sed -i '/^memory_store/d' "$CONF"
	owner() { as 12345 "$PLACE/minutehand" "$@"; }
	# No tick is known: accepted.
	owner job add q --id a --every 1h --memory
	tick_as 12346
	run owner job add q --id b --every 1h --memory
	[ "$status" -eq 69 ]
	[[ $output == *'the ticker runs as user 12346'*'jobs of kind memory'* ]]
	run add_by_api setpriv --reuid=12345 --regid=12345 --clear-groups "$PLACE/minutehand.fcgi"
	[[ $output == *'Status: 503'*job_store_kind*'the ticker runs as user 12346'* ]]
	run owner doctor
	[[ $output == *'FAIL  memory store'*'the ticker runs as user 12346'* ]]
	[ "$(owner job list --json | jq '.count')" -eq 1 ]
	# Nor does one that is there begin; it may be stopped, or deleted.
	owner job pause q a
	local words
	for words in 'resume q a' 'run q a' 'set q a description=x'; do
		# shellcheck disable=SC2086 # words
		run owner job $words
		[ "$status" -eq 69 ]
		[[ $output == *'the ticker runs as user 12346'* ]]
	done
	run begin_by_api POST /v1/job/run '' setpriv --reuid=12345 --regid=12345 --clear-groups "$PLACE/minutehand.fcgi"
	[[ $output == *'Status: 503'*job_store_kind*'the ticker runs as user 12346'* ]]
	run begin_by_api PATCH /v1/job '{"set":{"description":"x"}}' setpriv --reuid=12345 --regid=12345 --clear-groups "$PLACE/minutehand.fcgi"
	[[ $output == *'Status: 503'*job_store_kind*'the ticker runs as user 12346'* ]]
	run begin_by_api POST /funboost/resume_timing_job '' setpriv --reuid=12345 --regid=12345 --clear-groups "$PLACE/minutehand.fcgi"
	[[ $output == *'Status: 503'*job_store_kind*'the ticker runs as user 12346'* ]]
	[ "$(owner job show q a --json | jq -r '.description, .status')" = $'null\npaused' ]
	owner job add q --id d --every 1h
	# What the owner types does not count; what cron starts does.
	typed_as 12345
	run owner job add q --id b --every 1h --memory
	[ "$status" -eq 69 ]
	tick_as 12345
	tick_as 12346
	owner job add q --id b --every 1h --memory
	run owner doctor
	[[ $output != *'FAIL  memory store'* ]]
	# For an hour, or the last dozen of ticks.
	sqlite3 "$PLACE/instance/store.db" 'UPDATE tick SET started_us = 1 WHERE uid = 12345'
	owner job add q --id c --every 1h --memory
	for _ in {1..12}; do tick_as 12346; done
	run owner job add q --id e --every 1h --memory
	[ "$status" -eq 69 ]
	rm -rf /dev/shm/minutehand-12345 "$PLACE"
}

@test "two users of one store: the one who does not own it is refused, with the reason" {
	second_user
	chmod 2770 "$PLACE/instance"
	chmod 660 "$PLACE"/instance/*
	printf 'group_writable = yes\n' >>"$CONF"
	# The default folder has the name of the owner, whoever asks.
	sed -i '/^memory_store/d' "$CONF"
	other() {
		setpriv --reuid=12346 --regid=12345 --clear-groups env \
		    HOME=/ MINUTEHAND_CONF="$CONF" "$@"
	}
	run other "$PLACE/minutehand" job add q --id m --every 1h --memory
	[ "$status" -eq 69 ]
	[[ $output == */minutehand-12345/*'the store belongs to another user'* ]]
	other "$PLACE/minutehand" job add q --id d --every 1h
	run add_by_api setpriv --reuid=12346 --regid=12345 --clear-groups "$PLACE/minutehand.fcgi"
	[[ $output == *'Status: 503'*'the store belongs to another user'* ]]
	run other "$PLACE/minutehand" doctor
	[[ $output == *'FAIL  memory store'*'the store belongs to another user'* ]]
	as 12345 "$PLACE/minutehand" job add q --id m --every 1h --memory
	rm -rf /dev/shm/minutehand-12345 "$PLACE"
}

@test "a RAM file system that is read-only, too small or full: reported by all programs" {
	unshare -rm true || skip "no user and mount namespaces here"
	export MINUTEHAND FCGI RAM CONF TOKEN
	export -f add_by_api
	seen=0
	for options in ro,mode=700 size=64k,mode=700; do
		case $options in
		ro,*)	why='Read-only file system' ;;
		*)	why='full or too small' ;;
		esac
		run unshare -rm bash -c '
		    mkdir -p "$RAM/small"
		    mount -t tmpfs -o "$1" none "$RAM/small"
		    sed -i "s|^memory_store.*|memory_store = \"$RAM/small/mine/s.db\"|" "$CONF"
		    "$MINUTEHAND" job add q --id m --every 1h --memory; echo "=$?"
		    add_by_api "$FCGI"
		    "$MINUTEHAND" doctor' - "$options"
		[[ $output == *"/small/mine/s.db: "*"$why"*=69* ]]
		[[ $output == *'Status: 503'*"$why"*'error_data'*"$why"* ]]
		[[ $output == *"FAIL  memory store"*"$why"* ]]
		seen=$((seen + 3))
	done
	echo "# $seen answers" >&3
}

@test "doctor warns if logging out empties it" {
	second_user
	unshare -rm true || skip "no user and mount namespaces here"
	sed -i '/^memory_store/d' "$CONF"
	export CONF PLACE
	# told WORD FILES…: doctor with that in the host's folders
	told() {
		run unshare -m bash -c '
		    mount -t tmpfs none /run && mkdir -p /run/systemd/users
		    mount -t tmpfs none /etc/systemd 2>/dev/null || {
			mkdir -p /etc/systemd && mount -t tmpfs none /etc/systemd; }
		    eval "$1"
		    setpriv --reuid=12345 --regid=12345 --clear-groups env \
			MINUTEHAND_CONF="$CONF" "$PLACE/minutehand" doctor' - "$1"
	}
	told :
	if ! grep -q '^[^:]*:[^:]*:12345:' /etc/passwd; then
		# A user without a name has no session that ends.
		[[ $output == *'ok    memory store'* ]]
	fi
	passwd='cp /etc/passwd /run/p; echo me:x:12345:12345::/:/bin/sh >>/run/p
	    mount --bind /run/p /etc/passwd;'
	told "$passwd"
	[[ $output == *'warn  memory store'*'RemoveIPC'*'enable-linger'* ]]
	told "$passwd printf '[Login]\nRemoveIPC=no\n' >/etc/systemd/logind.conf"
	[[ $output == *'ok    memory store'* ]]
	told "$passwd mkdir /etc/systemd/logind.conf.d; echo RemoveIPC=0 >/etc/systemd/logind.conf.d/x.conf"
	[[ $output == *'ok    memory store'* ]]
	told "$passwd printf '#RemoveIPC=no\n' >/etc/systemd/logind.conf"
	[[ $output == *'warn  memory store'* ]]
	told "$passwd rmdir /run/systemd/users"
	[[ $output == *'ok    memory store'* ]]
	echo 'memory_store = "/run/user/12345/mh/s.db"' >>"$CONF"
	told "$passwd mkdir -p /run/user/12345; chown 12345 /run/user/12345; chmod 700 /run/user/12345"
	[[ $output == *'warn  memory store'*'/run/user/12345/ is emptied when you log out'* ]]
	rm -rf "$PLACE"
}
