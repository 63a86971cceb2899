// What goes into a backup, part by part. A part that cannot be had is a remark, never a reason to have no backup.

import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { describeError } from '../../base/fault.ts';
import { GRAFANA_KINDS, type LiveObject, POLICIES_ID } from '../../base/grafana-objects.ts';
import type { Part } from '../../domain/backup/manifest.ts';
import { maskConfig } from '../../domain/backup/mask-config.ts';
import type { Context } from '../../run/context.ts';
import type { Backups } from '../../services/backup/backups.ts';
import type { ArchiveWriter } from '../../services/backup/write-archive.ts';
import { makeFiles } from '../dashboards/live/exported-files.ts';

export interface Gathering {
  readonly ctx: Context;
  readonly backups: Backups;
  readonly sink: ArchiveWriter;
  readonly remarks: string[];
}

type Gather = (gathering: Gathering) => Promise<void>;

const TEXTS: ReadonlySet<string> = new Set(['.yaml', '.yml', '.json', '.tmpl', '.md', '.rules']);
const LARGEST_CONFIG = 1_048_576;
const MOST_CONFIG_FILES = 5_000;
const FILE_MODE = 0o600;

export async function gather(part: Part, gathering: Gathering): Promise<void> {
  await GATHER[part](gathering);
}

/** The parts that there are here, unless some are named. */
export function chosenParts({ config }: Pick<Context, 'config'>, named: readonly string[]): readonly Part[] {
  const { grafana, prometheus } = config.remotes;
  const here: Readonly<Record<Part, boolean>> = {
    state: true,
    config: true,
    dashboards: grafana.url !== undefined,
    tsdb: prometheus.url !== undefined && config.backup.tsdbDir !== undefined,
  };
  return (Object.keys(here) as Part[]).filter((part) => (named.length === 0 ? here[part] : named.includes(part)));
}

const state: Gather = async ({ ctx, backups, sink, remarks }) => {
  const { files, strange } = await backups.state();
  for (const path of strange) remarks.push(`state/${path} is no regular file and was left out`);
  for (const [at, file] of files.entries()) {
    await breathe(ctx, at);
    const read = await backups.readState(file);
    if (read === null) continue;
    ctx.progress.update(`state: ${at + 1} of ${files.length} files`);
    if (showsSecret(ctx, read.content)) remarks.push(`state/${read.path} shows a secret and was left out`);
    else await sink.add(`state/${read.path}`, read.mode, read.content);
  }
};

/** The directory of the configuration in force: what it shows of secrets is masked, whichever profile they are of. */
const config: Gather = async ({ ctx, backups, sink, remarks }) => {
  const main = ctx.configFiles.at(-1);
  if (main === undefined) return;
  const nearest = dirname(resolve(ctx.environment.cwd, main));
  const directory = basename(nearest) === 'environments' ? dirname(nearest) : nearest;
  const names = [...backups.secretKeys, 'authorization'];
  const found = await textsBelow(ctx, directory);
  if (found.length > MOST_CONFIG_FILES) {
    remarks.push(`"${directory}" has ${found.length} files: that is no configuration, and was left out`);
    return;
  }
  for (const [at, path] of found.entries()) {
    await breathe(ctx, at);
    const text = await ctx.files.readText(path);
    const shown = extname(path) === '.json' ? text : maskConfig(text, names);
    const name = `config/${relative(directory, path)}`;
    if (ctx.redact(shown) !== shown) remarks.push(`${name} shows a secret and was left out`);
    else await sink.add(name, FILE_MODE, Buffer.from(shown));
  }
};

async function textsBelow(ctx: Context, directory: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await ctx.files.list(directory)) {
    const path = join(directory, name);
    const info = await ctx.files.info(path);
    if (info?.kind === 'directory' && !name.startsWith('.')) found.push(...(await textsBelow(ctx, path)));
    if (info?.kind === 'file' && TEXTS.has(extname(name)) && info.size <= LARGEST_CONFIG) found.push(path);
  }
  return found;
}

/** Everything a live Grafana has, as the files that `dashboards push` takes. It shows no secret: references stand there. */
const dashboards: Gather = async ({ ctx, sink, remarks }) => {
  try {
    const grafana = await ctx.openGrafana();
    const objects: LiveObject[] = [];
    for (const kind of GRAFANA_KINDS) {
      ctx.progress.update(`Grafana: ${kind}`);
      objects.push(...(await grafana.of(kind).look(kind === 'policy' ? [POLICIES_ID] : [], () => true)).objects);
    }
    const root = { platform: 'backup', directory: '/', onlyFile: null };
    for (const { path, text } of await makeFiles(root, NOTHING_WANTED, objects)) {
      await sink.add(`dashboards${path}`, FILE_MODE, Buffer.from(ctx.redact(text)));
    }
  } catch (error) {
    ctx.signal.throwIfAborted();
    remarks.push(`dashboards are not in it: ${describeError(error)}`);
  }
};

const NOTHING_WANTED = {
  objects: new Map(),
  origins: new Map(),
  provisioning: new Map(),
  own: { platforms: [], folders: new Set<string>() },
  isWhole: true,
};

const tsdb: Gather = async ({ ctx, backups, sink, remarks }) => {
  const { tsdbDir } = ctx.config.backup;
  if (tsdbDir === undefined) {
    remarks.push('metrics are not in it: backup.tsdb_dir does not say where snapshots can be read');
    return;
  }
  try {
    ctx.progress.update('Prometheus: snapshot');
    const snapshot = await backups.takeSnapshot(tsdbDir, ctx.signal);
    if (snapshot === null) {
      remarks.push('metrics are not in it: there is no address of a Prometheus');
      return;
    }
    await copyTree(ctx, sink, snapshot.directory, 'tsdb');
    await snapshot.drop().catch((error: unknown) => {
      const name = basename(snapshot.directory);
      remarks.push(`the snapshot ${name} stays on the disk of Prometheus: ${describeError(error)}`);
    });
  } catch (error) {
    ctx.signal.throwIfAborted();
    remarks.push(`metrics are not in it, or not all: ${describeError(error)}`);
  }
};

async function copyTree(ctx: Context, sink: ArchiveWriter, directory: string, below: string): Promise<void> {
  const names = await ctx.files.list(directory);
  if (names.length === 0) throw new Error(`there is nothing in "${directory}"`);
  for (const name of names) {
    const path = join(directory, name);
    const info = await ctx.files.info(path);
    if (info?.kind === 'directory') await copyTree(ctx, sink, path, `${below}/${name}`);
    else if (info?.kind === 'file') {
      await ctx.clock.sleep(0, ctx.signal);
      ctx.progress.update(`Prometheus: ${name}`);
      await sink.addFile(`${below}/${name}`, FILE_MODE, path);
    }
  }
}

const GATHER = { state, config, dashboards, tsdb } satisfies Record<Part, Gather>;

/** Files are read at once; now and then a signal must be heard. */
async function breathe({ clock, signal }: Pick<Context, 'clock' | 'signal'>, at: number): Promise<void> {
  if (at % 64 === 0) await clock.sleep(0, signal);
}

function showsSecret({ redact }: Pick<Context, 'redact'>, content: Uint8Array): boolean {
  const text = Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('utf8');
  return redact(text) !== text;
}
