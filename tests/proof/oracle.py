#!/usr/bin/python3
"""Compare `minutehand preview --batch` with the real APScheduler.

oracle.py [-n CASES] [-j PROCESSES] [-s SEED] MINUTEHAND

CASES generated triggers (20,000) are asked for their next fires, both with
the same clock, and the answers compared: the same instants, or a refusal by
both.  Away from changes of a zone's offset: a case where one lies within two
days of a compared instant is left out, another one taken.  What differs on
purpose is in oracle_known.py.  Prints the counts; 0 when nothing else differs,
else 1.  Needs Debian's python3-apscheduler.
"""

import argparse
import bisect
import collections
import datetime
import json
import multiprocessing
import signal
import subprocess
import sys
import warnings

import apscheduler
import pytz
from apscheduler.triggers import date as date_module
from apscheduler.triggers import interval as interval_module
from apscheduler.triggers.cron import CronTrigger

sys.dont_write_bytecode = True  # the source tree stays clean
import oracle_known as known  # noqa: E402
from oracle_cases import FIELDS, Maker  # noqa: E402

SHARDS = 8
CHUNK = 250
SHOWN = 10
DAY = datetime.timedelta(days=1)
NEAR = 2 * DAY
LAST = datetime.datetime(2037, 12, 1, tzinfo=pytz.utc)  # pytz: no DST later
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=pytz.utc)


class Clock(datetime.datetime):
    """What the triggers take for the current time."""
    current = None

    @classmethod
    def now(cls, tz=None):
        return cls.current.astimezone(tz)


def late(*_):
    raise TimeoutError('APScheduler is too slow')


def crontab_trigger(case):
    """from_crontab, the weekdays' numbers made APScheduler's."""
    parts = case['crontab'].split()
    if len(parts) == 5 and parts[4][0].isdigit():
        parts[4] = ','.join(str((int(v) + 6) % 7) for v in parts[4].split(','))
    trigger = CronTrigger.from_crontab(' '.join(parts), case['timezone'])
    end = CronTrigger(end_date=case['end_date'], timezone=case['timezone'])
    trigger.end_date = end.end_date
    return trigger


def make_trigger(case):
    if 'crontab' in case:
        return crontab_trigger(case)
    names = {'cron': FIELDS, 'interval': list(known.LENGTHS),
             'date': ['run_date']}[case['trigger']]
    if case['trigger'] != 'date':
        names = names + ['start_date', 'end_date']
    options = {k: case[k] for k in names + ['timezone'] if k in case}
    make = {'cron': CronTrigger, 'interval': interval_module.IntervalTrigger,
            'date': date_module.DateTrigger}[case['trigger']]
    return make(**options)


def microseconds(t):
    return (t - EPOCH) // datetime.timedelta(microseconds=1)


def ask(case):
    """(fires, trigger) or (error, None)."""
    now = Clock.current = datetime.datetime.fromisoformat(
        case['now'].replace('Z', '+00:00'))
    signal.setitimer(signal.ITIMER_VIRTUAL, 2)
    try:
        trigger = make_trigger(case)
        fires, previous = [], None
        while len(fires) < case['count']:
            fire = trigger.get_next_fire_time(previous, previous or now)
            if fire is None:
                break
            fires.append(fire)
            previous = fire
        return fires, trigger
    except TimeoutError:
        raise
    except Exception as e:  # whatever Python has: it is a refusal
        return '%s' % (e.args[0] if isinstance(e, KeyError) else e), None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def changes(zone, cache={}):
    """The instants at which the offset changes, in order."""
    if zone not in cache:
        times = getattr(zone, '_utc_transition_times', [])
        info = getattr(zone, '_transition_info', [])
        cache[zone] = [pytz.utc.localize(times[i])
                       for i in range(1, len(times))
                       if info[i][0] != info[i - 1][0]]
    return cache[zone]


def is_near_change(zone, t):
    at = changes(pytz.timezone(zone.zone)) if getattr(zone, 'zone', None) \
        else []
    i = bisect.bisect(at, t)
    return any(abs(at[k] - t) <= NEAR for k in (i - 1, i) if 0 <= k < len(at))


def skip_reason(case, fires, trigger):
    """Why the case is not to be compared, or None."""
    zone = getattr(trigger, 'timezone', None) or pytz.utc
    if case['trigger'] == 'date':
        zone = trigger.run_date.tzinfo
    bounds = [t for t in (getattr(trigger, 'start_date', None),
                          getattr(trigger, 'end_date', None)) if t]
    if any(t > LAST for t in fires + bounds):
        return 'beyond 2037: pytz has no DST there'
    # Only cron asks the zone for more than what its texts mean.
    instants = bounds if case['trigger'] == 'interval' else fires + bounds
    if 'start_date' not in case and case['trigger'] == 'interval':
        instants = instants[1:]
    if case['trigger'] == 'cron':
        instants = instants + [Clock.current]
    if any(is_near_change(zone, t) for t in instants):
        return 'within 2 days of a change of offset'
    return None


