# Runs handed over to a broker while everything fails, and what became of them.
# After helper.bash and brokers.bash, with a cutter in front of the broker and
# an instance whose queue "bench" goes through it: load ../support/once.bash
#
#   once_fill N              N runs in the outbox, or two more, not due yet
#   once_suffer STOP START   a hundred of them due a round, the faults in turn:
#                            answers lost behind the push, the ticker killed,
#                            the broker killed (STOP) and started again
#                            (START), a line that falls silent
#   once_settle              without faults, until the outbox is empty
#   ONCE_SPARE               bytes of greetings that are never lost (200)
#   once_count FILE          FILE has the ids that arrived: counts them, by the
#                            ledger, to the bats log: LOST TWICE SPOILED
#
# Time is lapsed between rounds: nobody waits for back-offs, nor for the leases
# of ticks that were killed.
#
# Names come from helper.bash, brokers.bash and bats, and go to the tests.
# shellcheck disable=SC2034,SC2153,SC2154

once_sql() {
	sqlite3 -cmd '.timeout 20000' "$DIR/store.db" "$1"
}

once_left() {
	once_sql 'SELECT count(*) FROM outbox WHERE next_us IS NOT NULL'
}

once_fill() {
	rm -f "$DIR"/store.db*
	"$abs_top_builddir/bench/mkjobs" "$DIR/store.db" $((($1 + 2) / 3)) \
	    behind || return
	# Each job's parameters are its own.
	once_sql "UPDATE job SET kwargs = json_object('x', id, 'y', 2 * id)"
	cutter_tell refuse
	"$TICKER" --once 2>/dev/null
	once_sql 'UPDATE outbox SET next_us = 4102444800000000, attempt = 0'
	ONCE_RUNS=$(once_left)
	ONCE_TICKERS=0 ONCE_BROKERS=0
}

# What the next round finds due: what is left of the others, and more.
once_lapse() {
	once_sql "UPDATE endpoint SET lease_us = 0, next_us = 0;
	    UPDATE outbox SET next_us = 1, attempt = 0 WHERE run IN (SELECT run FROM outbox
		WHERE next_us = 4102444800000000 LIMIT $1)
		OR next_us < 4102444800000000"
}

once_ticker() {
	"$TICKER" --window 10 2>/dev/null 3>&- &
	echo $! >"$BATS_TEST_TMPDIR/ticker"
}

once_kill_ticker() {
	pid_end "$BATS_TEST_TMPDIR/ticker" KILL 2>/dev/null
	ONCE_TICKERS=$((ONCE_TICKERS + 1))
}

# Up to N ms.
once_nap() {
	sleep "0.$(printf %03d $((RANDOM % $1)))"
}

once_has_tried() {
	[ "$(once_sql 'SELECT EXISTS (SELECT 1 FROM outbox WHERE attempt > 0)')" = 1 ]
}

once_round() {
	case $(($1 % 4)) in
	0)	# All answers are lost, but for those to greetings.
		cutter_tell "swallow=1 spare=${ONCE_SPARE:-200}"
		once_ticker
		wait_for 3 once_has_tried || true
		;;
	1)	cutter_tell "swallow=0.2 spare=${ONCE_SPARE:-200}"
		once_ticker
		once_nap 400
		;;
	2)	cutter_tell 'cut=200-3000'
		once_ticker
		once_nap 300
		"$2" KILL
		ONCE_BROKERS=$((ONCE_BROKERS + 1))
		once_nap 100
		;;
	3)	cutter_tell
		once_ticker
		once_nap 200
		# What is in there arrives later.
		cutter_tell hang
		once_nap 200
		;;
	esac
	once_kill_ticker
	[ $(($1 % 4)) -ne 2 ] || "$3"
}

once_suffer() {
	local i
	for ((i = 0; i < ONCE_RUNS; i += 100)); do
		once_lapse 100
		once_round $((i / 100)) "$1" "$2" || return
	done
}

once_settle() {
	local i
	cutter_tell
	for i in {1..60}; do
		once_lapse "$ONCE_RUNS"
		"$TICKER" --once 2>/dev/null
		[ "$(once_left)" != 0 ] || return 0
	done
	return 1
}

# The ids of the ledger that one file has and the other has not.
once_count() {
	local known there
	once_sql "SELECT task_id FROM run" | sort >"$BATS_TEST_TMPDIR/known"
	known=$(once_sql "SELECT count(*) FROM run WHERE state = 'sent'")
	sort -u "$1" >"$BATS_TEST_TMPDIR/there"
	LOST=$(comm -23 "$BATS_TEST_TMPDIR/known" "$BATS_TEST_TMPDIR/there" |
	    wc -l)
	STRAY=$(comm -13 "$BATS_TEST_TMPDIR/known" "$BATS_TEST_TMPDIR/there" |
	    wc -l)
	TWICE=$(($(wc -l <"$1") - $(wc -l <"$BATS_TEST_TMPDIR/there")))
	SPOILED=$(cut -d' ' -f2 "$CUTTER_DIR/control.count")
	there=$(once_sql "SELECT count(*) FROM run
	    WHERE reason = 'it was there already'")
	printf '# %d runs, %d sent, %d arrived: %d lost, %d twice, %d of nobody\n' \
	    "$ONCE_RUNS" "$known" "$(wc -l <"$1")" "$LOST" "$TWICE" "$STRAY" >&3
	printf '# %d tickers and %d brokers killed, %d connections spoiled; %d were there already\n' \
	    "$ONCE_TICKERS" "$ONCE_BROKERS" "$SPOILED" "$there" >&3
	[ "$known" = "$ONCE_RUNS" ] && [ "$STRAY" = 0 ]
}
