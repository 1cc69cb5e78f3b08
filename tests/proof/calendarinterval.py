#!/usr/bin/python3
"""Compare calendarinterval with a walk from day to day.

calendarinterval.py [-n CASES] [-s SEED] MINUTEHAND

CASES random triggers (3,000) of `minutehand preview --batch`: each day from
the first date on is judged by what the fields say of it, and its local time
turned into instants by Python's zoneinfo, under each dst rule and both rules
for days that a month lacks.  Prints the counts; 0 when nothing differs, else 1.
"""

import argparse
import calendar
import collections
import datetime
import json
import random
import subprocess
import sys
import zoneinfo

ZONES = """UTC America/New_York Europe/Berlin Europe/London Australia/Lord_Howe
America/Sao_Paulo America/Havana Pacific/Apia Africa/Casablanca Asia/Tehran
Antarctica/Troll Pacific/Chatham Asia/Kathmandu America/St_Johns""".split()
DAY = datetime.timedelta(days=1)
SECOND = datetime.timedelta(seconds=1)
UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
LIMIT = 12  # years of a walk
COUNT = 8


def dates(case, first):
    """The dates from the first on, one day after the other."""
    months = 12 * case.get('years', 0) + case.get('months', 0)
    days = 7 * case.get('weeks', 0) + case.get('days', 0)
    is_last = case.get('on_missing_day') == 'last'
    base, at = first, first
    yield first
    end = first.replace(day=1, year=first.year + LIMIT)
    want = None  # a month to come to, and how many days are left behind it
    while at < end:
        at += DAY
        length = calendar.monthrange(at.year, at.month)[1]
        if not months:
            if (at - first).days % days == 0:
                yield at
            continue
        gone = (at.year - base.year) * 12 + at.month - base.month
        is_day = at.day == base.day or \
            (is_last and base.day > length and at.day == length)
        if want is None and gone > 0 and gone % months == 0 and is_day:
            want = days
        elif want is not None:
            want -= 1
        if want == 0:
            yield at
            want = None
            if days:
                base = at


def instants(zone, wall):
    """The instants at which the clock shows a time: none, one or two."""
    found = []
    for fold in (0, 1):
        t = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if t.astimezone(zone).replace(tzinfo=None) == wall:
            found.append(t)
    return sorted(set(found))


def after_gap(zone, wall):
    """The first instant behind the gap that holds a time."""
    low = wall.replace(tzinfo=UTC) - 2 * DAY
    high = wall.replace(tzinfo=UTC) + 2 * DAY
    while high - low > SECOND:
        mid = low + (high - low) // 2 // SECOND * SECOND
        if mid.astimezone(zone).replace(tzinfo=None) < wall:
            low = mid
        else:
            high = mid
    return high


