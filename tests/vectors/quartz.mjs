#!/usr/bin/env node
// Makes quartz.jsonl: lines of Quartz's grammar at random, each with the fires
// that two implementations of it give.  Run by hand, in a folder that has them:
//
//   npm install quartzcron@0.1.2 croner@11.0.0
//   TZ=UTC node quartz.mjs [LINES [SEED]] >quartz.jsonl
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const require = createRequire(process.cwd() + '/');
const { Cron } = require('croner');

const LINES = Number(process.argv[2] ?? 400);
const NOW = new Date('2026-11-27T22:58:30Z');
const COUNT = 6;
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP',
  'OCT', 'NOV', 'DEC'];

// A number from 0 to n - 1 (an LCG of Knuth's).
let state = BigInt(process.argv[3] ?? 1);
function pick(n) {
  state = BigInt.asUintN(64, state * 6364136223846793005n +
    1442695040888963407n);
  return Number((state >> 16n) % BigInt(n));
}
const one = list => list[pick(list.length)];
const within = (low, high) => low + pick(high - low + 1);

// A field of numbers; names has the words they may have, from low on.
function plain(low, high, names) {
  const word = v => names && pick(3) === 0 ? names[v - low] : String(v);
  const a = within(low, high), b = within(a, high);
  return one([
    () => String(word(a)),
    () => `${word(a)}-${word(b)}`,
    () => `*/${within(2, Math.max(2, (high - low) >> 1))}`,
    () => `${a}/${within(2, Math.max(2, high - low))}`,
    () => `${a}-${b}/${within(1, 4)}`,
    () => [...new Set([a, within(low, high), within(low, high)])].join(','),
  ])();
}
const day = () => one([
  () => 'L', () => 'LW', () => `L-${within(1, 9)}`, () => `${within(1, 31)}W`,
  () => plain(1, 31), () => plain(1, 31), () => '*', () => '1W', () => '31',
])();
const weekday = () => one([
  () => `${within(1, 7)}#${within(1, 5)}`, () => `${within(1, 7)}L`,
  () => `${one(DAYS)}#${within(1, 5)}`, () => `${one(DAYS)}L`,
  () => plain(1, 7, DAYS), () => plain(1, 7, DAYS), () => 'MON-FRI', () => 'L',
])();

function line() {
  const isDay = pick(2) === 0;
  return [
    one(['0', '0', '0', '30', plain(0, 59)]),
    one(['0', '0', '30', '*', plain(0, 59)]),
    one(['9', '0', '*', plain(0, 23), plain(0, 23)]),
    isDay ? day() : '?',
    one(['*', '*', '*', plain(1, 12, MONTHS)]),
    isDay ? '?' : weekday(),
    one(['*', '*', '*', '2027-2029', '2028', '2027/2']),
  ].join(' ');
}

const answer = f => {
  try {
    const fires = f().map(d => d.getTime() / 1000);
    return { epoch: fires, exhausted: fires.length < COUNT };
  } catch (e) {
    return { error: String(e.message) };
  }
};
// In a process of its own: some lines end it.
const CHILD = `const Quartzcron = require('quartzcron');
console.log(JSON.stringify(new Quartzcron(process.argv[1])
  .next({ n: ${COUNT}, date: new Date('${NOW.toISOString()}') })))`;
const quartzcron = text => answer(() => {
  const child = spawnSync(process.execPath, ['-e', CHILD, text],
    { encoding: 'utf8', timeout: 10000 });
  return JSON.parse(child.stdout).map(d => new Date(d));
});
const croner = text => answer(() =>
  new Cron(text, { alternativeWeekdays: true, sloppyRanges: true,
    timezone: 'UTC', paused: true }).nextRuns(COUNT, NOW));

// Where quartzcron reads a line otherwise than croner: it refuses none of
// these, but fires at other times or not at all.
const READINGS = [
  ['name with # or L', f => /[A-Z]{3}(#|L)/.test(f[5])],
  ['steps of days', f => /^\*\//.test(f[3])],
  ['steps of weekdays', f => f[5].includes('/')],
  ['range of one weekday', f => /^(.+)-\1$/.test(f[5])],
  ['29W to 31W in shorter months', f => /^(29|30|31)W$/.test(f[3])],
];

const counts = {};
function count(what) {
  counts[what] = (counts[what] ?? 0) + 1;
}

// What both say of a line: where only one answers, or they differ, why.
function judge(text) {
  const ours = croner(text);
  const its = quartzcron(text);
  const reading = READINGS.find(r => r[1](text.split(' ')))?.[0];

  if (ours.epoch === undefined && its.epoch === undefined)
    return { tag: 'refused by both' };
  if (its.epoch === undefined)
    return { tag: 'croner alone', out: ours };
  if (JSON.stringify(ours) === JSON.stringify(its))
    return { tag: 'both', out: ours };
  if (reading !== undefined)
    return { tag: 'quartzcron differs: ' + reading,
      out: ours.epoch && ours };
  if (ours.epoch === undefined)
    return { tag: 'quartzcron alone', out: its };
  throw new Error(`${text}: ${JSON.stringify([ours, its])}`);
}

for (let id = 1; id <= LINES;) {
  const text = line();
  const { tag, out } = judge(text);
  count(tag);
  if (out === undefined)
    continue;
  console.log(JSON.stringify({
    id: id++,
    tags: ['quartz', tag],
    in: { trigger: 'cron', crontab: text, timezone: 'UTC',
      now: NOW.toISOString(), count: COUNT },
    out,
  }));
}
console.error(counts);
