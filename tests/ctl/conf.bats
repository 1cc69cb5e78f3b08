#!/usr/bin/env bats
# shellcheck disable=SC2016
# minutehand.conf: what programs do with it, and that its page is complete.

setup() {
	source "$BATS_TEST_DIRNAME/../support/ctl.bash"
	fresh_home
	: "${abs_top_srcdir:=$BATS_TEST_DIRNAME/../..}"
}

@test "minutehand.conf(5) and the example have the same options and defaults" {
	sed -n 's/^#	\{0,1\}\([a-z_]* = .*\)/\1/p' "$CONF" |
	    sort >"$BATS_TEST_TMPDIR/example"
	sed -n 's/^\.It Ic \([a-z_]*\) No = /\1 = /p' \
	    "$abs_top_srcdir/man/minutehand.conf.5" |
	    sed 's/\\(dq/"/g' | sort >"$BATS_TEST_TMPDIR/page"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/page")" -ge 17 ]
	diff "$BATS_TEST_TMPDIR/example" "$BATS_TEST_TMPDIR/page"
}

@test "the pages are well-formed" {
	run mandoc -Tlint -W warning "$abs_top_srcdir/man/minutehand.1" \
	    "$abs_top_srcdir/man/minutehand.conf.5"
	echo "$output"
	[ -z "$output" ]
}

@test "minutehand(1) names every command and every option" {
	page=$(<"$abs_top_srcdir/man/minutehand.1")
	while read -r sub; do
		[[ $page == *".It Ic $sub"* ]] || { echo "$sub"; false; }
		# shellcheck disable=SC2086
		for option in $("$MH" $sub --help |
		    sed -n 's/^  --\([a-z-]*\).*/\1/p'); do
			[[ $page == *"Fl -$option"* ]] || {
				echo "$sub --$option"
				false
			}
		done
	done < <("$MH" --help | sed -n 's/^  \([a-z]* \{0,1\}[a-z]*\)  .*/\1/p')
}

