// Where everything is that the descriptions name; what is missing is a problem.

import { existsSync, readFileSync } from 'node:fs';
import type { CompiledPlatform } from '../../lib/domain/platform/compile.ts';
import { type Dashboard, findDeliveries, readDashboard } from '../../lib/domain/platform/deliveries.ts';
import type { GeneratedFile } from '../../lib/domain/platform/generated-file.ts';
import type { PlatformDeliveries } from '../../lib/domain/platform/render-deliveries.ts';
import { readSeed } from '../../lib/domain/platform/seed.ts';

export interface AllDeliveries {
  readonly platforms: readonly PlatformDeliveries[];
  readonly problems: readonly string[];
}

export async function gatherDeliveries(
  compiled: readonly CompiledPlatform[],
  dashboards: readonly GeneratedFile[],
): Promise<AllDeliveries> {
  const platforms: PlatformDeliveries[] = [];
  const problems: string[] = [];
  for (const one of compiled) {
    const file = `${one.folder}/seed.yml`;
    if (!existsSync(file)) continue;
    const seed = await readSeed(file, readFileSync(file, 'utf8'));
    problems.push(...seed.mistakes.map(({ line, message }) => `${file}:${line}: ${message}`));
    const deliveries = findDeliveries(seed, {
      compiled: one,
      dashboards: dashboardsIn(one.folder, dashboards),
      objectives: one.objectives,
    });
    for (const { item, file: found } of deliveries) {
      if (found === null) problems.push(`${file}:${item.line}: nothing delivers the ${item.kind} "${item.delivered}"`);
    }
    platforms.push({ platform: one.platform, deliveries });
  }
  return { platforms, problems };
}

function dashboardsIn(folder: string, files: readonly GeneratedFile[]): Dashboard[] {
  return files
    .filter(({ path }) => path.startsWith(`${folder}/`) && path.endsWith('.json'))
    .map(({ path, text }) => readDashboard(path, JSON.parse(text) as unknown));
}
