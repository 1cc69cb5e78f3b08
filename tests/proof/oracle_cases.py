"""Triggers at random for oracle.py: each case is what `minutehand preview
--batch` reads on one line, and is made of a seed and its number alone."""

import datetime
import random

ZONES = """UTC Etc/GMT+5 Asia/Shanghai Asia/Tokyo Asia/Kolkata Asia/Kathmandu
Africa/Lagos Africa/Johannesburg America/Bogota Pacific/Honolulu
America/Phoenix Asia/Dubai Pacific/Kiritimati Pacific/Marquesas
America/New_York America/Los_Angeles America/St_Johns America/Sao_Paulo
America/Santiago America/Havana America/Caracas Europe/London Europe/Berlin
Europe/Dublin Europe/Moscow Europe/Istanbul Africa/Cairo Africa/Casablanca
Asia/Tehran Asia/Jerusalem Asia/Pyongyang Australia/Sydney
Australia/Lord_Howe Pacific/Auckland Pacific/Chatham Pacific/Apia
Atlantic/Azores America/Nuuk Antarctica/Troll""".split()

WEEKDAYS = 'mon tue wed thu fri sat sun'.split()
MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split()
RANGES = {'year': (1970, 9999), 'month': (1, 12), 'day': (1, 31),
          'week': (1, 53), 'day_of_week': (0, 6), 'hour': (0, 23),
          'minute': (0, 59), 'second': (0, 59)}
FIELDS = list(RANGES)
FIELD_SET = set(FIELDS)
CRONTAB = ['minute', 'hour', 'day', 'month', 'day_of_week']

# What is wrong in any field, or looks like it.
ODD = ['', '?', 'L', 'x', '1-', '-1', '*/', '/5', '*/0', '3/0', '5-3', '1/2/3',
       '1,,2', '1,', ',1', '1 2', '1 - 3', '*5', '+5', '5.0', 'True', '@daily',
       '*/99', '99', '10000', '0-99', '007', '5,5', ' 5', '5 ', '5 , 6', '\t5',
       '0-0/5', '59/1', '23/1', '\u0663', '1-2-3', "5'", '5"', '1;2', '0x5',
       '*/1', '99999999999999999999', '1-99999999999', '5\n', '\u00a05']
ODD_OF = {
    'month': ['Jan', 'DEC', 'jan-mar', 'dec-jan', 'foo', 'jan-jun/2', 'mar-9',
              'january', 'jan foo', '3-jun', 'jan-', 'jan-foo', '13', '0'],
    'day': ['last', 'LAST', 'last-3', 'lastday', '1st mon', '2nd  tue',
            'last fri', '5th sun', '6th sun', '1st', '1st mon-fri', '1st 1',
            'last day', '1stmon', '0', '32', '31', '*/30', '*/31', 'last,1'],
    'day_of_week': ['mon', 'Sun', 'mon-fri', 'fri-mon', 'sat-sun', 'sun-mon',
                    'mon-fri/2', 'mon-5', 'mon - fri', 'sun#1', 'tue*',
                    'monday', '7', '6', 'mon,wed,5', '*/7', '1-mon'],
    'year': ['2027', '1969', '9999', '2026-2030/2', '2000-10000', '*/3'],
    'week': ['53', '0', '54', '1-53/26', '*/53'],
}
DATES = ['', 'tomorrow', '2026', '2026-13-01', '2026-02-29', '2024-2-29',
         '2026-00-10', '0000-01-01', '2026-01-01 24:00:00', '2026-01-01T1:2:3',
         '2026-01-01 10:60:00', '2026-01-01 10:00:60', '2026-01-01 10:00',
         '2026-01-01T10:00:00.5', '2026-01-01 10:00:00.250000',
         '2026-01-01 10:00:00Z', '2026-01-01 10:00:00z', '2026-01-01Z',
         '2026-01-01 10:00:00+0200', '2026-01-01 10:00:00+02:00',
         '2026-01-01 10:00:00 +02:00', '2026-01-01 10:00:00-11:30',
         '2026-01-01 10:00:00+05:99', '2026-01-01 10:00:00+24:00',
         '2026-01-01T10:00:00.1234567', ' 2026-01-01', '2026-01-01 ',
         '2026-01-01\n', '26-01-01', '2026/01/01', '20260101', '2026-1-1',
         '2026-01-01t10:00:00', '2026-01-01  10:00:00', '2026-01-01 10',
         '\u0662026-01-01', '2026-01-32', '2026-04-31 10:00:00', '10:00:00']
BAD_ZONES = ['', 'utc', 'europe/london', 'Europe/Londonn', 'UTC+3', 'GMT+5',
             '+08:00', '-03:30', '../UTC', '/etc/passwd', 'Mars/Phobos', 'Z',
             'America/New York', 'EST5EDT', '+25:00', 'America']


