#!/usr/bin/env bats
# Whose files are believed: every program by every file by every fault; each
# is refused before anything is changed, with a command that corrects it.
# Names come from helper.bash.
# shellcheck disable=SC2030,SC2031,SC2034,SC2153,SC2154,SC2317

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	new_store
	OTHER=$DIR/other
	mkdir -m 700 "$OTHER"
	for file in key secret hook password; do
		echo "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=" >"$OTHER/$file"
	done
	printf '#!/bin/sh\ncat >/dev/null\n' >"$OTHER/alert"
	cp "$OTHER/alert" "$OTHER/script"
	cp "$OTHER/alert" "$OTHER/ca"
	mkdir "$OTHER/zones"
	cp -r /usr/share/zoneinfo/UTC "$OTHER/zones/"
	chmod -R go-rwx "$OTHER"
	chmod 700 "$OTHER/alert" "$OTHER/script"
	cat >>"$CONF" <<-END
		timezone = UTC
		zoneinfo = "other/zones"
		ca_file = "other/ca"
		memory_store = ""
		render_key main {
			file = "other/key"
		}
		webhook site {
			url = "http://127.0.0.1:1/"
			secret = "other/hook"
		}
		alert one {
			command = {"$OTHER/alert"}
		}
		alert two {
			command = {/bin/sh, "$OTHER/script"}
		}
		alert three {
			url = "http://127.0.0.1:1/"
			secret = "other/secret"
		}
	END
	"$MINUTEHAND" job add q --id j --every 1h >/dev/null
	"$TICKER" --once
	"$MINUTEHAND" backup "$BATS_TEST_TMPDIR/backup"
	"$MINUTEHAND" token list >/dev/null
}

# What there is in the folder, and whose.
listing() {
	find "$DIR" -printf '%P %u %g %m\n' | sort
}

cgi_get() {
	env -i MINUTEHAND_CONF="$CONF" REQUEST_METHOD=GET \
	    PATH_INFO=/funboost/get_timing_jobs QUERY_STRING= \
	    REMOTE_ADDR=192.0.2.1 HTTP_AUTHORIZATION="Bearer $TOKEN" "$FCGI"
}

# Everything that opens the store; each fails with 78 or, over HTTP, 503.
programs=(
	'minutehand job list' 'minutehand job show q j' 'minutehand runs'
	'minutehand audit' 'minutehand queue list' 'minutehand queue peek q'
	'minutehand dead list q' 'minutehand token list' 'minutehand why q j now'
	'minutehand render list srv-c0123456789abcdefghi' "minutehand backup $BATS_TEST_TMPDIR/b2"
	"minutehand restore $BATS_TEST_TMPDIR/backup" 'minutehand consume q -- cat'
	'minutehand job add q --id k --every 1h' 'minutehand init DIR'
	'ticker --once' 'ticker --dry-run' 'ticker --window 1s'
	'ticker simulate --from 2030-01-01 --to 2030-01-02' 'fcgi'
)

start() {
	local -a words
	read -ra words <<<"$1"
	case $1 in
	*' init '*)	env -u MINUTEHAND_CONF "$MINUTEHAND" init "$DIR" ;;
	minutehand*)	"$MINUTEHAND" "${words[@]:1}" ;;
	ticker*)	"$TICKER" "${words[@]:1}" ;;
	fcgi)	cgi_get ;;
	esac
}

# refused PROGRAM PATH: with 78 (or 503), the path and what corrects it.
refused() {
	local before
	before=$(listing)
	run start "$1"
	tried=$((tried + 1))
	if [ "$1" = fcgi ]; then
		[[ $output == *'Status: 503'* ]] && status=78
	fi
	if [ "$status" -ne 78 ] || [[ $output != *"$2: "* ]] ||
	    [ "$(listing)" != "$before" ]; then
		echo "$1, $2: $fault: status $status: $output"
		diff <(echo "$before") <(listing)
		return 1
	fi
}