def slots(case):
    zone = zoneinfo.ZoneInfo(case['timezone'])
    first = datetime.date.fromisoformat(case['start_date'])
    clock = datetime.time(case.get('hour', 0), case.get('minute', 0),
                          case.get('second', 0))
    now = datetime.datetime.fromisoformat(case['now']).replace(
        tzinfo=zone).astimezone(UTC)
    rule = case['dst'] if case['dst'] != 'auto' else 'once'
    out = []
    for date in dates(case, first):
        wall = datetime.datetime.combine(date, clock)
        found = instants(zone, wall)
        if not found and rule == 'once':
            found = [after_gap(zone, wall)]
        if rule != 'wall':
            found = found[:1]
        for t in found:
            if t >= now and (not out or t > out[-1]):
                out.append(t)
        if len(out) >= case['count']:
            break
    return [(t - EPOCH) // SECOND for t in out[:case['count']]]


def changes(zone, cache={}):
    """The dates on which a zone's offset changes, and the hour before."""
    if zone not in cache:
        z, found = zoneinfo.ZoneInfo(zone), []
        t = datetime.datetime(1995, 1, 1, tzinfo=UTC)
        while t.year < 2031:
            a = t.astimezone(z)
            b = (t + 3600 * SECOND).astimezone(z)
            if a.utcoffset() != b.utcoffset():
                found += [(a.date(), a.hour), (b.date(), b.hour),
                          (a.date(), (a.hour + 1) % 24)]
            t += 3600 * SECOND
        cache[zone] = found
    return cache[zone]


def aim(r, case):
    """Let a date fall on a change of the clock."""
    found = changes(case['timezone'])
    if not found:
        return
    date, case['hour'] = r.choice(found)
    months = 12 * case.get('years', 0) + case.get('months', 0)
    days = 7 * case.get('weeks', 0) + case.get('days', 0)
    if months:
        n = date.year * 12 + date.month - 1 - months * r.randint(0, 3)
        day = min(date.day, calendar.monthrange(n // 12, n % 12 + 1)[1])
        date = datetime.date(n // 12, n % 12 + 1, day)
    date -= days * r.randint(0, 3) * DAY
    case['start_date'] = date.isoformat()
    case['now'] = date.isoformat() + 'T00:00:00'


def make(r):
    case = {'trigger': 'calendarinterval', 'count': COUNT,
            'timezone': r.choice(ZONES), 'dst': r.choice(
                ['auto', 'wall', 'skip', 'once']),
            'on_missing_day': r.choice(['skip', 'last'])}
    kind = r.randrange(5)
    if kind in (0, 3, 4):
        case['months'] = r.choice([1, 1, 2, 3, 4, 5, 6, 7, 11, 13, 14])
    if kind == 4 or r.random() < 0.15:
        case['years'] = r.randint(1, 2)
    if kind in (1, 3):
        case['weeks'] = r.randint(1, 5)
    if kind in (2, 3) and r.random() < 0.7 or kind == 2:
        case['days'] = r.randint(1, 40)
    case['hour'] = r.choice([0, 0, 1, 2, 2, 3, 9, 23])
    case['minute'] = r.choice([0, 0, 30, 59, r.randrange(60)])
    case['second'] = r.choice([0, 0, 0, 59])
    year, month = r.randint(1995, 2030), r.randint(1, 12)
    last = calendar.monthrange(year, month)[1]
    day = r.choice([1, r.randint(1, last), last, last])
    case['start_date'] = '%04d-%02d-%02d' % (year, month, day)
    now = datetime.date(year, month, day)
    if r.random() < 0.5:
        now += datetime.timedelta(days=r.randint(0, 300))
    case['now'] = now.isoformat() + 'T00:00:00'
    if r.random() < 0.5:
        aim(r, case)
    return case


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('-n', type=int, default=3000, metavar='CASES')
    parser.add_argument('-s', type=int, default=1, dest='seed')
    parser.add_argument('program', metavar='MINUTEHAND')
    options = parser.parse_args()
    r = random.Random(options.seed)
    cases = [make(r) for _ in range(options.n)]
    done = subprocess.run(
        [options.program, 'preview', '--batch'], encoding='utf-8',
        input=''.join(json.dumps(c) + '\n' for c in cases),
        stdout=subprocess.PIPE)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if len(answers) != len(cases):
        sys.exit('calendarinterval.py: %d answers' % len(answers))
    count, fires, wrong = collections.Counter(), 0, 0
    for case, answer in zip(cases, answers):
        want = slots(case)
        got = answer.get('epoch', answer)
        # The walk ends after some years; what we have goes on.
        same = got[:len(want)] == want and \
            (len(want) == COUNT or len(got) >= len(want)) \
            if isinstance(got, list) else False
        fires += len(want)
        count[case['dst'] + ' ' + case['on_missing_day']] += 1
        if not same:
            wrong += 1
            if wrong <= 8:
                print('differs:', json.dumps(case))
                print('  ours:', got)
                print('  want:', want)
    print('calendarinterval: %d cases, %d fires compared with a walk, '
          '%d differences' % (len(cases), fires, wrong))
    for what in sorted(count):
        print('%8d  %s' % (count[what], what))
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
