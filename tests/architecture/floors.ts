// Which room may import which, and who may import a package: the table that the arrows are checked against.

export type Room =
  | 'lib/base'
  | 'lib/domain'
  | 'lib/effects'
  | 'lib/services'
  | 'lib/clients'
  | 'lib/flows'
  | 'lib/run'
  | 'lib/sim'
  | 'scripts';

/** `types`: only `import type` crosses. */
type Arrow = 'all' | 'types';

export const MAY_IMPORT = {
  'lib/base': {},
  'lib/domain': { 'lib/base': 'all' },
  'lib/effects': { 'lib/base': 'all' },
  'lib/services': { 'lib/base': 'all', 'lib/domain': 'all', 'lib/effects': 'types' },
  'lib/clients': { 'lib/base': 'all', 'lib/services': 'all', 'lib/effects': 'types' },
  'lib/flows': {
    'lib/base': 'all',
    'lib/domain': 'all',
    'lib/run': 'types',
    'lib/clients': 'types',
    'lib/services': 'types',
    'lib/effects': 'types',
  },
  'lib/run': {
    'lib/base': 'all',
    'lib/domain': 'all',
    'lib/effects': 'all',
    'lib/services': 'all',
    'lib/clients': 'all',
    'lib/flows': 'all',
    'lib/sim': 'all',
  },
  'lib/sim': { 'lib/base': 'all', 'lib/effects': 'all' },
  scripts: { 'lib/run': 'all', 'lib/flows': 'all' },
} satisfies Record<Room, Partial<Record<Room, Arrow>>>;

/** Each package's one importing file lies here; swapping a package is a change of that file. */
export const PACKAGE_HOMES: Readonly<Record<string, string>> = {
  '@grafana/grafana-foundation-sdk': 'lib/domain/dashboards/build/sdk.ts',
  '@nats-io/transport-node': 'lib/effects/real-nats.ts',
  '@prometheus-io/lezer-promql': 'lib/domain/rules/promql.ts',
  '@slack/webhook': 'lib/services/notify/slack.ts',
  chalk: 'lib/base/paint.ts',
  commander: 'lib/run/',
  'cron-parser': 'lib/domain/jobs/',
  'prom-client': 'lib/services/metrics/',
  undici: 'lib/effects/undici-transport.ts',
  yaml: 'lib/base/yaml.ts',
  zx: 'lib/effects/',
};

/** Node modules that neither look at nor change the world; for crypto only these names. */
export const PURE_NODE: Readonly<Record<string, readonly string[] | 'all'>> = {
  'node:buffer': 'all',
  'node:crypto': ['createHash', 'createHmac', 'timingSafeEqual', 'hash'],
  'node:path': 'all',
  'node:path/posix': 'all',
  'node:string_decoder': 'all',
  'node:url': 'all',
  'node:util': 'all',
};

/** Where the world is touched: the effects, the embedded environment, and the files that start a program. */
export const TOUCHES_WORLD: readonly string[] = [
  'lib/effects/',
  'lib/sim/',
  'scripts/',
  'lib/run/main.ts',
  'lib/run/load-script.ts',
  'lib/run/dispatch.ts',
  'lib/run/early-output.ts',
];

/** Reads of clock, chance, timers and process, as code. A `Date` made from a value is pure. */
export const WORLD_WORDS: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  { pattern: /\bDate\.now\b/, what: 'Date.now' },
  { pattern: /\bnew Date(?:\(\s*\)|(?!\s*\())/, what: 'new Date()' },
  { pattern: /(?<![\w.]|new )Date\(/, what: 'Date()' },
  { pattern: /\bperformance\s*\.\s*\w/, what: 'performance' },
  { pattern: /(?<![\w.])(?:set|clear)(?:Timeout|Interval|Immediate)\b/, what: 'timers' },
  { pattern: /\bAbortSignal\.timeout\b/, what: 'AbortSignal.timeout' },
  { pattern: /\bMath\.random\b/, what: 'Math.random' },
  { pattern: /(?<![\w.])crypto\s*\.\s*(?:random|getRandom)/, what: 'random bytes' },
  { pattern: /(?<![\w.])process\s*(?:\.|\?\.|\[)/, what: 'process' },
  { pattern: /(?<![\w.])fetch\(/, what: 'fetch' },
  { pattern: /(?<![\w.])console\s*\./, what: 'console' },
  { pattern: /(?<![\w.])globalThis\s*[.[]/, what: 'globalThis' },
];
