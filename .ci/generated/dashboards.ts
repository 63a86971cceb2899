// The Grafana dashboards of every platform, and what Grafana needs to find them.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readSpec } from '../../lib/domain/dashboards/read-spec.ts';
import { renderPlatform } from '../../lib/flows/dashboards/render.ts';

const ROOT = 'config/platforms';

export async function renderDashboardFiles(): Promise<{ path: string; text: string }[]> {
  const platforms = existsSync(ROOT) ? readdirSync(ROOT).sort() : [];
  return (await Promise.all(platforms.map(renderFilesOf))).flat();
}

async function renderFilesOf(platform: string): Promise<{ path: string; text: string }[]> {
  const folder = `${ROOT}/${platform}/dashboards`;
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.yml'));
  const files = await Promise.all(
    names.sort().map(async (name) => {
      const { spec, problems } = await readSpec(readFileSync(`${folder}/${name}`, 'utf8'));
      for (const { line, message } of problems) throw new Error(`${folder}/${name}:${line}: ${message}`);
      return { base: name.slice(0, -'.yml'.length), spec };
    }),
  );
  const rendered = await renderPlatform(platform, files);
  return rendered.map(({ path, text }) => ({ path: `${ROOT}/${platform}/grafana/${path}`, text }));
}
