#!/usr/bin/python3
"""Time APScheduler and croniter on what bench/trigger.c is timed on.

Prints engine|expression|zone|ns per next fire|ns per parse; exits with 69
where the packages are missing.
"""

import datetime
import sys
import time

try:
    import apscheduler
    import apscheduler.triggers.cron
    import croniter
    import pytz
except ImportError as e:
    print(e, file=sys.stderr)
    sys.exit(69)

LINES = ("30 15 * * *", "0 */2 * * *", "0 9 * * mon-fri", "59 23 29 feb *",
         "*/5 * * * *")
ZONES = ("UTC", "America/New_York")
STEPS = 300
ROUNDS = 3


def best(work):
    """Nanoseconds per step, of the best round."""
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter_ns()
        work()
        took.append(time.perf_counter_ns() - began)
    return min(took) // STEPS


def time_apscheduler(line, zone):
    make = apscheduler.triggers.cron.CronTrigger.from_crontab
    trigger = make(line, timezone=zone)
    start = zone.localize(datetime.datetime(2026, 3, 1))

    def walk():
        at = None
        for _ in range(STEPS):
            at = trigger.get_next_fire_time(at, at or start)

    def parse():
        for _ in range(STEPS):
            make(line, timezone=zone)
    return best(walk), best(parse)


def time_croniter(line, zone):
    start = zone.localize(datetime.datetime(2026, 3, 1))

    def walk():
        it = croniter.croniter(line, start)
        for _ in range(STEPS):
            it.get_next(datetime.datetime)

    def parse():
        for _ in range(STEPS):
            croniter.croniter(line, start)
    return best(walk), best(parse)


for name in ZONES:
    for text in LINES:
        tz = pytz.timezone(name)
        for engine, run in (("apscheduler", time_apscheduler),
                            ("croniter", time_croniter)):
            fire, read = run(text, tz)
            print(f"{engine}|{text}|{name}|{fire}|{read}")
