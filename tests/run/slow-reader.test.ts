// An answer that is longer than its pipe, over one that never blocks: it waits for its reader, then the program ends.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { DIST } from '../support/mdops.ts';
import { temporaryDirectories } from '../support/temporary.ts';

const directory = temporaryDirectories('slow-reader');
const SYMBOLS = 40_000;

test('all of it arrives, although the run was over before anybody read', async () => {
  const cwd = directory();
  const catalogue = Array.from({ length: SYMBOLS }, (_, index) => `c${index}.SHFE`);
  writeFileSync(join(cwd, 'catalogue.json'), JSON.stringify(catalogue));
  writeFileSync(join(cwd, 'active.json'), '[]');
  const { near, far, server } = await connect(join(cwd, 'socket'));
  const words = ['--catalogue', 'catalogue.json', '--active-file', 'active.json', '--json'];
  const program = [process.execPath, join(DIST, 'check-feed-health.js'), ...words];
  // Node makes the first three of a child's descriptors block; the shell hands on the fourth as it is.
  const child = spawn('/bin/sh', ['-c', 'exec "$@" >&3', 'sh', ...program], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, USER: 'tester' },
    stdio: ['ignore', 'ignore', 'ignore', far],
  });
  const ended = once(child, 'exit');
  far.destroy();
  await eventually('the run to be over', 20_000, () => (hasEnded(join(cwd, '.mdops/journal')) ? true : undefined));
  const chunks: Buffer[] = [];
  for await (const chunk of near) chunks.push(chunk as Buffer);
  const report = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { missing_contracts: string[] };
  expect(report.missing_contracts).toHaveLength(SYMBOLS);
  expect((await ended)[0]).toBe(2);
  server.close();
});

/** Two ends of one connection; what is handed to a child keeps the mode that Node set: it never blocks. */
async function connect(path: string): Promise<{ near: Socket; far: Socket; server: Server }> {
  const { connect: open } = await import('node:net');
  const server = createServer({ pauseOnConnect: true });
  const accepted = once(server, 'connection');
  await new Promise<void>((resolve) => {
    server.listen(path, resolve);
  });
  const far = open(path);
  await once(far, 'connect');
  const [near] = (await accepted) as [Socket];
  return { near, far, server };
}

function hasEnded(journal: string): boolean {
  try {
    return readdirSync(journal, { recursive: true }).some((name) => String(name).endsWith('.ndjson'));
  } catch {
    return false;
  }
}
