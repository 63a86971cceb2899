// Writes everything generated from declarations; with --check it only says what differs.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildIfStale } from './dist.mjs';
import { bundleScript } from './typescript.mjs';

// Transcripts are what the built commands print.
if (!buildIfStale()) process.exit(69);

const { OUTPUTS, PROBLEMS, STALE } = await import(pathToFileURL(await bundleScript('.ci/generated/outputs.ts')).href);
const isCheck = process.argv.includes('--check');

for (const problem of PROBLEMS) {
  process.stdout.write(`${problem}\n`);
  process.exitCode = 1;
}

/** Several regions of one file are filled one after the other. */
const files = new Map();
for (const { path, region, render } of OUTPUTS) {
  const before = files.get(path) ?? (existsSync(path) ? readFileSync(path, 'utf8') : '');
  files.set(path, region === undefined ? await render() : fillRegion(path, before, region, await render()));
}

for (const [path, text] of files) {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  if (isCheck) {
    process.stdout.write(`${path} differs from its declarations: run "node .ci/generate.mjs"\n`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    process.stdout.write(`${path} written\n`);
  }
}

for (const path of STALE) {
  if (isCheck) {
    process.stdout.write(`${path} is generated from nothing any more: run "node .ci/generate.mjs"\n`);
    process.exitCode = 1;
  } else {
    rmSync(path);
    process.stdout.write(`${path} removed\n`);
  }
}

function fillRegion(path, text, region, content) {
  const [begin, end] = [`<!-- generated: ${region} -->`, `<!-- end of ${region} -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to < from) throw new Error(`${path} has no region "${region}": wanted ${begin} … ${end}`);
  return `${text.slice(0, from + begin.length)}\n${content.trim()}\n${text.slice(to)}`;
}
