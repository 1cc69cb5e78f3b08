"""Where minutehand differs from APScheduler on purpose, each with the test
whether a case is one of these; nothing else may differ (DESIGN.md)."""

import re

# The forms of a piece, to the end: what APScheduler's patterns only begin to
# match is refused.
STRICT = {'day': r'(1st|2nd|3rd|4th|5th|last) +[a-z]+|last',
          'month': r'[a-z]+(-[a-z]+)?', 'day_of_week': r'[a-z]+(-[a-z]+)?'}
NUMBERS = r'\*(/[0-9]+)?|[0-9]+(-[0-9]+)?(/[0-9]+)?'
# Of the fields of a crontab line; a week ends on day 6 or 7.
RANGES = {'minute': (0, 59), 'hour': (0, 23), 'day': (1, 31),
          'month': (1, 12), 'day_of_week': (0, 6)}
LENGTHS = {'weeks': 604800, 'days': 86400, 'hours': 3600, 'minutes': 60,
           'seconds': 1}


def texts(case):
    """(field, text) of each cron field, those of a crontab line too."""
    for name in ('year', 'month', 'day', 'week', 'day_of_week', 'hour',
                 'minute', 'second'):
        if name in case:
            yield name, str(case[name])
    if 'crontab' in case:
        yield from zip(('minute', 'hour', 'day', 'month', 'day_of_week'),
                       case['crontab'].split())


def dates(case):
    return [str(case[k]) for k in ('run_date', 'start_date', 'end_date')
            if k in case]


def pieces(case):
    for field, text in texts(case):
        for piece in re.split(' *, *', text.strip(' ')):
            yield field, piece


def is_begun(case):
    """mon-fri/2, last-3, 1st mon-fri, wed foo: the rest was ignored."""
    return any(not re.fullmatch(NUMBERS, p) and
               not re.fullmatch(STRICT.get(f, '(?!)'), p, re.I) and
               re.match(STRICT.get(f, '(?!)'), p, re.I)
               for f, p in pieces(case))


def is_zero_range(case):
    """0-0/5: taken for 0/5, though it is one value."""
    return any(re.fullmatch('0+-0+/[0-9]+', p) for _, p in pieces(case))


def is_unicode(case):
    """Digits and blanks of other scripts; tabs and newlines around."""
    every = [t for _, t in texts(case)] + dates(case) + \
        [case.get('crontab', '')]
    return any(re.search(r'[^ -~]', t) for t in every)


def is_length_zero(case):
    return case['trigger'] == 'interval' and length_us(case) == 0


def is_negative(case):
    """It would fire backwards, or on a grid built of parts that shrink."""
    return case['trigger'] == 'interval' and any(
        isinstance(case.get(k), (int, float)) and case[k] < 0
        for k in LENGTHS)


def is_too_long(case):
    """More than 100 years."""
    return case['trigger'] == 'interval' and \
        length_us(case) > 36525 * 86400 * 10**6


def is_without_field(case):
    """APScheduler: each second."""
    return case['trigger'] == 'cron' and not list(texts(case))


def is_zone_case(case):
    """pytz looks names up in any case."""
    return case['timezone'] in ('utc', 'europe/london')


def is_zone_empty(case):
    """The machine's zone, for cron and interval."""
    return case['timezone'] == ''


def is_bool_length(case):
    """True is 1 to Python."""
    return any(isinstance(case.get(k), bool) for k in LENGTHS)


def is_date_falsy(case):
    """"" as a start is no start to an interval."""
    return case['trigger'] == 'interval' and case.get('start_date') == ''


def is_exponent(case):
    """1e-06, as Python and JSON may write a small or large number."""
    return any('e' in str(case.get(k)) for k in LENGTHS
               if isinstance(case.get(k), float))


def is_crontab_last(case):
    """crontab(5) has no last day."""
    return 'crontab' in case and any(
        p.lower().startswith('last') for _, p in pieces(case))


