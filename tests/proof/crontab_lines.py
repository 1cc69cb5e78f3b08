"""Crontab lines at random for crontab.py, of a seed; with those of other
dialects goes what they mean (crontab_model.py)."""

import random

import crontab_model as model

RANGES = {'second': (0, 59), 'minute': (0, 59), 'hour': (0, 23),
          'dom': (1, 31), 'month': (1, 12), 'dow': (0, 6),
          'year': (1970, 9999)}
NAMES = {'month': model.MONTHS, 'dow': model.DAYS}

# What else stands in lines, some of it by mistake.
ODD = ['*/60', '*/0', '5-1', '1-', '-1', '*5', '5.5', '1-2-3', '*/5/7', '1,',
       ',1', '1;2', '5/10', '*-5', '99', '0-99', '007', '1-5x', '*x,3', '1,5-1',
       '1-1/9', '*/007', 'x', '', '1/2', '*,5', '5,*', '*/99999', '3-3', '7-0']
ODD_OF = {'dow': ['*/7', 'sun-sat', 'fri-sun', '5-7', '0-7', '7', 'mon-fri/2',
                  'fri#2', 'sun,7', 'Mon', '5-0', '1-7/2', '*/8', 'mon-5',
                  'fri-mon', '1,fri-mon', 'FRI,2-4', '6-7', '7-7', '8'],
          'month': ['jan', 'Feb-apr', 'dec,JAN', 'mar-9', '*/13', 'nov-feb',
                    'jan-dec/5', '0', '13', 'january'],
          'dom': ['31', '30,31', '*/31', '1-7', '0', '32', '29', '*/40'],
          'hour': ['22-2', '0-23/24', '24', '23'],
          'minute': ['0~59', '59', '60', '5~10']}


