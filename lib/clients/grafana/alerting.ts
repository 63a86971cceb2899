// What the clients of alert rules, contact points and policies share: their API's address, age and ownership marks.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { GRAFANA_CODE, type Session } from './session.ts';

export const PROVISIONING = '/api/v1/provisioning';

/** The API came with 9.1; before, Grafana had no unified alerting or no way to keep it as files. */
const FIRST = { major: 9, minor: 1 } as const;

export async function needAlerting(session: Session): Promise<void> {
  if (await session.isAtLeast(FIRST.major, FIRST.minor)) return;
  const version = (await session.version()) ?? '';
  throw new Fault(GRAFANA_CODE.lacking, `Grafana ${version} has no provisioning API for alerting`, {
    exit: EXIT.unknown,
    hint: `it came with Grafana ${FIRST.major}.${FIRST.minor}; look at the other kinds with --only`,
  });
}

/**
 * What is written without a mark stays editable on the server: in an incident a threshold may have to move, and drift
 * shows it afterwards. What came through the API with its mark keeps it, because a server refuses to take it off.
 */
export function markOf(provenance: string): Readonly<Record<string, string>> {
  return provenance === 'api' ? {} : { 'x-disable-provenance': 'true' };
}

export function lockOf(provenance: string): string | null {
  if (provenance === '' || provenance === 'api') return null;
  return `provisioned from the server's own files (${provenance}): change it there, or take it out of there first`;
}