REFUSED = [  # APScheduler accepts, we refuse
    ('text ignored behind a piece', is_begun),
    ('0-0/n', is_zero_range),
    ('digits or blanks of other scripts', is_unicode),
    ('interval of length 0', is_length_zero),
    ('negative interval', is_negative),
    ('interval over 100 years', is_too_long),
    ('cron without a field', is_without_field),
    ('zone name in another case', is_zone_case),
    ('empty zone', is_zone_empty),
    ('interval of a boolean', is_bool_length),
    ('empty start_date', is_date_falsy),
    ('interval: a number with an exponent', is_exponent),
    ('crontab: last', is_crontab_last),
]


def is_without_seconds(case):
    return any(re.search(r'[ T]\d+:\d+$', t) for t in dates(case))


def is_offset_zone(case):
    return re.fullmatch(r'[+-]\d\d:\d\d', case['timezone'])


def is_number_text(case):
    return any(isinstance(case.get(k), str) for k in LENGTHS)


def is_crontab_name(case):
    """crontab: a name is a number, in a range and before a step too."""
    return 'crontab' in case and any(
        re.search('[a-z]', p, re.I) and re.search('[0-9]', p)
        for _, p in pieces(case))


def is_machine_instant(case):
    """As machines write them: a z or t in lower case, +0200, +02, a comma,
    up to nine decimals, seconds since the epoch."""
    given = [case[k] for k in ('run_date', 'start_date', 'end_date')
             if k in case]
    return any(isinstance(v, (int, float)) and not isinstance(v, bool) or
               isinstance(v, str) and
               re.search(r'\dt\d|z$|\d:.*[+-]\d\d(\d\d)?$|,\d+|\.\d{7,9}',
                         v)
               for v in given)


def is_step_beyond(piece, field):
    """A step that is longer than the range it goes through."""
    m = re.fullmatch(r'(\*|([0-9]+)(-([0-9]+))?)/([0-9]+)', piece)
    if not m or field not in RANGES:
        return False
    low, high = RANGES[field]
    first = int(m[2]) if m[2] else low
    last = int(m[4]) if m[4] else high
    return int(m[5]) > last - first


def is_crontab_lax(case):
    """What Debian's cron reads: steps beyond the range, and text that it
    ignores behind a number or a star; and other dialects, which
    tests/proof/crontab.py compares."""
    return 'crontab' in case and any(
        is_step_beyond(p, f) or re.search('[LWH#?~]', p) or
        re.match(r'\*[^/]|[0-9]+(-[0-9]+)*[^0-9/-]|[0-9]+(-[0-9]+){2}', p)
        for f, p in pieces(case))


ACCEPTED = [  # APScheduler refuses, we accept
    ('instants as machines write them', is_machine_instant),
    ('crontab: what cron reads, too', is_crontab_lax),
    ('date without seconds', is_without_seconds),
    ('an offset as a zone', is_offset_zone),
    ('crontab: names beside numbers', is_crontab_name),
    ('interval: a number as text', is_number_text),
]


def is_fraction(case):
    """.5 is half a second, not 5 microseconds."""
    return any(re.search(r'\.\d{1,5}(Z|[+-]\d\d:\d\d)?$', t)
               for t in dates(case))


ANSWERED = [  # both answer, with other instants
    ('fraction of a second as decimals', is_fraction),
    ('crontab: names beside numbers', is_crontab_name),
]

# Texts that stand in ours as they are; of others ours are our own.
SAME_WORDS = re.compile(
    'Error validating expression|Unrecognized expression|Increment must|'
    'The minimum value|Invalid (month|weekday) name|Invalid date string|'
    'month must be|day is out|hour must be|minute must be|second must be|'
    'year 0 is|Wrong number of fields')


def find(table, case):
    for reason, test in table:
        if test(case):
            return reason
    return None


def is_huge(case):
    """A number of ten digits or more, which our words shorten."""
    return any(re.search('[0-9]{10}', t) for _, t in texts(case))


def is_crontab(case):
    return 'crontab' in case


def has_own_words(case):
    """Both refuse, but ours may say something else: of crontab's own grammar,
    or of a second fault, as one reads what the other refuses."""
    return is_crontab(case) or is_huge(case) or \
        find(REFUSED + ACCEPTED, case) is not None


def length_us(case):
    """The length of an interval; 0 when it is no number."""
    try:
        return round(sum(case.get(k, 0) * s * 10**6
                         for k, s in LENGTHS.items()))
    except (TypeError, OverflowError):
        return 0