class Maker:
    def __init__(self, seed):
        self.r = random.Random(seed)

    def word(self, text):
        """In either case."""
        return self.r.choice([text, text, text.upper(), text.capitalize()])

    def value(self, field, v):
        if field in NAMES and self.r.random() < 0.4:
            return self.word(NAMES[field][v - RANGES[field][0]])
        return str(v)

    def plain(self, field):
        """One piece of crontab(5) and its values."""
        low, high = RANGES[field]
        a, b = sorted(self.r.randint(low, high) for _ in range(2))
        kind = self.r.randrange(5)
        if kind == 0:
            step = self.r.randint(1, high - low + 3)
            return '*/%d' % step, set(range(low, high + 1, step))
        if kind == 1:
            return '%s-%s' % (self.value(field, a), self.value(field, b)), \
                set(range(a, b + 1))
        if kind == 2:
            step = self.r.randint(1, b - a + 2)
            return '%s-%s/%d' % (self.value(field, a), self.value(field, b),
                                 step), set(range(a, b + 1, step))
        return self.value(field, a), {a}

    def several(self, make, field):
        n = self.r.choice([1, 1, 1, 2, 3])
        made = [make(field) for _ in range(n)]
        return ','.join(t for t, _ in made), [v for _, v in made]

    def field(self, field):
        if self.r.random() < 0.35:
            low, high = RANGES[field]
            return '*', set(range(low, high + 1))
        text, sets = self.several(self.plain, field)
        return text, set().union(*sets)

    # Debian's cron

    def cron(self):
        parts = []
        for field in ('minute', 'hour', 'dom', 'month', 'dow'):
            text = self.field(field)[0]
            if self.r.random() < 0.15:
                text = self.r.choice(ODD + 3 * ODD_OF[field])
            parts.append(text or '*')
        return self.r.choice([' ', ' ', '\t', '  ']).join(parts)

    # Other dialects: the line and what it means

    def dom(self, e):
        """Days with the signs of Quartz."""
        def piece(_):
            n = self.r.randint(1, 31)
            kind = self.r.randrange(7)
            if kind == 0:
                return self.word('l'), model.from_end(0)
            if kind == 1:
                n = n % 30 + 1
                return 'L-%d' % n, model.from_end(n)
            if kind == 2:
                return '%d%s' % (n, self.word('w')), model.nearest(n)
            if kind == 3:
                return self.word('lw'), model.nearest(None, 0)
            if kind == 4:
                return 'L-%dW' % (n % 9 + 1), model.nearest(None, n % 9 + 1)
            text, values = self.plain('dom')
            return text, model.days_in(values)
        text, e.dom = self.several(piece, 'dom')
        return text

    def dow(self, e, shift):
        """Weekdays; shift 1: Sunday is 1."""
        def show(d):
            if self.r.random() < 0.4:
                return self.word(model.DAYS[d])
            return str(d + shift)

        def piece(_):
            d, n = self.r.randrange(7), self.r.randint(1, 5)
            kind = self.r.randrange(5)
            if kind == 0:
                return '%s#%d' % (show(d), n), model.nth(d, n)
            if kind == 1:
                return show(d) + self.word('l'), model.last_weekday(d)
            if kind == 2:
                a, b = sorted((d, n))
                return '%s-%s' % (show(a), show(b)), \
                    model.weekdays_in(set(range(a, b + 1)))
            return show(d), model.weekdays_in({d})
        text, e.dow = self.several(piece, 'dow')
        return text

    def days(self, e, shift, is_question):
        """Day and weekday: one of them at most is restricted if there is a
        question mark."""
        free = '?' if is_question else '*'
        e.dom, e.dow = [model.days_in(range(1, 32))], \
            [model.weekdays_in(range(7))]
        kind = self.r.randrange(4)
        if kind == 0:
            return '*', free
        if kind == 1:
            return self.dom(e), free
        if kind == 2:
            return free, self.dow(e, shift)
        if is_question:
            return free, '*'
        e.is_either = True
        dom, dow = self.dom(e), self.dow(e, shift)
        # cron(8): a field that begins with * does not restrict the day.
        e.is_either = dom[0] != '*' and dow[0] != '*'
        return dom, dow

    def around(self, field):
        """Quartz: a range over the end."""
        low, high = RANGES[field]
        a = self.r.randint(low + 1, high)
        b = self.r.randint(low, a - 1)
        return '%s-%s' % (self.value(field, a), self.value(field, b)), \
            set(range(a, high + 1)) | set(range(low, b + 1))

    def time(self, e, names, may_wrap):
        texts = []
        for name in names:
            text, values = self.field(name[:-1])
            if may_wrap and self.r.random() < 0.1:
                text, values = self.around(name[:-1])
            setattr(e, name, values)
            texts.append(text)
        return texts

    def month(self, e, may_wrap):
        return self.time(e, ['months'], may_wrap)[0]

    def year(self, e):
        kind = self.r.randrange(4)
        a = self.r.randint(2024, 2040)
        if kind == 0:
            return '*'
        if kind == 1:
            e.years = set(range(a, a + 6))
            return '%d-%d' % (a, a + 5)
        if kind == 2:
            e.years = set(range(a, 2100, 2))
            return '%d/2' % a
        e.years = {a, a + 3}
        return '%d,%d' % (a, a + 3)

    def five(self):
        e = model.Lines()
        minute, hour = self.time(e, ['minutes', 'hours'], False)
        month = self.month(e, False)
        dom, dow = self.days(e, 0, False)
        return ' '.join([minute, hour, dom, month, dow]), e

    def quartz(self):
        e = model.Lines()
        texts = self.time(e, ['seconds', 'minutes', 'hours'], True)
        month = self.month(e, True)
        dom, dow = self.days(e, 1, True)
        if '?' not in (dom, dow):
            dow, e.dow = '?', [model.weekdays_in(range(7))]
        year = [self.year(e)] if self.r.random() < 0.5 else []
        return ' '.join(texts + [dom, month, dow] + year), e

    def seconds(self):
        e = model.Lines()
        texts = self.time(e, ['seconds', 'minutes', 'hours'], True)
        month = self.month(e, True)
        dom, dow = self.days(e, 0, False)
        return ' '.join(texts + [dom, month, dow]), e

    def aws(self):
        e = model.Lines()
        texts = self.time(e, ['minutes', 'hours'], True)
        month = self.month(e, True)
        dom, dow = self.days(e, 1, True)
        if '?' not in (dom, dow):
            dow, e.dow = '?', [model.weekdays_in(range(7))]
        return ' '.join(texts + [dom, month, dow, self.year(e)]), e

    def croniter(self):
        """What both may take: lines of five, some of six."""
        parts = [self.field(f)[0] for f in
                 ('minute', 'hour', 'dom', 'month', 'dow')]
        kind = self.r.randrange(10)
        if kind == 0:
            parts[2] = 'l'
        elif kind == 1:
            parts[4] = '%d#%d' % (self.r.randrange(7), self.r.randint(1, 5))
        elif kind == 2:
            parts[4] = 'L%d' % self.r.randrange(7)
        elif kind == 3:
            parts.append(str(self.r.randint(0, 5)))
        return ' '.join(parts)