class Maker:
    def __init__(self, seed, number):
        self.r = random.Random('%d:%d' % (seed, number))

    def chance(self, p):
        return self.r.random() < p

    def instant(self):
        """A second from 1971 to 2036; often at an end of something."""
        r = self.r
        t = datetime.datetime(1971, 1, 1) + datetime.timedelta(
            seconds=r.randrange(int(66 * 365.25 * 86400)))
        kind = r.randrange(8)
        if kind == 0:
            t = t.replace(month=2, day=28, year=t.year - t.year % 4 or 1972)
        elif kind == 1:
            t = t.replace(day=1) - datetime.timedelta(days=r.randrange(2))
        elif kind == 2:
            t = t.replace(month=12, day=r.randrange(26, 32))
        elif kind == 3:
            t -= datetime.timedelta(days=t.weekday() - r.choice([4, 5, 6]))
        if self.chance(0.3):
            t = t.replace(minute=r.choice([0, 59]), second=r.choice([0, 59]))
        return max(t, datetime.datetime(1971, 1, 2))

    def now(self, t):
        us = self.r.choice([0, 0, 0, 1, 500000, 999999])
        text = t.strftime('%Y-%m-%dT%H:%M:%S')
        return text + ('.%06d' % us if us else '') + 'Z'

    def date(self, t, days):
        """Civil text some days from t, in one of the forms."""
        r = self.r
        if self.chance(0.06):
            return r.choice(DATES)
        t = t + datetime.timedelta(seconds=r.randrange(-days * 86400 // 4,
                                                       days * 86400))
        form = r.randrange(6)
        if form == 0:
            return t.strftime('%Y-%m-%d')
        if form == 1:
            return '%04d-%d-%d %d:%d:%d' % t.timetuple()[:6]
        text = t.strftime('%Y-%m-%d' + r.choice(' T') + '%H:%M:%S')
        if form == 2:
            text += '.%06d' % r.randrange(1000000)
        if form == 3:
            text += r.choice(['Z', '+00:00', '+05:45', '-11:00', '+14:00'])
        return text

    def piece(self, field):
        r = self.r
        low, high = RANGES[field]
        if field == 'year':
            low, high = 1985, 2040
        if self.chance(0.25) and field in ('month', 'day_of_week'):
            names = MONTHS if field == 'month' else WEEKDAYS
            a, b = sorted(r.sample(range(len(names)), 2))
            return r.choice([names[a], names[a] + '-' + names[b],
                             names[b].upper()])
        if self.chance(0.2) and field == 'day':
            return r.choice(['last', r.choice(
                '1st 2nd 3rd 4th 5th last'.split()) + ' ' +
                r.choice(WEEKDAYS)])
        a, b = sorted(r.sample(range(low, high + 1), 2))
        step = r.randrange(1, max(2, (b - a) // 2 + 1))
        return r.choice(['*', '*/%d' % r.randrange(1, high - low + 1),
                         str(a), str(a), str(b), '%d-%d' % (a, b),
                         '%d-%d/%d' % (a, b, step),
                         '%d/%d' % (a, step)])

    def field(self, field):
        r = self.r
        if self.chance(0.06):
            return r.choice(ODD + ODD_OF.get(field, []) * 5)
        text = r.choice([',', ',', ', ', ' ,']).join(
            self.piece(field) for _ in range(r.choice([1, 1, 1, 2, 3])))
        return int(text) if text.isdigit() and self.chance(0.3) else text

    def bounds(self, case, t):
        if self.chance(0.2):
            case['start_date'] = self.date(t, 200)
        # Weeks beside months or days may never come; do not wait for 9999.
        if 'week' in case and ('month' in case or 'day' in case) or \
                'day' in case and 'month' in case or self.chance(0.2):
            case['end_date'] = self.date(t, 1500)

    def cron(self, case, t):
        r = self.r
        for name in sorted(r.sample(FIELDS, r.choice([1, 1, 2, 2, 3, 4])),
                           key=FIELDS.index):
            if name in ('year', 'week') and self.chance(0.6):
                continue
            case[name] = self.field(name)
        if not FIELD_SET & set(case) and self.chance(0.9):
            case['hour'] = self.field('hour')
        self.bounds(case, t)

    def crontab(self, case, t):
        """Lines that from_crontab takes alike, but for the weekdays' numbers:
        of day and day of week one begins with a star."""
        r = self.r
        texts = [str(self.field(f)).replace(' ', '') if self.chance(0.6)
                 else '*' for f in CRONTAB]
        if not texts[2].startswith('*'):
            texts[4] = '*'
        elif texts[4] != '*':
            texts[4] = ','.join(str(v) for v in r.sample(
                range(8), r.randrange(1, 4)))
        if 'last' in texts[2] or '1st' in texts[2]:
            texts[2] = '*'
        case['crontab'] = ' '.join(texts)
        case['end_date'] = self.date(t, 1500)

    def interval(self, case, t):
        r = self.r
        for name in r.sample('weeks days hours minutes seconds'.split(),
                             r.choice([1, 1, 2])):
            top = {'weeks': 9, 'days': 40, 'hours': 99}.get(name, 999)
            case[name] = r.randrange(1, top)
            if self.chance(0.1):
                case[name] = r.choice([0.5, 1.5, 0.000001, 7.25, 0.1, 33.333])
            elif self.chance(0.03):
                case[name] = r.choice([0, -1, '5', 'x', True, 10**6, 10**12,
                                       1e300, -0.5])
        if self.chance(0.5):
            case['start_date'] = self.date(t, 300)
            if self.chance(0.5):
                case['start_date'] = self.date(
                    t - datetime.timedelta(days=3000), 2500)
        if self.chance(0.2):
            case['end_date'] = self.date(t, 300)

    def make(self):
        r = self.r
        t = self.instant()
        case = {'timezone': r.choice(ZONES), 'now': self.now(t),
                'count': r.choice([1, 2, 3, 5, 8])}
        if self.chance(0.02):
            case['timezone'] = r.choice(BAD_ZONES)
        kind = r.choices(['cron', 'crontab', 'interval', 'date'],
                         [60, 12, 18, 10])[0]
        case['trigger'] = 'cron' if kind == 'crontab' else kind
        if kind == 'date':
            if self.chance(0.97):
                case['run_date'] = self.date(t, 400)
                if self.chance(0.2):
                    case['run_date'] = r.choice(DATES)
                elif self.chance(0.02):
                    case['run_date'] = r.choice([5, True, 1.5])
        else:
            getattr(self, kind)(case, t)
        return case
