// Runs one step that floods its output and prints what was kept and the most memory this program ever held.

import { createTestProcesses } from './processes-setup.ts';

async function measure([script = '', listens]: readonly string[]): Promise<string> {
  let lines = 0;
  const onLine = (): void => {
    lines += 1;
  };
  const spec = { argv: ['bash', '-c', script] as const, timeoutMs: 60_000 };
  const { ok, stdout } = await createTestProcesses().run(listens === 'lines' ? { ...spec, onLine } : spec);
  const kept = stdout.head.length + stdout.tail.length;
  const peakMegabytes = process.resourceUsage().maxRSS / 1_024;
  return JSON.stringify({ ok, totalBytes: stdout.totalBytes, kept, lines, peakMegabytes });
}

process.stdout.write(await measure(process.argv.slice(2)));
