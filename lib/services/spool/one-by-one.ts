// A spool sender for records that stand alone: in order, ending at the first that the remote could take later.

import type { Delivery } from '../../base/delivery.ts';
import type { SpoolRecord } from './record.ts';
import type { SpoolSender } from './spool.ts';

export function sendOneByOne(send: (record: SpoolRecord, signal: AbortSignal) => Promise<Delivery>): SpoolSender {
  return async (records, settle, signal) => {
    const problems: string[] = [];
    for (const record of records) {
      if (signal.aborted) break;
      const delivery = await send(record, signal);
      if (delivery.ok) {
        await settle(record, 'delivered');
        continue;
      }
      problems.push(delivery.reason);
      if (delivery.retryable) break;
      await settle(record, 'dropped');
    }
    return { problems };
  };
}