# The command behind the last semicolon of what doctor says is the remedy.
corrected() {
	local advice
	"$MINUTEHAND" doctor --json >"$BATS_TEST_TMPDIR/found" || true
	advice=$(jq -r --arg p "$1: " 'map(select(.level == "FAIL" and
	    (.text | contains($p)))) | .[0].advice' "$BATS_TEST_TMPDIR/found")
	advice=${advice##*or }
	advice=${advice#as root, }
	if [[ $advice != chmod* && $advice != chown* ]] || ! eval "$advice" ||
	    ! "$MINUTEHAND" job list >/dev/null; then
		echo "$1: $fault: advice: $advice"
		cat "$BATS_TEST_TMPDIR/found"
		return 1
	fi
	remedies=$((remedies + 1))
}

# walk PATH FAULT…: all programs by the faults; @ stands for the path.
walk() {
	local path=$1 was program
	shift
	was=$(stat -c '%u:%g %a' "$path")
	for fault; do
		eval "${fault/@/$path}"
		# shellcheck disable=SC2154
		for program in "${programs[@]}"; do
			refused "$program" "$path"
		done
		corrected "$path"
		chown "${was% *}" "$path"
		chmod "${was#* }" "$path"
	done
}

# walk_all PATH…: by the faults that every file can have.
walk_all() {
	local path owner=() foreign=0
	if [ "$(id -u)" -eq 0 ]; then
		owner=('chown nobody @') foreign=1
	fi
	tried=0 remedies=0
	for path; do
		walk "$path" 'chmod o+w @' 'chmod g+w @' "${owner[@]}"
	done
	[ "$remedies" -eq $(($# * (2 + foreign))) ]
}

summary() {
	echo "# $tried programs by file by fault, $remedies remedies" >&3
	[ "$tried" -eq $((remedies * ${#programs[@]})) ]
}

@test "each program by each fault of configuration and store" {
	walk_all "$CONF" "$DIR" "$DIR/store.db"
	summary
}

@test "each program by each fault of files next to the store" {
	walk_all "$DIR/store.db-wal" "$DIR/store.db-shm" "$DIR/store.db-turn"
	summary
}

@test "each program by each fault of files named in the configuration" {
	walk_all "$OTHER/ca" "$OTHER/zones" "$OTHER/alert"
	walk "$OTHER/script" 'chmod o+w @'
	walk "$OTHER" 'chmod o+w @'
	summary
}

@test "each program by each fault of a secret" {
	walk_all "$OTHER/key" "$OTHER/secret" "$OTHER/hook"
	for path in key secret hook; do
		walk "$OTHER/$path" 'chmod o+r @' 'chmod g+r @'
	done
	summary
}

@test "a configuration that others can write starts no command" {
	printf '#!/bin/sh\ntouch "%s/ran"\n' "$BATS_TEST_TMPDIR" >"$OTHER/alert"
	sed -i 's/^alert_no_tick.*//' "$CONF"
	"$MINUTEHAND" job add q --id late --date 2020-01-01 --misfire-grace 1s
	chmod 666 "$CONF"
	run "$TICKER" --once
	[ "$status" -eq 78 ]
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
	chmod 600 "$CONF"
	"$TICKER" --once
	"$TICKER" --once
	[ -e "$BATS_TEST_TMPDIR/ran" ]
}

# As another user; the programs may lie where that user may not look.
as() {
	local uid=$1
	shift
	setpriv --reuid="$uid" --regid="${gid:-$uid}" --clear-groups \
	    env HOME=/nonexistent MINUTEHAND_CONF="$CONF" "$@"
}

two_users() {
	[ "$(id -u)" -eq 0 ] || skip "needs a second user: not root"
	PLACE=$(mktemp -d "${TMPDIR:-/tmp}/mh-two.XXXXXX")
	chmod 755 "$PLACE"
	cp "$MINUTEHAND" "$TICKER" "$FCGI" "$PLACE"
	MINUTEHAND=$PLACE/minutehand TICKER=$PLACE/ticker FCGI=$PLACE/minutehand.fcgi
	DIR=$PLACE/instance CONF=$PLACE/instance/minutehand.conf
	mkdir "$DIR"
	chown 12345:12345 "$DIR"
	as 12345 "$MINUTEHAND" init "$DIR" >/dev/null
	echo 'memory_store = ""' >>"$CONF"
}

teardown() {
	rm -rf "${PLACE:-/nonexistent/x}"
}

# The log moved into the store, and nothing left beside it.
settle() {
	as 12345 sqlite3 "$DIR/store.db" 'PRAGMA wal_checkpoint(TRUNCATE)'
	rm -f "$DIR"/store.db-*
}

@test "a read by another user leaves no file that locks the owner out" {
	local looks=0 mode folder
	two_users
	as 12345 "$MINUTEHAND" job add q --id j --every 1h
	# Root's configuration may be used by all: what is left is the store.
	mv "$CONF" "$PLACE/minutehand.conf"
	CONF=$PLACE/minutehand.conf
	echo "store = \"$DIR/store.db\"" >>"$CONF"
	chown root "$CONF"
	chmod 644 "$CONF"
	for mode in 644 664 666 600; do
		for folder in 755 775 777; do
			settle
			chmod "$mode" "$DIR/store.db"
			chmod "$folder" "$DIR"
			for what in 'job list' runs audit 'token list' \
			    'queue list' doctor "backup $PLACE/b" 'why q j now'; do
				# shellcheck disable=SC2086
				run as 12346 "$MINUTEHAND" $what
				[ "$status" -ne 0 ]
				[[ $output == *12345* ]] || [[ $output == *chmod* ]]
				looks=$((looks + 1))
			done
			for what in --once --dry-run \
			    'simulate --from 2030-01-01 --to 2030-01-02'; do
				# shellcheck disable=SC2086
				run as 12346 "$TICKER" $what
				[ "$status" -eq 78 ]
				looks=$((looks + 1))
			done
			run as 12346 env REQUEST_METHOD=GET QUERY_STRING= \
			    PATH_INFO=/funboost/get_timing_jobs \
			    REMOTE_ADDR=192.0.2.1 "$FCGI"
			[[ $output == *'Status: 503'* ]]
			looks=$((looks + 1))
			[ -z "$(find "$DIR" -name 'store.db-*')" ]
			chmod 700 "$DIR"
			chmod 600 "$DIR/store.db"
			as 12345 "$MINUTEHAND" job add q --id j --every 1h --replace
		done
	done
	# Nor does one that is read as the source of a restore.
	settle
	chmod 777 "$DIR"
	chmod 644 "$DIR/store.db"
	mkdir "$PLACE/own"
	chown 12346 "$PLACE/own"
	printf 'store = "%s/own/store.db"\nmemory_store = ""\n' "$PLACE" >"$PLACE/own.conf"
	CONF=$PLACE/own.conf
	run as 12346 "$MINUTEHAND" restore "$DIR/store.db"
	[ "$status" -eq 78 ]
	[[ $output == *"$DIR"* ]]
	[ -z "$(find "$DIR" -name 'store.db-*')" ]
	echo "# $looks looks by another user" >&3
}

@test "restore keeps owner, group, mode and access list, or refuses" {
	two_users
	as 12345 "$MINUTEHAND" backup "$DIR/b"
	chmod 640 "$DIR/store.db"
	chown :23456 "$DIR/store.db"
	# Not a member of the group: nothing is changed.
	before=$(stat -c '%i %u %g %a' "$DIR/store.db")
	run as 12345 "$MINUTEHAND" restore "$DIR/b"
	[ "$status" -eq 78 ]
	[[ $output == *'group 23456'* ]]
	[ "$(stat -c '%i %u %g %a' "$DIR/store.db")" = "$before" ]
	[ -z "$(find "$DIR" -name '*restore*')" ]
	gid=23456 as 12345 "$MINUTEHAND" restore "$DIR/b"
	[ "$(stat -c '%u %g %a' "$DIR/store.db")" = '12345 23456 640' ]
	[ "$(stat -c '%u %g %a' "$DIR/store.db.before-restore")" = '12345 23456 640' ]
	# Root runs it as the owner.
	run env MINUTEHAND_CONF="$CONF" "$MINUTEHAND" restore "$DIR/b"
	[ "$status" -eq 78 ]
	[[ $output == *'run this as'* ]]
}

@test "group_writable = yes: two users of a group share a store" {
	two_users
	shared() { gid=23456 as "$@"; }
	chown -R :23456 "$DIR"
	chmod 2770 "$DIR"
	chmod 660 "$CONF" "$DIR"/store.db*
	for user in 12345 12346; do
		run shared "$user" "$MINUTEHAND" job list
		[ "$status" -eq 78 ]
	done
	echo 'group_writable = yes' >>"$CONF"
	for user in 12345 12346 12345 12346; do
		shared "$user" "$MINUTEHAND" job add q --id "j$user" --every 1h --replace
		shared "$user" "$TICKER" --once
	done
	[ -z "$(find "$DIR" ! -group 23456)" ]
	# The first user, with any umask, locks the other one out of nothing.
	for user in 12346 12345; do
		shared 12345 sqlite3 "$DIR/store.db" 'PRAGMA wal_checkpoint(TRUNCATE)'
		rm -f "$DIR"/store.db-*
		for umask in 077 000 027; do
			(umask "$umask"; shared "$user" "$TICKER" --once)
			[ -z "$(find "$DIR" -name 'store.db*' ! -perm 660)" ]
			for other in 12345 12346; do
				(umask "$umask"; shared "$other" "$MINUTEHAND" \
				    job add q --id "j$other" --every 1h --replace)
			done
			shared 12345 sqlite3 "$DIR/store.db" 'PRAGMA wal_checkpoint(TRUNCATE)'
			rm -f "$DIR"/store.db-*
		done
	done
	# A user who may make no log beside the store is told what corrects it.
	chmod 2750 "$DIR"
	chmod 640 "$CONF"
	run shared 12346 "$MINUTEHAND" job list
	[ "$status" -eq 78 ]
	[[ $output == *'create files next to the store; chmod g+w'* ]]
	[ -z "$(find "$DIR" -name 'store.db-*')" ]
	chmod 2770 "$DIR"
	chmod 660 "$CONF"
	shared 12346 "$MINUTEHAND" job list
	# A third one is not of the group.
	run as 12347 "$MINUTEHAND" job list
	[ "$status" -ne 0 ]
	# Without the bit new files would have another group.
	chmod g-s "$DIR"
	gid=12345
	run setpriv --reuid=12345 --regid=12345 --groups=23456 env \
	    MINUTEHAND_CONF="$CONF" "$MINUTEHAND" job list
	[ "$status" -eq 78 ]
	[[ $output == *'chmod g+s'* ]]
	unset gid
	# Others are never trusted, and secrets stay their owner's alone.
	chmod 2777 "$DIR"
	run shared 12345 "$MINUTEHAND" job list
	[ "$status" -eq 78 ]
	chmod 2770 "$DIR"
	# Another's configuration in the owner's folder was put there.
	cp "$CONF" "$DIR/x"
	mv "$DIR/x" "$CONF"
	chown 12346:23456 "$CONF"
	chmod 660 "$CONF"
	run shared 12345 "$MINUTEHAND" job list
	[ "$status" -eq 78 ]
	chown 12345 "$CONF"
	shared 12346 "$MINUTEHAND" job list
}

@test "group_writable counts for the file itself where its owner opened the folder" {
	echo 'group_writable = yes' >>"$CONF"
	chmod 660 "$CONF"
	chmod 750 "$DIR"
	run "$MINUTEHAND" job list
	[ "$status" -eq 78 ]
	[[ $output == *'lets its group write it'* ]]
	chmod 2770 "$DIR"
	"$MINUTEHAND" job list
	chmod 700 "$DIR"
	"$MINUTEHAND" job list
}

@test "init creates nothing where others can write" {
	mkdir -m 777 "$BATS_TEST_TMPDIR/open"
	run env -u MINUTEHAND_CONF "$MINUTEHAND" init "$BATS_TEST_TMPDIR/open"
	[ "$status" -eq 78 ]
	[[ $output == *'chmod 755'* ]]
	[ -z "$(ls -A "$BATS_TEST_TMPDIR/open")" ]
}

@test "sticky folders, links and folders above" {
	chmod 755 "$DIR"
	mkdir -m 1777 "$BATS_TEST_TMPDIR/sticky"
	cp "$CONF" "$BATS_TEST_TMPDIR/sticky/m.conf"
	sed -i "s|other/|$OTHER/|" "$BATS_TEST_TMPDIR/sticky/m.conf"
	echo "store = \"$DIR/store.db\"" >>"$BATS_TEST_TMPDIR/sticky/m.conf"
	"$MINUTEHAND" -c "$BATS_TEST_TMPDIR/sticky/m.conf" job list
	# But others may put a journal beside a store there.
	sed -i '$d' "$BATS_TEST_TMPDIR/sticky/m.conf"
	run "$MINUTEHAND" -c "$BATS_TEST_TMPDIR/sticky/m.conf" init
	run "$TICKER" -c "$BATS_TEST_TMPDIR/sticky/m.conf" --once
	[ "$status" -eq 78 ]
	# A link is as good as the folders on the way to both its ends.
	mkdir -m 700 "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b"
	ln -s ../b/m.conf "$BATS_TEST_TMPDIR/a/m.conf"
	cp "$BATS_TEST_TMPDIR/sticky/m.conf" "$BATS_TEST_TMPDIR/b/m.conf"
	"$MINUTEHAND" -c "$BATS_TEST_TMPDIR/a/m.conf" preview --every 1h >/dev/null ||
	    "$MINUTEHAND" -c "$BATS_TEST_TMPDIR/a/m.conf" doctor || true
	for folder in a b; do
		chmod 777 "$BATS_TEST_TMPDIR/$folder"
		run "$TICKER" -c "$BATS_TEST_TMPDIR/a/m.conf" --once
		[ "$status" -eq 78 ]
		[[ $output == *"/$folder: mode 0777"* ]]
		chmod 700 "$BATS_TEST_TMPDIR/$folder"
	done
	mkdir -p "$BATS_TEST_TMPDIR/open/deep"
	cp "$BATS_TEST_TMPDIR/sticky/m.conf" "$BATS_TEST_TMPDIR/open/deep"
	chmod 777 "$BATS_TEST_TMPDIR/open"
	run "$TICKER" -c "$BATS_TEST_TMPDIR/open/deep/m.conf" --once
	[ "$status" -eq 78 ]
	[[ $output == *"/open: mode 0777"* ]]
}
