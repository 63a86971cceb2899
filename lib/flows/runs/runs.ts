// `runs`: what was run, by whom, how it ended; resuming and closing what did not.

import { resolve } from 'node:path';
import { formatDuration } from '../../base/duration.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Paint } from '../../base/paint.ts';
import { oneLine, sanitize } from '../../base/sanitize.ts';
import { tableLines } from '../../base/table.ts';
import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';
import type { RunRow, WholeRun } from '../../services/runs/browse.ts';
import { pruneRuns } from './prune.ts';

type Ctx = Pick<
  Context,
  'runs' | 'run' | 'person' | 'retention' | 'steps' | 'signal' | 'config' | 'progress' | 'files' | 'environment'
>;

const VERBS = { list, show, resume, abandon, verify, prune: pruneRuns } satisfies Record<
  string,
  (ctx: Ctx, invocation: Invocation) => Promise<Outcome>
>;

export async function browseRuns(ctx: Ctx, invocation: Invocation): Promise<Outcome> {
  return VERBS[(invocation.verb ?? 'list') as keyof typeof VERBS](ctx, invocation);
}

async function list(ctx: Ctx, invocation: Invocation): Promise<Outcome> {
  const rows = await ctx.runs.list(invocation.number('limit') ?? 20);
  return {
    exit: EXIT.ok,
    summary: rows.length === 0 ? `no runs yet in ${sanitize(ctx.config.paths.stateDir)}` : `${rows.length} runs`,
    report: { schema: 'mdops.runs/1', runs: rows.map(rowDocument) },
    ...(rows.length === 0 ? {} : { view: (paint, within) => listLines(rows, paint, within) }),
  };
}

function rowDocument(row: RunRow): JsonObject {
  const { startedAt, durationMs, exitCode, ...rest } = row;
  return { ...rest, started_at: startedAt, duration_ms: durationMs, exit_code: exitCode };
}

function listLines(rows: readonly RunRow[], paint: Paint, within: number): string[] {
  const columns = [
    { title: 'RUN' },
    { title: 'STARTED (UTC)' },
    { title: 'COMMAND', cuts: true },
    { title: 'ENV', cuts: true },
    { title: 'OPERATOR', cuts: true },
    { title: 'TOOK', align: 'right' as const },
    { title: 'END' },
  ];
  return tableLines(
    columns,
    rows.map((row) => [
      row.id,
      row.startedAt.slice(0, 19).replace('T', ' '),
      row.verb === null ? row.command : `${row.command} ${row.verb}`,
      row.environment,
      sanitize(row.operator),
      row.durationMs === null ? '' : formatDuration(row.durationMs),
      describeEnd(row, paint),
    ]),
    within,
  );
}

function describeEnd(row: RunRow, paint: Paint): string {
  if (row.state === 'running') return paint.accent('running');
  if (row.state === 'damaged') return paint.bad('journal damaged');
  if (row.state === 'died') return paint.warn('died, not closed yet');
  if (row.state === 'elsewhere') return paint.warn(`open on ${sanitize(row.host)}`);
  if (row.exitCode === null) return paint.warn(row.outcome ?? 'ended');
  const text = `exit ${row.exitCode}`;
  return row.exitCode === EXIT.ok
    ? paint.good(text)
    : row.exitCode === EXIT.warning
      ? paint.warn(text)
      : paint.bad(text);
}

async function show(ctx: Ctx, invocation: Invocation): Promise<Outcome> {
  const run = await ctx.runs.read(invocation.args[0] ?? '');
  const records = run.records.map(({ seq, kind, at, body }) => ({ seq, kind, at, ...body }));
  return {
    exit: EXIT.ok,
    summary: `run ${run.row.id}`,
    report: { schema: 'mdops.run/1', ...rowDocument(run.row), identity: run.identity, records, damage: run.damage },
    view: (paint) => wholeLines(run, paint),
  };
}

function wholeLines({ row, identity, records, damage }: WholeRun, paint: Paint): string[] {
  const argv = Array.isArray(identity['argv']) ? identity['argv'].join(' ') : '';
  const lines = [
    `${paint.strong(row.id)}  ${row.command} ${sanitize(argv)}`,
    `${row.environment} · ${sanitize(row.operator)}@${sanitize(row.host)} · ${describeEnd(row, paint)}`,
  ];
  if (row.summary !== null) lines.push(sanitize(row.summary));
  lines.push('');
  const rows = records.slice(1).map(({ at, kind, body }) => [at.slice(11, 23), kind, describeBody(body)]);
  lines.push(...tableLines([{ title: 'UTC' }, { title: 'RECORD' }, { title: '' }], rows));
  for (const finding of damage) lines.push(paint.bad(`damaged: ${finding}`));
  return lines;
}

