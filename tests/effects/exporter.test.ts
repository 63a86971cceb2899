// The exporter as a scraper meets it.

import { afterEach, expect, test } from 'vitest';
import type { OpenedExporter } from '../../lib/effects/exporter.ts';
import { createExporter } from '../../lib/effects/real-exporter.ts';

let opened: OpenedExporter = { ok: false, reason: 'not opened' };
afterEach(async () => {
  if (opened.ok) await opened.close();
});

async function open(render: () => Promise<string>, at = { host: '127.0.0.1', port: 0 }): Promise<string> {
  opened = await createExporter().open({ ...at, render });
  if (!opened.ok) throw new Error(opened.reason);
  return opened.url;
}

test('each scrape is rendered anew, as text exposition', async () => {
  let count = 0;
  const url = await open(async () => {
    count += 1;
    return `scrapes_total ${count}\n`;
  });
  await (await fetch(url)).text();
  const second = await fetch(url);
  expect(await second.text()).toBe('scrapes_total 2\n');
  expect(second.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
});

test('what cannot be rendered is 500, and the next scrape is answered again', async () => {
  let isBroken = true;
  const url = await open(async () => {
    if (isBroken) throw new Error('canary');
    return 'up 1\n';
  });
  const broken = await fetch(url);
  expect([broken.status, await broken.text()]).toEqual([500, 'cannot be rendered\n']);
  isBroken = false;
  expect((await fetch(url)).status).toBe(200);
});

test('an IPv6 address is shown in brackets', async () => {
  expect(await open(async () => '', { host: '::1', port: 0 })).toMatch(/^http:\/\/\[::1\]:\d+\/metrics$/);
});

test('an address that is not ours is an answer, not an exception', async () => {
  expect(await createExporter().open({ host: '192.0.2.1', port: 0, render: async () => '' })).toEqual({
    ok: false,
    reason: 'no interface has this address',
  });
});
