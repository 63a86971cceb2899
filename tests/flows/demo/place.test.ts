// The demo's own place: two of them on one host stand apart, whenever they begin.

import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { Fault } from '../../../lib/base/fault.ts';
import { HTTP_CODE } from '../../../lib/base/http-codes.ts';
import { createFiles } from '../../../lib/effects/real-files.ts';
import { type DemoContext, preparePlace } from '../../../lib/flows/demo/place.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const directory = temporaryDirectories('demo-place');

test('two demos that begin before either has started anything take different ports', async () => {
  const places = await Promise.all([0, 1].map((nth) => preparePlace(context(nth))));
  const ports = places.flatMap(({ urls }) => Object.values(urls));
  expect(new Set(ports).size).toBe(12);
});

/** A host on which nobody listens yet. */
function context(nth: number): DemoContext {
  let draws = 0;
  const random = { next: () => (2 * draws++ + nth) / 100 };
  const refused = new Fault(HTTP_CODE.refused, 'connection refused');
  return {
    files: createFiles(),
    random,
    http: { request: () => Promise.reject(refused) },
    config: { paths: { stateDir: directory() } },
    environment: { cwd: resolve('.') },
    programDirectory: resolve('dist'),
    signal: new AbortController().signal,
  } as unknown as DemoContext;
}
