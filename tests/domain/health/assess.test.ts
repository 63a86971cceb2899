// The verdict of the health check: one case for each sentence of the contract.

import { describe, expect, test } from 'vitest';
import { check, type Question, row } from './checking.ts';

const FRESH = [row('rb2501.SHFE', 1), row('au2506.SHFE', 1)];
const BOTH = '["rb2501.SHFE","au2506.SHFE"]';
const snapshot = (...rows: unknown[]): string => JSON.stringify(rows);
const answer = (more: object, rows: unknown[] = FRESH): string => JSON.stringify({ subscriptions: rows, ...more });

interface Case extends Question {
  readonly exit: number;
  /** Words that the report's errors and warnings, joined, must hold. */
  readonly says?: string;
}

const cases: Record<string, Case> = {
  'all there and fresh is healthy': { catalogue: BOTH, active: snapshot(...FRESH), exit: 0 },
  'one missing contract is critical': {
    catalogue: BOTH,
    active: snapshot(FRESH[0]),
    exit: 2,
    says: '1 expected contract not subscribed: au2506.SHFE\ncoverage 50 % is below 99.5 %',
  },
  'an inactive subscription does not count': {
    catalogue: '["rb2501.SHFE"]',
    active: snapshot(row('rb2501.SHFE', 1, { active: false })),
    exit: 2,
  },
  'only false makes a subscription inactive': {
    catalogue: '["rb2501.SHFE"]',
    active: snapshot(row('rb2501.SHFE', 1, { active: null })),
    exit: 0,
  },
  'a lag of exactly the warning limit is a warning': {
    catalogue: '["rb2501.SHFE"]',
    active: snapshot(row('rb2501.SHFE', 120)),
    exit: 1,
    says: '1 subscription slow: rb2501.SHFE (2m)',
  },
  'a lag just below the warning limit is none': {
    catalogue: '["rb2501.SHFE"]',
    active: snapshot(row('rb2501.SHFE', 119.999)),
    exit: 0,
  },
  'a lag of exactly the critical limit is critical': {
    catalogue: '["rb2501.SHFE"]',
    active: snapshot(row('rb2501.SHFE', 300)),
    exit: 2,
    says: '1 subscription stalled: rb2501.SHFE (5m)',
  },
  'a subscription that never ticked is critical': {
    catalogue: '["rb2501.SHFE"]',
    active: snapshot(row('rb2501.SHFE', 1, { last_tick_at: null })),
    exit: 2,
    says: '1 subscription never ticked: rb2501.SHFE',
  },
  'a tick 5 s ahead is a clock difference': {
    catalogue: '["rb2501.SHFE"]',
    active: snapshot(row('rb2501.SHFE', -5)),
    exit: 0,
  },
  'a tick further ahead is critical and said so': {
    catalogue: '["rb2501.SHFE"]',
    active: snapshot(row('rb2501.SHFE', -3_600)),
    exit: 2,
    says: 'rb2501.SHFE: tick time "2026-01-05T10:30:00.000Z" lies 1h in the future',
  },
  'an unreadable tick time is critical and said so': {
    catalogue: '["rb2501.SHFE"]',
    active: snapshot(row('rb2501.SHFE', 1, { last_tick_at: 'yesterday' })),
    exit: 2,
    says: 'rb2501.SHFE: tick time "yesterday" is not RFC 3339',
  },
  'a tick time that is a number is critical and said so': {
    catalogue: '["rb2501.SHFE"]',
    active: snapshot(row('rb2501.SHFE', 1, { last_tick_at: 1_767_605_400 })),
    exit: 2,
    says: 'rb2501.SHFE: tick time is not text but RFC 3339 is expected',
  },
  'an unexpected contract is a warning': {
    catalogue: '["rb2501.SHFE"]',
    active: snapshot(...FRESH),
    exit: 1,
    says: '1 active contract not in the catalogue: au2506.SHFE',
  },
  'an ignored symbol is neither missing nor expected': {
    catalogue: BOTH,
    active: snapshot(FRESH[0]),
    ignored: ['au2506.SHFE'],
    exit: 0,
  },
  'an ignored symbol is neither unexpected nor stalled': {
    catalogue: '["rb2501.SHFE"]',
    active: snapshot(FRESH[0], row('au2506.SHFE', 9_999)),
    ignored: ['au2506.SHFE'],
    exit: 0,
  },
  'bare strings are covered but unobservable, and said so': {
    catalogue: BOTH,
    active: '["rb2501.SHFE","au2506.SHFE"]',
    exit: 0,
    says: '2 subscriptions without a tick time in the answer: stalls there are invisible',
  },
  'of two rows the fresher one counts': {
    catalogue: '["rb2501.SHFE"]',
    active: snapshot(row('rb2501.SHFE', 9_999), row('rb2501.SHFE', 1), row('rb2501.SHFE', 500)),
    exit: 0,
    says: '2 repeated subscriptions',
  },
  'a fresh but inactive row does not hide a stalled one': {
    catalogue: '["rb2501.SHFE"]',
    active: snapshot(row('rb2501.SHFE', 9_999), row('rb2501.SHFE', 1, { active: false })),
    exit: 2,
  },
  'a bare string does not hide a stalled row': {
    catalogue: '["rb2501.SHFE"]',
    active: snapshot('rb2501.SHFE', row('rb2501.SHFE', 9_999), 'rb2501.SHFE'),
    exit: 2,
  },
  'an exchange in its own field completes the name': {
    catalogue: '["rb2501.SHFE"]',
    active: snapshot(row('rb2501', 1, { exchange: 'SHFE' })),
    exit: 0,
  },
  'an empty snapshot is critical': { catalogue: BOTH, active: '[]', exit: 2 },
  'an empty catalogue is unknown': {
    catalogue: '[]',
    active: snapshot(...FRESH),
    exit: 3,
    says: 'the catalogue is empty',
  },
  'a catalogue that is ignored as a whole is unknown': {
    catalogue: '["rb2501.SHFE"]',
    active: snapshot(FRESH[0]),
    ignored: ['rb2501.SHFE'],
    exit: 3,
    says: 'all 1 of its symbols are ignored',
  },
  'a source that failed is unknown': {
    catalogue: BOTH,
    active: answer({ source: 'error', error: 'db\u001b[31m down' }, []),
    exit: 3,
    says: 'the source answered an error: db down',
  },
  'a source that cannot say is unknown': {
    catalogue: BOTH,
    active: answer({ source: 'unsupported' }, []),
    exit: 3,
    says: 'does not support this question',
  },
  'a truncated answer is unknown': { catalogue: BOTH, active: answer({ truncated: true }), exit: 3, says: 'truncated' },
  'an answer that is not truncated is judged': {
    catalogue: BOTH,
    active: answer({ truncated: false, total: 2 }),
    exit: 0,
  },
  'a total that does not fit is said': {
    catalogue: BOTH,
    active: answer({ total: 7 }),
    exit: 0,
    says: 'announces 7 subscriptions and lists 2',
  },
  'a snapshot that is not JSON is unknown': { catalogue: BOTH, active: '[{"symbol":', exit: 3, says: 'cannot be read' },
  'a snapshot without a list is unknown': {
    catalogue: BOTH,
    active: '{"source":"market-data-service"}',
    exit: 3,
    says: 'no list under "items" or "subscriptions"',
  },
  'an entry without a symbol is unknown': {
    catalogue: BOTH,
    active: snapshot(FRESH[0], { last_tick_at: null }),
    exit: 3,
    says: 'entry 2 names no symbol',
  },
  'a list that is none is unknown': {
    catalogue: BOTH,
    active: '{"subscriptions":null,"items":[]}',
    exit: 3,
    says: '"subscriptions" is not a list',
  },
  'a catalogue may be an object': { catalogue: '{"symbols":["rb2501.SHFE"]}', active: snapshot(FRESH[0]), exit: 0 },
  'a catalogue may be items': { catalogue: '{"items":["rb2501.SHFE"]}', active: snapshot(FRESH[0]), exit: 0 },
  'a catalogue may be CSV': {
    catalogue: '\ufeffsymbol,name\r\n# steel\r\n"rb2501.SHFE",rebar\r\n\r\n au2506.SHFE ,"gold, fine"\r\n',
    active: snapshot(...FRESH),
    exit: 0,
  },
  'a quote within a CSV column is a letter and hides no line': {
    catalogue: 'rb2501.SHFE,5" steel\nau2506.SHFE,gold\nag2506.SHFE,6" silver\n',
    active: snapshot(...FRESH),
    exit: 2,
    says: '1 expected contract not subscribed: ag2506.SHFE',
  },
  'a quote in a CSV comment is one too, also behind a byte order mark': {
    catalogue: '\ufeff# the "main contracts\nrb2501.SHFE\n# and gold, "too\nau2506.SHFE # not "silver, "really\n',
    active: snapshot(...FRESH),
    exit: 0,
  },
  'a CSV column may have lines and doubled quotes in it': {
    catalogue: 'rb2501.SHFE,"steel,\n""main"""\n"au2506.SHFE" # gold\n',
    active: snapshot(...FRESH),
    exit: 0,
  },
  'a tab ends a column too': { catalogue: 'rb2501.SHFE\tSHFE\nau2506.SHFE\t\n', active: snapshot(...FRESH), exit: 0 },
  'a hash within a name is part of it': {
    catalogue: 'rb#1.SHFE\n',
    active: snapshot(row('rb#1.SHFE', 1)),
    exit: 0,
  },
  'text behind a closing quote in a CSV is unknown': {
    catalogue: '"rb2501.SHFE" x\n',
    active: snapshot(...FRESH),
    exit: 3,
    says: 'line 1 has text behind a closing quote',
  },
  'a JSON catalogue behind a byte order mark is not taken for CSV': {
    catalogue: `\ufeff${BOTH}`,
    active: snapshot(...FRESH),
    exit: 3,
    says: 'a byte order mark at byte 0',
  },
  'a CSV with an empty first column is unknown': {
    catalogue: 'rb2501.SHFE\n,SHFE\n',
    active: snapshot(...FRESH),
    exit: 3,
    says: 'line 2 names no symbol in its first column',
  },
  'a CSV that is no text is unknown': {
    catalogue: new Uint8Array([0x72, 0x62, 0xff, 0x0a]),
    active: snapshot(...FRESH),
    exit: 3,
    says: 'line 1 is not text in UTF-8',
  },
  'a CSV of comments is an empty catalogue': {
    catalogue: '# nothing\n',
    active: '[]',
    exit: 3,
    says: 'catalogue is empty',
  },
};

