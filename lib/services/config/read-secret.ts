// Secrets: by value, by …_FILE, or as a systemd credential; the first that is given wins.

import { join, resolve } from 'node:path';
import { isRecord, own } from '../../base/json.ts';
import { Secret } from '../../base/secret.ts';
import { type Diagnostic, showFound } from './diagnostics.ts';
import { readUrl } from './read-text.ts';
import { credentialName, envNames, type Field } from './schema.ts';
import type { Source } from './sources.ts';
import { type Layer, place, type Walk } from './walk.ts';

interface Candidate {
  readonly source: Source;
  readonly where: string;
  /** Exactly one of the two. */
  readonly text?: unknown;
  readonly file?: string;
  readonly isWorldReadable?: boolean;
  readonly mayBeAbsent?: boolean;
}

/** `layers` are those of the group around the secret: it has two keys there. */
export function readSecret(
  field: Field<unknown>,
  path: string,
  layers: readonly Layer[],
  walk: Walk,
): Secret | undefined {
  if (layers.length === 0 && !isTyped(field, walk)) return undefined;
  let winner: { readonly secret: Secret; readonly candidate: Candidate } | undefined;
  for (const candidate of [...typedCandidates(field, walk), ...fileCandidates(path, layers, walk)]) {
    const text = textOf(candidate, field, path, walk);
    const value = text === undefined ? undefined : checked(text, candidate, field, path, walk);
    if (value === undefined || winner !== undefined) continue;
    winner = { secret: new Secret(value, sourceName(candidate.source)), candidate };
  }
  if (winner !== undefined) walk.sources.set(path, winner.candidate.source);
  return winner?.secret;
}

function isTyped(field: Field<unknown>, walk: Walk): boolean {
  const { env } = walk.raw;
  if (Object.hasOwn(env, 'CREDENTIALS_DIRECTORY')) return true;
  return envNames(field).some((name) => Object.hasOwn(env, name) || Object.hasOwn(env, `${name}_FILE`));
}

function* typedCandidates(field: Field<unknown>, walk: Walk): Generator<Candidate> {
  const env = walk.raw.env;
  for (const name of envNames(field)) {
    const text = own(env, name) as string | undefined;
    const twin = `${name}_FILE`;
    const file = own(env, twin) as string | undefined;
    if (text) yield { source: { kind: 'environment', name }, where: name, text };
    if (file) {
      const at = resolve(walk.raw.workingDirectory, file);
      yield { source: { kind: 'environment', name: twin }, where: twin, file: at };
    }
  }
  const directory = own(env, 'CREDENTIALS_DIRECTORY') as string | undefined;
  const name = credentialName(field);
  if (directory?.startsWith('/') && name !== undefined) {
    const where = `credential ${name}`;
    yield { source: { kind: 'credential', name }, where, file: join(directory, name), mayBeAbsent: true };
  }
}

function* fileCandidates(path: string, layers: readonly Layer[], walk: Walk): Generator<Candidate> {
  const key = path.slice(path.lastIndexOf('.') + 1);
  for (const { file, value } of layers) {
    if (!isRecord(value)) continue;
    const text = own(value, key);
    const twin = own(value, `${key}_file`);
    const at = (suffix: string): Pick<Candidate, 'source' | 'where'> => ({
      source: { kind: 'file', file: file.name, line: file.lines.get(path + suffix) },
      where: place(file, path + suffix),
    });
    if (text !== undefined) yield { ...at(''), text, isWorldReadable: file.isWorldReadable };
    if (twin === undefined) continue;
    if (typeof twin === 'string' && twin !== '') yield { ...at('_file'), file: resolve(file.directory, twin) };
    else walk.diagnostics.push(mistake(`${path}_file`, at('_file'), showFound(twin), 'a path'));
  }
}

function textOf(candidate: Candidate, field: Field<unknown>, path: string, walk: Walk): unknown {
  if (candidate.file === undefined) return warnIfReadable(candidate.text, candidate, path, walk);
  const read = walk.raw.secrets.get(candidate.file);
  if (read === undefined) {
    walk.wantedFiles.add(candidate.file);
    return undefined;
  }
  if (read.ok) return warnIfReadable(read.text.replace(/[\r\n]+$/, ''), { ...candidate, ...read }, path, walk);
  if (read.absent && candidate.mayBeAbsent) return undefined;
  // A sink whose secret cannot be read must not stop a recovery: it is left out, loudly.
  const severity = field.needed ? 'error' : 'warning';
  walk.diagnostics.push(
    mistake(path, candidate, `names ${candidate.file}, which ${read.reason}`, 'a readable file', severity),
  );
  return undefined;
}

function warnIfReadable(text: unknown, candidate: Candidate, path: string, walk: Walk): unknown {
  if (candidate.isWorldReadable) {
    const found = 'is in a file that everyone on this host may read';
    walk.diagnostics.push(mistake(path, candidate, found, 'a file with mode 0600', 'warning'));
  }
  return text;
}

function checked(
  text: unknown,
  candidate: Candidate,
  field: Field<unknown>,
  path: string,
  walk: Walk,
): string | undefined {
  const refuse = (found: string, wanted: string): undefined => {
    walk.diagnostics.push(mistake(path, candidate, found, wanted));
    return undefined;
  };
  if (typeof text !== 'string') return refuse('is not a text', 'a text in quotes');
  if (text === '') return refuse('is empty', 'a secret');
  if (text.includes('\0') || (!field.multiline && /[\r\n]/.test(text)))
    return refuse('has several lines', 'a secret of one line');
  if (field.schemes === undefined) return text;
  const url = readUrl(text, field.schemes);
  return url.ok ? url.value : refuse('is no such address', url.wanted);
}

function mistake(
  path: string,
  at: Pick<Candidate, 'source' | 'where'>,
  found: string,
  wanted: string,
  severity: Diagnostic['severity'] = 'error',
): Diagnostic {
  const origin = at.source.kind === 'file' ? 'file' : 'environment';
  return { severity, path, where: at.where, origin, found, wanted };
}

function sourceName(source: Source): string {
  return source.kind === 'file' ? 'config file' : source.name;
}
