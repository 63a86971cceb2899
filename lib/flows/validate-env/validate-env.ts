// `validate-env`: reads a file of variables and tells everything that is wrong with it.

import { isAbsolute, resolve } from 'node:path';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault, systemCode } from '../../base/fault.ts';
import type { Paint } from '../../base/paint.ts';
import { tableLines } from '../../base/table.ts';
import { checkLiveVariables, namedSecretFiles, type Variables } from '../../domain/env-file/check-live.ts';
import { type Finding, finding, inFileOrder } from '../../domain/env-file/finding.ts';
import { parseEnvFile } from '../../domain/env-file/parse.ts';
import type { Outcome } from '../../run/command.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';

type Ctx = Pick<Context, 'config' | 'configReference' | 'files' | 'environment'>;

const LARGEST_FILE = 262_144;
const OTHERS = 0o007;
const GROUP = 0o070;

export async function validateEnv(ctx: Ctx, invocation: Invocation): Promise<Outcome> {
  const profile = ctx.config.profile;
  const path = resolve(ctx.environment.cwd, invocation.text('source') ?? `.env.${profile}`);
  const { text, findings: fileFindings } = await readSource(ctx, path);
  const { variables, findings: formFindings } = parseEnvFile(text);
  const findings = inFileOrder([
    ...fileFindings,
    ...formFindings,
    ...checkLiveVariables(variables, {
      primary: ctx.config.feeds.primary.credentials,
      backup: ctx.config.feeds.backup.credentials,
      wantsCredentials: profile !== 'sim',
      stopsFirst: ctx.config.failover.strategy === 'stop-first',
    }),
    ...(await checkConfigVariables(ctx, variables)),
    ...checkSession(ctx, variables),
    ...(await checkSecretFiles(ctx, variables)),
  ]);
  return tell(path, profile, variables.size, findings);
}

async function readSource(ctx: Ctx, path: string): Promise<{ text: string; findings: Finding[] }> {
  const fail = (state: string): Fault =>
    new Fault('variables unreadable', `Cannot check "${path}": ${state}`, {
      exit: EXIT.config,
      hint: 'name the file with --source FILE',
    });
  const info = await ctx.files.info(path, { follow: true });
  if (info === null) throw fail('it does not exist');
  if (info.kind !== 'file') throw fail('it is not a regular file');
  if (info.size > LARGEST_FILE) throw fail(`it is larger than ${LARGEST_FILE} bytes`);
  try {
    return { text: await ctx.files.readText(path), findings: modeFindings(info.mode) };
  } catch (error) {
    throw fail(`it cannot be read (${systemCode(error) ?? 'unknown error'})`);
  }
}

function modeFindings(mode: number): Finding[] {
  const advice = 'chmod 600 the file: it holds credentials';
  if ((mode & OTHERS) !== 0) return [finding('error', 'file', 0, 'may be read by everyone on this host', advice)];
  return (mode & GROUP) === 0 ? [] : [finding('warning', 'file', 0, 'may be read by its group', advice)];
}

/** Whatever mdops itself would refuse at the next start with these variables. */
async function checkConfigVariables(ctx: Ctx, variables: Variables): Promise<Finding[]> {
  const plain = Object.fromEntries([...variables].map(([name, { value }]) => [name, value]));
  const { judgeVariables } = await ctx.configReference();
  return judgeVariables(plain, ctx.environment.cwd).flatMap((found) => {
    const line = variables.get(found.where)?.line ?? null;
    return line === null ? [] : [finding(found.severity, found.where, line, found.found, `wanted: ${found.wanted}`)];
  });
}

function checkSession(ctx: Ctx, variables: Variables): Finding[] {
  const given = variables.get('SESSION_WINDOW');
  const known = [...ctx.config.sessions.windows.keys()];
  if (given === undefined || given.value === '' || known.length === 0 || known.includes(given.value)) return [];
  return [
    finding('error', 'SESSION_WINDOW', given.line, 'is no session of this environment', `use ${known.join(' or ')}`),
  ];
}

async function checkSecretFiles(ctx: Ctx, variables: Variables): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [name, named] of namedSecretFiles(variables)) {
    const line = variables.get(name)?.line ?? null;
    const say = (severity: Finding['severity'], problem: string, advice: string): void => {
      findings.push(finding(severity, name, line, problem, advice));
    };
    if (!isAbsolute(named)) say('warning', 'is a relative path', 'write the whole path: services start elsewhere');
    const path = resolve(ctx.environment.cwd, named);
    const info = await ctx.files.info(path, { follow: true }).catch(() => null);
    if (info === null)
      say('error', 'names a file that does not exist', 'create it with mode 0600, or correct the path');
    else if (info.kind !== 'file') say('error', 'names no regular file', 'name the file itself');
    else if (info.size === 0) say('error', 'names an empty file', 'write the secret into it');
    else if ((info.mode & OTHERS) !== 0) say('error', 'names a file that everyone may read', 'chmod 600 it');
  }
  return findings;
}

function tell(path: string, profile: string, count: number, findings: readonly Finding[]): Outcome {
  const errors = findings.filter((found) => found.severity === 'error').length;
  const warnings = findings.length - errors;
  const verdict = errors > 0 ? 'not fit' : warnings > 0 ? 'fit, with warnings' : 'fit';
  const counted = [plural(errors, 'error'), plural(warnings, 'warning')].filter((part) => part !== '').join(', ');
  const summary = `${path}: ${verdict} for ${profile}${counted === '' ? '' : ` (${counted})`}`;
  return {
    exit: errors > 0 ? EXIT.config : warnings > 0 ? EXIT.warning : EXIT.ok,
    summary,
    report: {
      schema: 'mdops.env-check/1',
      source: path,
      profile,
      variables: count,
      findings: findings.map((found) => ({ ...found })),
    },
    view: (paint) => viewLines(summary, findings, paint),
  };
}

function viewLines(summary: string, findings: readonly Finding[], paint: Paint): readonly string[] {
  if (findings.length === 0) return [paint.good(summary)];
  const heads = [
    { title: 'LINE', align: 'right' as const },
    { title: '' },
    { title: 'VARIABLE' },
    { title: 'FINDING' },
    { title: 'WHAT TO DO' },
  ];
  const rows = findings.map((found) => [
    found.line === null || found.line === 0 ? '-' : String(found.line),
    found.severity === 'error' ? paint.bad('error') : paint.warn('warning'),
    found.name,
    found.problem,
    found.advice,
  ]);
  return [...tableLines(heads, rows), '', paint.strong(summary)];
}

function plural(count: number, what: string): string {
  return count === 0 ? '' : `${count} ${what}${count === 1 ? '' : 's'}`;
}
