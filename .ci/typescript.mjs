// Runs TypeScript that is not part of the product: bundled to a file that plain Node can run.

import { join, resolve } from 'node:path';

/** Answers the path of the bundle. It lies in node_modules so that its packages are found. */
export async function bundleScript(source) {
  const { build } = await import('esbuild');
  const outfile = resolve('node_modules/.cache/mdops', join(source).replaceAll('/', '-').replace(/\.ts$/, '.mjs'));
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    target: 'node20',
    logLevel: 'warning',
  });
  return outfile;
}
