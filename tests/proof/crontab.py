#!/usr/bin/python3
"""Compare crontab lines with real programs and with walks of our own.

crontab.py [-n LINES] [-s SEED] [-c LINES] MINUTEHAND

LINES random lines (2,000) of each dialect are asked of `minutehand preview
--batch`, and compared with

  cron        what Debian's `crontab -n` takes or refuses (-c LINES of
              them), and a model of what its cron fires, walked minute by minute
  quartz      six and seven fields, and H L W # ? in lines of five: a model
              with sets of dates, walked day by day
  croniter    python3-croniter, for the lines that both take

Where two programs mean different things by a line, the reading is in
minutehand-triggers(7); each such place is counted here under its name.  Each
line is asked a second time in its normal form, which must give the same.
Prints the counts; 0 when nothing else differs, else 1.
"""

import argparse
import collections
import datetime
import json
import os
import random
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import crontab_model as model  # noqa: E402
from crontab_lines import Maker  # noqa: E402

try:
    import croniter
except ImportError:
    sys.exit('crontab.py: python3-croniter is missing')

COUNT = 6
NOW = datetime.datetime(2026, 11, 27, 22, 58, 30)
SHOWN = 12
CHUNK = 500  # crontab(1) takes a thousand lines


def ask(program, lines):
    """The answers to lines, each asked again in its normal form."""
    def run(cases):
        text = ''.join(json.dumps(c) + '\n' for c in cases)
        done = subprocess.run([program, 'preview', '--batch'], input=text,
                              stdout=subprocess.PIPE, encoding='utf-8')
        answers = [json.loads(a) for a in done.stdout.splitlines()]
        if len(answers) != len(cases):
            sys.exit('crontab.py: %d answers to %d questions' %
                     (len(answers), len(cases)))
        return answers

    def case(line):
        return {'trigger': 'cron', 'crontab': line, 'timezone': 'UTC',
                'now': NOW.isoformat(), 'count': COUNT, 'print': True}

    first = run([case(line) for line in lines])
    normal = {a['trigger'][8:-1] for a in first
              if a.get('trigger', '').startswith('crontab[')}
    normal = sorted(normal)
    again = dict(zip(normal, run([case(line) for line in normal])))
    return first, again


def is_taken(lines):
    """Does Debian's crontab(1) take a file of these lines?"""
    with tempfile.NamedTemporaryFile('w', suffix='.cron') as f:
        f.write(''.join(line + ' x\n' for line in lines))
        f.flush()
        done = subprocess.run(['crontab', '-n', f.name], text=True,
                              stderr=subprocess.PIPE)
    if done.returncode != 0 and "can't install" not in done.stderr:
        sys.exit('crontab.py: crontab -n: ' + done.stderr)
    return done.returncode == 0


def check_model(lines, totals):
    """crontab(1) takes all that the model takes at once, and refuses each
    that it refuses: it stops at the first."""
    good = [line for line in lines if model.cron_line(line) is not None]
    bad = [line for line in lines if model.cron_line(line) is None]
    for i in range(0, len(good), CHUNK):
        if is_taken(good[i:i + CHUNK]):
            totals.count['crontab -n: takes'] += len(good[i:i + CHUNK])
            continue
        for line in good[i:i + CHUNK]:
            if not is_taken([line]):
                totals.add('model of cron', line, 'refused', 'taken')
    for line in bad:
        if is_taken([line]):
            totals.add('model of cron', line, 'taken', 'refused')
        else:
            totals.add('crontab -n: refuses')