def is_after_gap(case, ours, fires, trigger):
    """APScheduler #606: a day or month that it steps to from before a spring
    change begins at 01:00 there, so that a fire in the first hour is lost.
    By its own fields the instant we have matches."""
    n = next((i for i in range(min(len(ours), len(fires)))
              if ours[i] != microseconds(fires[i])), min(len(ours), len(fires)))
    if case['trigger'] != 'cron' or n >= len(ours):
        return False
    t = (EPOCH + datetime.timedelta(microseconds=ours[n])).astimezone(
        trigger.timezone)
    before = fires[n - 1] if n > 0 else Clock.current
    return any(before <= at <= t for at in changes(trigger.timezone)) and \
        (n >= len(fires) or t < fires[n]) and \
        all(f.get_next_value(t) == f.get_value(t) for f in trigger.fields)


def is_rounded(case, ours, fires, trigger):
    """APScheduler counts the first interval in floating point."""
    if case['trigger'] != 'interval' or not ours or not fires:
        return False
    length, start = known.length_us(case), microseconds(trigger.start_date)
    now = microseconds(Clock.current)
    return max(start, start + -(-(now - start) // length) * length) == ours[0]


def judge_refusals(case, error, answer):
    if error == 'date value out of range' and answer.get('exhausted'):
        return "APScheduler's mistake: ", 'an overflow at the end of 9999'
    if 'error' not in answer:
        return 'accepted on purpose: ', known.find(known.ACCEPTED, case)
    if known.SAME_WORDS.match(error):
        told = error.replace('"%s"' % case.get('crontab'), '')
        if told in answer['error']:
            return 'refused by both, same words', ''
        if known.has_own_words(case):
            return 'refused by both, own words', ''
        return 'refused by both, own words: ', None
    return 'refused by both, own words', ''


def judge(case, answer):
    """(what it came to, detail); detail None: a difference."""
    try:
        fires, trigger = ask(case)
    except TimeoutError:
        return 'skipped: ', 'APScheduler takes more than 2 s of CPU'
    if trigger is None:
        return judge_refusals(case, fires, answer)
    if 'error' in answer:
        return 'refused on purpose: ', known.find(known.REFUSED, case)
    reason = skip_reason(case, fires, trigger)
    if reason is not None:
        return 'skipped: ', reason
    ours = [round(t * 10**6) for t in answer['epoch']]
    if ours == [microseconds(t) for t in fires] and \
            answer['exhausted'] == (len(fires) < case['count']):
        return 'equal', ''
    reason = known.find(known.ANSWERED, case)
    if reason is not None:
        return 'other instants on purpose: ', reason
    if is_after_gap(case, ours, fires, trigger):
        return "APScheduler's mistake: ", 'a fire lost after a gap (#606)'
    if is_rounded(case, ours, fires, trigger):
        return "APScheduler's mistake: ", 'the first interval rounded'
    return 'other instants: ', None


def preview(program, cases):
    lines = ''.join(json.dumps(dict(c, dst='wall')) + '\n' for c in cases)
    done = subprocess.run([program, 'preview', '--batch'], input=lines,
                          stdout=subprocess.PIPE, encoding='utf-8')
    answers = [json.loads(line, parse_float=float)
               for line in done.stdout.splitlines()]
    if len(answers) != len(cases):
        sys.exit('oracle.py: %d answers to %d questions' %
                 (len(answers), len(cases)))
    return answers


def judged(count):
    return sum(v for k, v in count.items() if not k.startswith('skipped'))


def run_shard(options, shard):
    """Count the outcomes of one share of the cases."""
    signal.signal(signal.SIGVTALRM, late)
    warnings.simplefilter('ignore')  # tzlocal's shim
    interval_module.datetime = date_module.datetime = Clock
    wanted = (options.n + SHARDS - 1 - shard) // SHARDS
    count, fires, shown = collections.Counter(), 0, []
    number = shard
    while judged(count) < wanted:
        cases = []
        for _ in range(min(CHUNK, wanted)):
            cases.append(Maker(options.seed, number).make())
            number += SHARDS
        for case, answer in zip(cases, preview(options.program, cases)):
            what, detail = judge(case, answer)
            if detail is None:
                shown.append((what, case, answer, str(ask(case)[0])))
                detail = 'DIFFERS'
            count[what + detail] += 1
            if what == 'equal':
                fires += len(answer['epoch'])
            if judged(count) >= wanted:
                break
    return count, fires, shown


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('-n', type=int, default=20000, metavar='CASES')
    parser.add_argument('-j', type=int, default=2, metavar='PROCESSES')
    parser.add_argument('-s', type=int, default=1, dest='seed')
    parser.add_argument('program', metavar='MINUTEHAND')
    options = parser.parse_args()
    count, fires, shown = collections.Counter(), 0, []
    with multiprocessing.Pool(options.j) as pool:
        for one in pool.starmap(run_shard,
                                [(options, i) for i in range(SHARDS)], 1):
            count += one[0]
            fires += one[1]
            shown += one[2]
    for what, case, answer, theirs in shown[:SHOWN]:
        print('differs:', what.strip(' :'), json.dumps(case))
        print('  ours:  ', json.dumps(answer))
        print('  theirs:', theirs)
    skipped = sum(count.values()) - judged(count)
    print('APScheduler %s: %d cases, %d fires compared, %d differences; '
          '%d more left out' % (apscheduler.version, judged(count), fires,
                                len(shown), skipped))
    for what in sorted(count):
        print('%8d  %s' % (count[what], what))
    return 1 if shown else 0


if __name__ == '__main__':
    sys.exit(main())
