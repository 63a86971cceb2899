// What a command really prints, for documents: run on files of its own, in a directory that is thrown away.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** `line` must print the same every time: an instant of its own, no run ids, no durations. */
export function renderTranscript(files: string, line: string, exit: number): string {
  const scratch = mkdtempSync(join(tmpdir(), 'mdops-transcript-'));
  cpSync(files, scratch, { recursive: true });
  const { stdout, stderr, status } = spawnSync(process.execPath, [resolve('dist/mdops.js'), ...line.split(' ')], {
    cwd: scratch,
    env: { PATH: process.env['PATH'], MDOPS_STATE_DIR: join(scratch, 'state'), MDOPS_LOG_DIR: join(scratch, 'logs') },
    encoding: 'utf8',
  });
  rmSync(scratch, { recursive: true, force: true });
  if (status !== exit) throw new Error(`mdops ${line} ended with ${status}, wanted ${exit}: ${stderr}`);
  return `\`\`\`console\n$ mdops ${line}\n${stdout.trimEnd()}\n$ echo $?\n${status}\n\`\`\``;
}