describe('the verdict', () => {
  test.each(Object.entries(cases))('%s', (_name, { exit, says, ...question }) => {
    const report = check(question);
    expect(report.exit_code).toBe(exit);
    if (says !== undefined) expect([...report.errors, ...report.warnings].join('\n')).toContain(says);
    if (exit === 0 && says === undefined) expect([...report.errors, ...report.warnings]).toEqual([]);
  });
});

test('a threshold above one is never met', () => {
  const question = { catalogue: '["rb2501.SHFE"]', active: snapshot(FRESH[0]), coverageThreshold: 1.01 };
  expect(check(question).verdict).toBe('unhealthy');
});

test('a share that is no binary fraction is said as it is, and a fine threshold too', () => {
  const names = Array.from({ length: 100 }, (_, i) => `c${i}.SHFE`);
  const told = (seen: number, coverageThreshold?: number) => {
    const active = snapshot(...names.slice(0, seen).map((name) => row(name, 1)));
    const question = { catalogue: JSON.stringify(names), active };
    return check(coverageThreshold === undefined ? question : { ...question, coverageThreshold }).errors;
  };
  expect(told(57)).toContain('coverage 57 % is below 99.5 %');
  expect(told(99, 0.99999)).toContain('coverage 99 % is below 99.999 %');
});

test('coverage is rounded to six decimals', () => {
  const names = Array.from({ length: 3 }, (_, i) => `c${i}.SHFE`);
  expect(check({ catalogue: JSON.stringify(names), active: snapshot(...names.slice(1)) }).coverage_ratio).toBe(
    0.666667,
  );
});

test('an unknown report has no ratio but knows what was expected', () => {
  const report = check({ catalogue: BOTH, active: 'garbage', ignored: ['au2506.SHFE'] });
  expect(report).toMatchObject({ verdict: 'unknown', coverage_ratio: null, expected_total: 1, ignored_total: 1 });
});
