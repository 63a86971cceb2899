// Incidents that cannot be listed are not none: whoever removes what no incident needs has to hear of it.

import { expect, test } from 'vitest';
import { createFiles } from '../../../lib/effects/real-files.ts';
import { FAILED, incidentRun, incidentWorld } from '../../support/incident-world.ts';

test('a folder that cannot be read is told to whoever asks for all incidents', async () => {
  const w = await incidentWorld();
  await incidentRun(w).incidents.report('ctp', FAILED);
  expect(await incidentRun(w).incidents.listEverywhere()).toMatchObject([{ target: 'ctp', state: 'open' }]);
  const files = createFiles();
  const blind = {
    ...files,
    list: async (path: string) => {
      if (path.endsWith('/incidents/live')) throw Object.assign(new Error('i/o error'), { code: 'EIO' });
      return files.list(path);
    },
  };
  await expect(incidentRun(w, { files: blind }).incidents.listEverywhere()).rejects.toThrow('i/o error');
});
