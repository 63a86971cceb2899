// Program: one feed route. `--state-dir DIR --route primary|backup [--port N] [--start-as standby|off] [--login-ms MS]`

import { ROUTE_NAMES } from '../../../base/feed-routes.ts';
import { makeContracts } from '../contracts.ts';
import { createFeed } from '../feed.ts';
import { hostRole } from '../role-host.ts';

void hostRole(async (host) => {
  const route = ROUTE_NAMES.find((each) => each === host.option('route'));
  if (route === undefined) throw new Error(`--route is needed: ${ROUTE_NAMES.join(' or ')}`);
  const loginMs = host.option('login-ms');
  return createFeed({
    ...host,
    route,
    contracts: makeContracts(host.contracts),
    fence: host.fence(`feed-${route}`),
    startAs: host.option('start-as') === 'off' ? 'off' : 'standby',
    ...(loginMs === undefined ? {} : { loginMs: [Number(loginMs), Number(loginMs)] }),
  });
});