@test "the example, uncommented, is a configuration" {
	sed -e '/^memory_store/d' -e '/^# /d' -e '/^#	 /d' -e 's/^#//' "$CONF" \
	    >"$BATS_TEST_TMPDIR/full"
	cp "$BATS_TEST_TMPDIR/full" "$CONF"
	run "$MH" job list
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "an error: file, line, option; exit 78" {
	printf 'busy = 5s\nwindow = soon\n' >"$CONF"
	run "$MH" job list
	[ "$status" -eq 78 ]
	[[ $output == *"$CONF:2: option \"window\": \"soon\" is not auto"* ]]
	[ "${#lines[@]}" -eq 1 ]
}

@test "an unknown option and an unknown broker" {
	echo 'colour = red' >"$CONF"
	run "$MH" job list
	[ "$status" -eq 78 ]
	[[ $output == *"no such option 'colour'"* ]]
	printf 'queue "a" {\n\tbroker = kafka\n}\n' >"$CONF"
	run "$MH" job list
	[ "$status" -eq 78 ]
	[[ $output == *':2: option "broker": "kafka" is not sqlite or redis or '* ]]
}

@test "a broker that was not built in, or that has no section" {
	for broker in redis redis-stream redis-pubsub funboost rabbitmq webhook command; do
		printf 'queue "a" {\n\tbroker = %s\n}\n' "$broker" >"$CONF"
		run "$MH" job list
		[ "$status" -eq 78 ]
		[ "${#lines[@]}" -eq 1 ]
		[[ $output =~ 'is not built in: it needs the library '|'needs a section '[a-z]*' "name"' ]]
	done
}

@test "where it is searched" {
	mkdir "$BATS_TEST_TMPDIR/other"
	echo 'window = soon' >"$BATS_TEST_TMPDIR/other/x.conf"
	MINUTEHAND_CONF=$BATS_TEST_TMPDIR/other/x.conf run "$MH" job list
	[ "$status" -eq 78 ]
	MINUTEHAND_CONF=$BATS_TEST_TMPDIR/other/x.conf run "$MH" -c "$CONF" job list
	[ "$status" -eq 0 ]
}

@test "relative paths are taken from the file's folder" {
	mkdir "$HOME/.minutehand/data"
	echo 'store = "data/s.db"' >"$CONF"
	cd /
	"$MH" init
	[ -f "$HOME/.minutehand/data/s.db" ]
}

@test "names of parameters are enforced" {
	printf 'queue "a*" {\n\tparams = {x, y}\n}\n' >"$CONF"
	run "$MH" job add ab --every 1h --args '[1,2,3]'
	[ "$status" -eq 65 ]
	"$MH" job add ab --every 1h --args '[1,2]'
	"$MH" job add other --every 1h --args '[1,2,3]'
}

@test "broken files never crash" {
	for text in '{' '}' '"' "'" 'queue' 'queue "' 'queue "a" {' '/*' \
	    'store = {' 'store = ${' 'params += {x}' '= =' 'queue a { params = {' \
	    'window = "\xff' '#' 'include("/etc/passwd")' 'store = ${HOME:-' ; do
		printf '%s' "$text" >"$CONF"
		run "$MH" job list
		[[ $status == 0 || $status == 78 || $status == 69 ]]
	done
	head -c 100000 /dev/urandom >"$CONF"
	run "$MH" job list
	[ "$status" -eq 78 ]
	run "$MH" -c /dev job list
	[ "$status" -eq 78 ]
}

@test "store and memory_store are two files" {
	ln -s store.db "$HOME/.minutehand/link.db"
	ln -s . "$HOME/.minutehand/here"
	for memory in store.db ./store.db "$STORE" link.db here/store.db; do
		printf 'memory_store = "%s"\n' "$memory" >"$CONF"
		run "$MH" job list
		[ "$status" -eq 78 ]
		[[ $output == *"$CONF:1: option \"memory_store\": is the same file as store"* ]]
	done
	printf 'store = "new.db"\nmemory_store = "./new.db"\n' >"$CONF"
	run "$MH" job list
	[ "$status" -eq 78 ]
	printf 'memory_store = ""\n' >"$CONF"
	"$MH" job list
}

@test "timezone: a zone this host does not know is refused by all programs" {
	printf '# a comment\n\ntimezone = "No/Where"\n' >"$CONF"
	for program in "$MH job list" "$MH runs" "$MH preview --every 1h" \
	    "$MH backup $HOME/b" "$TICKER --once" "$TICKER --dry-run" \
	    "$TICKER simulate --from 2030-01-01 --to 2030-01-02"; do
		# shellcheck disable=SC2086 # a program and its arguments
		run $program
		[ "$status" -eq 78 ] || { echo "$program: $status $output"; false; }
		[[ $output == *"$CONF:3: option "*timezone*No/Where* ]]
	done
	run "$MH" doctor
	[[ $output == *"$CONF:3: option "*timezone*No/Where* ]]
}

@test "a byte-order mark and the line ends of other systems are read" {
	printf '\xef\xbb\xbfbusy = 5s\r\ntimezone = UTC\r\n' >"$CONF"
	"$MH" job list
	"$TICKER" --once
	"$TICKER" simulate --from 2030-01-01 --to 2030-01-02 --keep "$HOME/kept" >/dev/null
	"$MH" -c "$HOME/kept/minutehand.conf" job list
	printf '\xef\xbb\xbfstore = "store.db"\nwindow = soon\n' >"$CONF"
	run "$MH" job list
	[ "$status" -eq 78 ]
	[[ $output == *"$CONF:2: option \"window\""* ]]
	printf '\xef\xbb\xbf' >"$CONF"
	"$MH" job list
	printf '\xff\xfew\0i\0' >"$CONF"
	run "$MH" job list
	[ "$status" -eq 78 ]
	[[ $output == *'is UTF-16; save it as UTF-8'* ]]
	# Keys and jobs that were edited there are read, too.
	printf '\xef\xbb\xbf{"queue_name":"q","trigger":"interval","hours":1}' |
	    "$MH" -c "$HOME/kept/minutehand.conf" job add --json -
}

@test "an error found after the file was read has its line" {
	local n=0 text want
	while IFS='|' read -r text want; do
		# shellcheck disable=SC2059 # \n in it
		printf "# first\n$text" >"$CONF"
		run "$MH" job list
		[ "$status" -eq 78 ]
		[[ $output == *"$CONF:$want"* ]] || { echo "$text: $output"; false; }
		n=$((n + 1))
	done <<-'END'
		timezone = No/Where\n|2: option "timezone"
		memory_store = store.db\n|2: option "memory_store": is the same
		broker = webhook\n|2: option "broker": webhook needs a section
		queue q {\nbroker = webhook\n}\n|4: section queue "q": option "broker"
		queue q {\nserver = x\n}\n|4: section queue "q": option "server"
		queue a {\n}\nqueue q {\nserver = x\n}\n|6: section queue "q": option "server"
		webhook h {\nsecret = x\n}\n|4: section webhook "h": needs a url
		webhook h {\nurl = "https://h/"\n}\n|4: section webhook "h": needs a secret
	END
	chmod 644 "$CONF"
	for text in 'ca_file = "k"' 'render_key a {\nfile = "k"\n}' \
	    'webhook h {\nurl = "https://h/"\nsecret = "k"\n}' \
	    'alert a {\nurl = "https://h/"\nsecret = "k"\n}' \
	    "alert a {\ncommand = {$HOME/.minutehand/k}\n}" \
	    "alert b {\ncommand = {x}\n}\nalert a {\ncommand = {$HOME/.minutehand/k}\n}"; do
		echo x >"$HOME/.minutehand/k"
		chmod 666 "$HOME/.minutehand/k"
		# shellcheck disable=SC2059 # \n in it
		printf "# first\n$text\n" >"$CONF"
		line=$(grep -n '/\?k[")}]' "$CONF" | tail -n 1)
		run "$MH" job list
		[ "$status" -eq 78 ]
		[[ $output == *"$CONF:${line%%:*}: option "*'/k: mode 0666'* ]] ||
		    { echo "$text: $output"; false; }
		n=$((n + 1))
	done
	echo "# $n values" >&3
}
