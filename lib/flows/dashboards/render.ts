// Everything a platform's dashboard files become: JSON for each, and what Grafana needs to find them.

import { buildDashboard } from '../../domain/dashboards/build/dashboard.ts';
import { loadSdk } from '../../domain/dashboards/build/sdk.ts';
import { renderFolders, renderProvisioning } from '../../domain/dashboards/provisioning.ts';
import { slug } from '../../domain/grafana/layout.ts';
import type { SpecFile } from './platforms.ts';

type Source = Pick<SpecFile, 'base' | 'spec'>;

export interface RenderedFile {
  /** Below the platform's grafana/ directory. */
  readonly path: string;
  readonly text: string;
}

export async function renderPlatform(platform: string, files: readonly Source[]): Promise<RenderedFile[]> {
  const specs = files.map(({ spec }) => spec);
  return [
    ...(await renderDashboards(platform, files)),
    ...(await renderFolders(platform, files)),
    ...(await renderProvisioning(platform, specs)),
  ];
}

export async function renderDashboards(platform: string, files: readonly Source[]): Promise<RenderedFile[]> {
  const sdk = await loadSdk();
  return files.map(({ base, spec }) => ({
    path: `dashboards/${slug(spec.folder)}/${base}.json`,
    text: buildDashboard(sdk, platform, spec),
  }));
}
