// A real Prometheus whose history was written beforehand, so that days of it are there at once.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

/** One value a step from the beginning on; null where nothing was recorded. */
export interface HistorySeries {
  readonly series: string;
  readonly type: 'gauge' | 'counter';
  readonly values: readonly (number | null)[];
}

export interface RecordedHistory {
  readonly url: string;
  readonly fromMs: number;
  stop(): Promise<void>;
}

const READY_MS = 20_000;
const HOUR_MS = 3_600_000;

export async function startHistory(
  directory: string,
  series: readonly HistorySeries[],
  stepMs: number,
): Promise<RecordedHistory> {
  // Old enough to be all past, young enough for the retention.
  const fromMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 36 * HOUR_MS;
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'history.txt'), openMetrics(series, fromMs, stepMs));
  const data = join(directory, 'data');
  execFileSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', join(directory, 'history.txt'), data]);
  writeFileSync(join(directory, 'prometheus.yml'), 'global: {}\n');
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${data}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${port}`;
  await eventually('Prometheus to be ready', READY_MS, async () => {
    if (child.exitCode !== null) throw new Error('prometheus did not start');
    const answer = await fetch(`${url}/-/ready`).catch(() => undefined);
    return answer?.status === 200 ? true : undefined;
  });
  return {
    url,
    fromMs,
    stop: async () => {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

function openMetrics(series: readonly HistorySeries[], fromMs: number, stepMs: number): string {
  const families = new Map<string, HistorySeries[]>();
  for (const one of series) {
    const name = one.series.split('{', 1)[0]!;
    families.set(name, [...(families.get(name) ?? []), one]);
  }
  const lines: string[] = [];
  for (const [name, members] of families) {
    const { type } = members[0]!;
    lines.push(`# TYPE ${type === 'counter' ? name.replace(/_total$/, '') : name} ${type}`);
    for (const { series: text, values } of members) {
      for (const [index, value] of values.entries()) {
        if (value !== null) lines.push(`${text} ${value} ${(fromMs + index * stepMs) / 1_000}`);
      }
    }
  }
  return `${lines.join('\n')}\n# EOF\n`;
}