function describeBody(body: JsonObject): string {
  const parts = Object.entries(body)
    .filter(([key, value]) => value !== null && !(key === 'input' && value === undefined))
    .map(([key, value]) =>
      key === 'step' ? String(value) : `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    );
  const line = sanitize(parts.join('  '));
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}

/** Hands over to the command itself, which replays what was done and goes on: where it was called then, as it was. */
async function resume(ctx: Ctx, invocation: Invocation): Promise<Outcome> {
  const { row, identity } = await ctx.runs.read(invocation.args[0] ?? '');
  const here = ctx.environment.cwd;
  // Records of old do not say.
  const cwd = typeof identity['cwd'] === 'string' ? identity['cwd'] : here;
  const argv = Array.isArray(identity['argv']) ? identity['argv'].map(String) : [];
  const obstacle = await whyNotAgain(ctx, argv, cwd);
  if (obstacle !== null) {
    throw new Fault('resume refused', `Cannot resume run ${row.id}: ${obstacle}`, {
      exit: EXIT.refused,
      hint: `start afresh: mdops runs abandon ${row.id}, then run the command again`,
    });
  }
  const config = ctx.environment.get('MDOPS_CONFIG');
  return {
    exit: EXIT.ok,
    summary: `resuming run ${row.id} of ${row.command}`,
    report: { schema: 'mdops.resume/1', id: row.id, command: row.command, argv },
    handOver: {
      command: row.command,
      argv: withToday(argv, invocation, here),
      env: {
        MDOPS_RESUME: row.id,
        // It may have come from a variable of the earlier operator's shell.
        MDOPS_PROFILE: row.environment,
        // Where it was found: a path of today's starts here, not there.
        MDOPS_STATE_DIR: ctx.config.paths.stateDir,
        ...(config === undefined ? {} : { MDOPS_CONFIG: resolve(here, config) }),
      },
      cwd,
    },
  };
}

/** What keeps the same words from being said in the same place again, or null. */
async function whyNotAgain({ files }: Ctx, argv: readonly string[], cwd: string): Promise<string | null> {
  if (argv.some((word) => word.includes('<secret>')))
    return 'there was a secret in its words, which is recorded nowhere';
  const found = await files.info(cwd, { follow: true }).catch(() => null);
  return found?.kind === 'directory' ? null : `it was called in "${oneLine(cwd)}", which is not there`;
}

/** How the answer is to look, who may be asked, and above all that nothing is to be changed: that is said today. */
const SWITCHES = ['json', 'dry-run', 'yes', 'no-input', 'no-color', 'skip-metrics'];
/** Where the run was found, and what today's patience is; where both said something, today's word holds. */
const VALUES = ['config', 'log-dir', 'log-level', 'timeout'];
const PATHS = ['config', 'log-dir'];

function withToday(argv: readonly string[], invocation: Invocation, here: string): string[] {
  const said = SWITCHES.filter((name) => invocation.on(name)).map((name) => `--${name}`);
  const values = VALUES.filter((name) => invocation.isSet(name));
  const rest = values.reduce<readonly string[]>(withoutFlag, argv);
  const wordOf = (name: string): string => {
    const typed = String(invocation.typed[name]);
    return PATHS.includes(name) ? resolve(here, typed) : typed;
  };
  return [...said, ...values.map((name) => `--${name}=${wordOf(name)}`), ...rest];
}

function withoutFlag(argv: readonly string[], name: string): readonly string[] {
  const at = ownWords(argv).findIndex((word) => word === `--${name}` || word.startsWith(`--${name}=`));
  return at < 0 ? argv : argv.toSpliced(at, argv[at] === `--${name}` ? 2 : 1);
}

/** What stands behind "--" is the command line of another program. */
function ownWords(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end < 0 ? argv : argv.slice(0, end);
}

async function abandon(ctx: Ctx, invocation: Invocation): Promise<Outcome> {
  const { row } = await ctx.runs.read(invocation.args[0] ?? '');
  if (row.state !== 'ended') {
    await ctx.person.confirm({ action: `Abandon run ${row.id} of ${row.command} on ${row.host}`, flag: '--yes' });
  }
  const reason = invocation.text('reason') ?? `abandoned by ${ctx.run.operator}`;
  const after = row.state === 'ended' ? row : await ctx.runs.abandon(row.id, reason);
  const summary = row.state === 'ended' ? `run ${row.id} had already ended` : `run ${row.id} is closed as abandoned`;
  return { exit: EXIT.ok, summary, report: { schema: 'mdops.run/1', ...rowDocument(after) } };
}

async function verify(ctx: Ctx): Promise<Outcome> {
  const { runs, records, removed, findings } = await ctx.runs.verify((looked) =>
    ctx.progress.update(`${looked} runs verified`),
  );
  ctx.progress.clear();
  const before = removed === 0 ? '' : `, after ${removed} that retention removed`;
  const counted = `${records} records of ${runs} runs${before}`;
  const summary =
    findings.length === 0 ? `${counted}: every checksum and link holds` : `${counted}: ${findings.length} findings`;
  return {
    exit: findings.length === 0 ? EXIT.ok : EXIT.critical,
    summary,
    report: { schema: 'mdops.chain/1', runs, records, removed, findings },
    view: (paint) => [
      findings.length === 0 ? paint.good(summary) : paint.bad(summary),
      ...findings.map((finding) => `  ${finding}`),
    ],
  };
}
