// TLS: what is not trusted is refused, with the reason; what is trusted works, on both transports.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { HTTP_CODE } from '../../lib/base/http-codes.ts';
import { createHttp } from '../../lib/effects/real-http.ts';
import { startFaultServer } from '../../lib/sim/fault-server.ts';

const directory = mkdtempSync(join(tmpdir(), 'mdops-tls-'));
afterAll(() => rmSync(directory, { recursive: true }));

const here = makeCertificate('here', 'IP:127.0.0.1');
const elsewhere = makeCertificate('elsewhere', 'DNS:elsewhere.example');

describe.each(['one-shot', 'pooled'] as const)('%s http', (transport) => {
  test('refuses a certificate nobody vouches for', async () => {
    expect(await get(here)).toMatchObject({ code: HTTP_CODE.tls, message: expect.stringContaining('self-signed') });
  });

  test('refuses a certificate for another name', async () => {
    const refused = await get(elsewhere, elsewhere.cert);
    expect(refused).toMatchObject({ code: HTTP_CODE.tls, message: expect.stringContaining('another name') });
  });

  test('accepts what the configured issuer vouches for', async () => {
    expect(await get(here, here.cert)).toBe(200);
  });

  async function get(tls: { key: string; cert: string }, trustedIssuers?: string): Promise<unknown> {
    const server = await startFaultServer('ok', { tls });
    const http = createHttp({ transport, ...(trustedIssuers === undefined ? {} : { trustedIssuers }) });
    const request = { method: 'GET', url: server.url, timeoutMs: 5_000 } as const;
    const answer = await http.request(request).then(
      ({ status }) => status,
      (error: unknown) => error,
    );
    await http.close();
    await server.close();
    return answer;
  }
});

function makeCertificate(name: string, subjectAltName: string): { key: string; cert: string } {
  const [key, cert] = [join(directory, `${name}.key`), join(directory, `${name}.pem`)];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${subjectAltName}`, '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}
