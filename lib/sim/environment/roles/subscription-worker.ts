// Program: the subscription worker. `--state-dir DIR [--port N]`

import { hostRole } from '../role-host.ts';
import { createSubscriptionWorker } from '../subscription-worker.ts';

void hostRole(async (host) => createSubscriptionWorker(host));