def epochs(times):
    zero = datetime.datetime(1970, 1, 1)
    return [(t - zero) // datetime.timedelta(seconds=1) for t in times]


class Totals:
    def __init__(self):
        self.count = collections.Counter()
        self.fires = 0
        self.wrong = []

    def add(self, what, line=None, answer=None, want=None):
        self.count[what] += 1
        if line is not None:
            self.wrong.append((what, line, answer, want))


def check_again(line, answer, again, totals):
    """The normal form means the same, and is its own."""
    text = answer.get('trigger', '')
    if not text.startswith('crontab['):
        return
    second = again[text[8:-1]]
    if second.get('trigger') != text or second['epoch'] != answer['epoch']:
        totals.add('normal form', line, answer, second)


def judge(name, line, answer, want, totals):
    """want: times, or None: refused."""
    if want is None or 'error' in answer:
        same = want is None and 'error' in answer
        # What would never fire is no job, so it is refused as well.
        if want == [] and 'error' in answer:
            same = True
    else:
        same = answer['epoch'] == epochs(want)
        totals.fires += len(want)
    if same:
        totals.add('%s: %s' % (name, 'refused by both' if want is None
                               else 'same' if want else 'never fires'))
    else:
        totals.add(name, line, answer, want)


def compare_cron(options, totals):
    maker = Maker(options.seed)
    lines = [maker.cron() for _ in range(options.n)]
    answers, again = ask(options.program, lines)
    check_model(lines[:options.cron], totals)
    for i, line in enumerate(lines):
        e = model.cron_line(line)
        reading = model.other_reading(line)
        if reading is not None:
            totals.add('cron: other reading: ' + reading)
        elif e is None:
            totals.add('cron: refused there, %s here' %
                       ('refused' if 'error' in answers[i] else 'taken'))
        else:
            judge('cron', line, answers[i],
                  model.walk_cron(e, NOW, COUNT), totals)
        check_again(line, answers[i], again, totals)


def compare_dialects(options, totals):
    maker = Maker(options.seed + 1)
    for name, make in (('five', maker.five), ('quartz', maker.quartz),
                       ('seconds', maker.seconds), ('aws', maker.aws)):
        made = [make() for _ in range(options.n)]
        lines = [line for line, _ in made]
        answers, again = ask(options.program, lines)
        for (line, e), answer in zip(made, answers):
            judge(name, line, answer, e.walk(NOW, COUNT), totals)
            check_again(line, answer, again, totals)


def ask_croniter(line):
    """Its fires, or None where it refuses or gives up."""
    try:
        it = croniter.croniter(line, NOW - datetime.timedelta(seconds=1),
                               max_years_between_matches=6)
        return [it.get_next(datetime.datetime) for _ in range(COUNT)]
    except (ValueError, KeyError, IndexError, OverflowError):
        return None


def compare_croniter(options, totals):
    maker = Maker(options.seed + 2)
    lines = [maker.croniter() for _ in range(options.n)]
    answers, again = ask(options.program, lines)
    for line, answer in zip(lines, answers):
        theirs = ask_croniter(line)
        check_again(line, answer, again, totals)
        if theirs is None or 'error' in answer:
            totals.add('croniter: %s there, %s here' % (
                'refused' if theirs is None else 'taken',
                'refused' if 'error' in answer else 'taken'))
        elif answer['epoch'] == epochs(theirs):
            totals.add('croniter: same')
            totals.fires += len(theirs)
        else:
            reason = model.croniter_differs(line)
            if reason is None:
                totals.add('croniter', line, answer, theirs)
            else:
                totals.add('croniter: other fires: ' + reason)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('-n', type=int, default=2000, metavar='LINES')
    parser.add_argument('-s', type=int, default=1, dest='seed')
    parser.add_argument('-c', type=int, default=0, dest='cron',
                        metavar='LINES', help='ask crontab(1) for so many')
    parser.add_argument('program', metavar='MINUTEHAND')
    options = parser.parse_args()
    options.program = os.path.abspath(options.program)
    totals = Totals()
    compare_cron(options, totals)
    compare_dialects(options, totals)
    compare_croniter(options, totals)
    for what, line, answer, want in totals.wrong[:SHOWN]:
        print('differs:', what, repr(line))
        print('  ours:  ', json.dumps(answer))
        print('  theirs:', [str(t) for t in want]
              if isinstance(want, list) else want)
    print('crontab lines: %d of 6 kinds, %d fires compared, %d differences' %
          (6 * options.n, totals.fires, len(totals.wrong)))
    for what in sorted(totals.count):
        print('%8d  %s' % (totals.count[what], what))
    return 1 if totals.wrong else 0


if __name__ == '__main__':
    sys.exit(main())
