// What a smoke has to prove: the catalogue's alerts, each with what makes it fire.

import { join } from 'node:path';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { deriveStimuli } from '../../domain/platform/derive-stimuli.ts';
import type { Metric } from '../../domain/platform/platform.ts';
import { readPlatform } from '../../domain/platform/read-platform.ts';
import { type Catalogue, type CatalogueAlert, readCatalogue } from '../../domain/rules/catalogue.ts';
import type { Invocation } from '../../run/invocation.ts';
import { namedFile } from '../rules/named-file.ts';
import { platformDirectory } from '../rules/platforms.ts';
import type { SmokeContext } from './smoke-run.ts';

export interface Promised {
  readonly catalogue: Catalogue;
  readonly metrics: ReadonlyMap<string, Metric>;
}

/** The tests of a platform's alerts say what makes them fire; a catalogue alone has only what it says itself. */
async function readPromise(file: string, text: string): Promise<Promised> {
  if (!/^title:/m.test(text)) return { catalogue: await readCatalogue(file, text), metrics: new Map() };
  const { platform } = await readPlatform(file, text);
  return {
    catalogue: { ...platform.catalogue, alerts: deriveStimuli(platform) },
    metrics: new Map(platform.metrics.map((metric) => [metric.name, metric])),
  };
}

export async function loadCatalogue(ctx: SmokeContext, invocation: Invocation): Promise<Promised> {
  const named = invocation.text('catalogue');
  const file =
    named === undefined
      ? join(await platformDirectory(ctx, ctx.config.platform), 'catalogue.yml')
      : await namedFile(ctx, 'catalogue', named);
  const promised = await readPromise(file, await ctx.files.readText(file));
  const [problem] = promised.catalogue.problems;
  if (problem === undefined) return promised;
  throw new Fault('catalogue invalid', `Cannot read ${file}:${problem.line}: ${problem.message}`, {
    exit: EXIT.config,
  });
}

export function choose(catalogue: Catalogue, invocation: Invocation): readonly CatalogueAlert[] {
  const named = pick(catalogue, invocation);
  const missing = named.filter(({ stimulus }) => stimulus === null || stimulus.kind === 'unproven');
  // --all is all that can be pushed; that there is nothing to push is no proof.
  const isEnough = invocation.texts('alert').length === 0 ? missing.length < named.length : missing.length === 0;
  if (isEnough) return named;
  const names = [...new Set(missing.map(({ alert }) => alert))].join(', ') || 'none promised';
  throw new Fault('nothing to push', `Cannot prove alerts: ${catalogue.file} has no stimulus for them (${names})`, {
    exit: EXIT.config,
    hint: 'a stimulus says what to push: docs/platform-format.md; rules and routes alone: mdops rules test',
  });
}

function pick({ alerts }: Catalogue, invocation: Invocation): readonly CatalogueAlert[] {
  const named = invocation.texts('alert');
  if (named.length === 0) {
    if (invocation.on('all')) return alerts;
    throw new Fault('nothing to prove', 'Cannot prove alerts: none is named', {
      exit: EXIT.usage,
      hint: 'give --alert NAME, or --all',
    });
  }
  const unknown = named.find((name) => !alerts.some(({ alert }) => alert === name));
  if (unknown === undefined) return alerts.filter(({ alert }) => named.includes(alert));
  throw new Fault('alert unknown', `Cannot prove "${unknown}": the catalogue has no such alert`, {
    exit: EXIT.usage,
    hint: `known: ${[...new Set(alerts.map(({ alert }) => alert))].join(', ')}`,
  });
}
