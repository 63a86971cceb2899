// No secret of a request is in anything that comes back from it, in any encoding, whatever the remote does.

import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../../lib/base/secret.ts';
import { createClock } from '../../../lib/effects/real-clock.ts';
import { createHttp } from '../../../lib/effects/real-http.ts';
import { encodingsOf } from '../../../lib/services/redaction/encodings.ts';
import { createBreaker } from '../../../lib/services/remote/breaker.ts';
import { createRemote, type RemoteRequest } from '../../../lib/services/remote/remote.ts';
import { FAULT_KINDS, startFaultServer } from '../../../lib/sim/fault-server.ts';

const CANARY = `c4n"ary/'$p&ss <w>+rd\\é`;
const SECRET = new Secret(CANARY, 'CANARY');
const inUrl = encodeURIComponent(CANARY);
const FORMS = [CANARY, inUrl].flatMap(encodingsOf).map(({ pattern }) => new RegExp(pattern));

/** Where a secret may be in a request → the request. */
const PLACES: Record<string, (url: string) => Pick<RemoteRequest, 'url' | 'headers' | 'body'>> = {
  'the path of a secret address': (url) => ({ url: new Secret(`${url}/services/${inUrl}`, 'SLACK_WEBHOOK_URL') }),
  'the user info': (url) => ({ url: url.replace('//', `//ops:${inUrl}@`) }),
  'the query': (url) => ({ url: `${url}/push?token=${inUrl}` }),
  'a header': (url) => ({ url, headers: { authorization: new Secret(`Basic ${btoa('op:x')}${inUrl}`, 'TOKEN') } }),
  'a header that is refused': (url) => ({ url, headers: { authorization: new Secret(`${CANARY}\r\n`, 'TOKEN') } }),
  'the body': (url) => ({ url, body: CANARY }),
  'an address that is none': () => ({ url: `nonsense ${CANARY}` }),
};

describe.each(['one-shot', 'pooled'] as const)('%s http', (transport) => {
  test.concurrent.each(FAULT_KINDS)('a remote that does "%s" gives nothing away', async (kind) => {
    const server = await startFaultServer(kind);
    const http = createHttp({ transport });
    const clock = createClock();
    const seen: unknown[] = [];
    for (const place of Object.values(PLACES)) {
      const store = { read: async () => null, write: async (record: unknown) => void seen.push(record) };
      const breaker = createBreaker({ provider: 'sink', store, clock, onChange: (change) => seen.push(change) });
      const random = { next: () => 0, hex: () => '' };
      const remote = createRemote({ http, clock, random, breaker, onAttempt: (fact) => seen.push(fact) });
      const request = { ...place(server.url), headers: { 'x-key': SECRET, ...place(server.url).headers } };
      seen.push(await remote.send({ method: 'POST', timeoutMs: 60, attempts: 2, ...request }).catch((error) => error));
    }
    await http.close();
    await server.close();
    const everything = `${inspect(seen, { depth: 20, showHidden: true })}\n${seen.map((fact) => JSON.stringify(fact)).join('\n')}`;
    expect(seen.length).toBeGreaterThanOrEqual(2 * Object.keys(PLACES).length);
    expect(FORMS.filter((form) => form.test(everything))).toEqual([]);
  });
});
