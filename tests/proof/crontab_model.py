"""What crontab lines mean, for crontab.py: Debian's cron as its crontab(5) and
its answers show it, and a model with sets of dates for the other signs.  Both
walk the calendar of Python, and know nothing of our code."""

import calendar
import datetime
import itertools
import re

DAYS = 'sun mon tue wed thu fri sat'.split()
MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split()
FIELDS = [('minute', 0, 59, None), ('hour', 0, 23, None), ('dom', 1, 31, None),
          ('month', 1, 12, MONTHS), ('dow', 0, 7, DAYS)]
YEARS = 30  # how far a walk looks


def number(text, low, names):
    """A word of letters and digits at the start of text: value and rest."""
    word = re.match(r'[A-Za-z0-9]*', text).group()
    rest = text[len(word):]
    if names and word.lower() in names:
        return names.index(word.lower()) + low, rest
    if word.isdigit():
        return int(word), rest
    return None, rest


def cron_field(text, low, high, names):
    """The set of values cron reads, or None where it refuses.  It reads as
    far as it can, and overlooks the rest of the word."""
    values = set()
    while True:
        step = 1
        if text.startswith('*'):
            a, b, text = low, high, text[1:]
        else:
            a, text = number(text, low, names)
            if a is None or text.startswith('/'):
                return None
            if not text.startswith('-'):
                if not low <= a <= high:
                    return None
                values.add(a)
                if not text.startswith(','):
                    return values
                text = text[1:]
                continue
            b, text = number(text[1:], low, names)
            if b is None:
                return None
        if text.startswith('/'):
            step, text = number(text[1:], 0, None)
            if step is None or step <= 0:
                return None
        if not (low <= a <= high and low <= b <= high):
            return None
        values |= set(range(a, b + 1, step))
        if not text.startswith(','):
            return values
        text = text[1:]


def cron_line(line):
    """(sets, may either day match) or None."""
    sets, parts = [], line.split()
    for (_, low, high, names), text in zip(FIELDS, parts):
        values = cron_field(text, low, high, names)
        if values is None:
            return None
        sets.append(values)
    sets[4] = {v % 7 for v in sets[4]}
    return sets, parts[2][0] != '*' and parts[4][0] != '*'


def walk_cron(e, now, count):
    """Its first fires from now on, minute by minute on the days it has."""
    (minutes, hours, doms, months, weekdays), is_either = e
    fires, day = [], now.replace(hour=0, minute=0, second=0)
    end = day.replace(year=day.year + YEARS)
    times = [(h, m) for h in sorted(hours) for m in sorted(minutes)]
    while times and day < end and len(fires) < count:
        in_dom, in_dow = day.day in doms, (day.weekday() + 1) % 7 in weekdays
        if day.month in months and \
                (in_dom or in_dow if is_either else in_dom and in_dow):
            for h, m in times:
                t = day.replace(hour=h, minute=m)
                if t >= now and len(fires) < count:
                    fires.append(t)
        day += datetime.timedelta(days=1)
    return fires


def other_reading(line):
    """Why a line that cron takes, or overlooks a part of, means something
    else here; None: it does not."""
    parts = line.lower().split()
    dow = parts[4].split(',')
    if any('~' in p for p in parts):
        return 'a~b'
    if any(re.match(r'\w+#', p) for p in dow):
        return 'fri#2'
    if any(re.match(r'([1-6]|mon|tue|wed|thu|fri|sat)-(0+|sun)(?!\w)', p)
           for p in dow):
        return 'fri-sun ends the week'
    return None


class Lines:
    """A line of any dialect as sets: of seconds to hours, months, years, and
    of the days of a month, by functions of year and month."""

    def __init__(self):
        self.seconds, self.minutes, self.hours = {0}, set(), set()
        self.months, self.years = set(), None
        self.dom, self.dow = [], []  # functions
        self.is_either = False

    def days(self, year, month):
        doms = set().union(*[f(year, month) for f in self.dom])
        weekdays = set().union(*[f(year, month) for f in self.dow])
        return doms | weekdays if self.is_either else doms & weekdays

    def times(self, day, now, count):
        """The first fires of a day from now on."""
        if count <= 0 or day < now.date():
            return []
        first = (now.hour, now.minute, now.second) if day == now.date() \
            else (0, 0, 0)
        hours = sorted(h for h in self.hours if h >= first[0])
        fits = (t for t in itertools.product(
            hours, sorted(self.minutes), sorted(self.seconds)) if t >= first)
        return [datetime.datetime(day.year, day.month, day.day, *t)
                for t in itertools.islice(fits, count)]

    def walk(self, now, count):
        fires, year, month = [], now.year, now.month
        while year < now.year + YEARS and len(fires) < count:
            has_year = self.years is None or year in self.years
            if month in self.months and has_year:
                for d in sorted(self.days(year, month)):
                    fires += self.times(datetime.date(year, month, d), now,
                                        count - len(fires))
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        return fires


def length(year, month):
    return calendar.monthrange(year, month)[1]


def weekday(year, month, day):
    """0: Sunday."""
    return (datetime.date(year, month, day).weekday() + 1) % 7


def days_in(values):
    return lambda y, m: {d for d in values if d <= length(y, m)}


def weekdays_in(values):
    return lambda y, m: {d for d in range(1, length(y, m) + 1)
                         if weekday(y, m, d) in values}


def nth(dow, n):
    def of(y, m):
        days = sorted(weekdays_in({dow})(y, m))
        return {days[n - 1]} if n <= len(days) else set()
    return of


def last_weekday(dow):
    return lambda y, m: {max(weekdays_in({dow})(y, m))}


def from_end(n):
    return lambda y, m: {length(y, m) - n} if length(y, m) > n else set()


def nearest(day, n_from_end=None):
    """The day from Monday to Friday of the month that is nearest."""
    def of(y, m):
        d = day if n_from_end is None else length(y, m) - n_from_end
        if not 1 <= d <= length(y, m):
            return set()
        work = [x for x in range(1, length(y, m) + 1)
                if weekday(y, m, x) not in (0, 6)]
        return {min(work, key=lambda x: abs(x - d))}
    return of


def is_all_dows(text):
    values = cron_field(text, 0, 7, DAYS)
    return values is not None and {v % 7 for v in values} == set(range(7))


def croniter_differs(line):
    """Why croniter means something else by a line, or None."""
    parts = line.lower().split()
    if len(parts) == 6:
        return 'the sixth field is the second there'
    if parts[2].startswith('*') != (parts[2] == '*') or \
            parts[4].startswith('*') != (parts[4] == '*'):
        return 'a day field of */n restricts the day there'
    e = cron_line(line)
    if e is not None and e[1] and \
            (len(e[0][2]) == 31 or len(e[0][4]) == 7):
        return 'a list of all days does not restrict the day there'
    if parts[4] != '*' and is_all_dows(parts[4]):
        return 'a list of all days does not restrict the day there'
    if re.search(r'#|l', parts[4]) and (parts[2] != '*' or ',' in parts[4]):
        return 'positions beside other days'
    if any(re.search(r'(^|,)\d+(-\d+)?/', p) or '/' in p for p in parts):
        return 'steps larger than their range, or from one value'
    if re.search(r'7', parts[4]):
        return 'ranges with 7'
    return None
