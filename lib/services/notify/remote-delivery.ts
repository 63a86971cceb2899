// A remote's answer as a sender's answer, with the remote's own word for a refusal.

import { DELIVERED, type Delivery } from '../../base/delivery.ts';
import { HTTP_CODE } from '../../base/http-codes.ts';
import { oneLine } from '../../base/sanitize.ts';
import type { RemoteAnswer } from '../remote/remote.ts';

const WORDS_LENGTH = 200;

export function toDelivery(answer: RemoteAnswer): Delivery {
  if (answer.ok) return DELIVERED;
  const { fault, response, retryAfterMs } = answer;
  // Cut off by our own budget: the remote has refused nothing.
  const retryable = answer.retryable || fault.code === HTTP_CODE.cancelled;
  const words = response === null || response.status < 400 ? '' : oneLine(response.text(), WORDS_LENGTH);
  return {
    ok: false,
    retryable,
    code: fault.code,
    reason: words === '' ? fault.message : `${fault.message}: ${words}`,
    ...(response === null ? {} : { status: response.status }),
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  };
}
