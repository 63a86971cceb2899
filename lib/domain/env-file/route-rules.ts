// What the variables of one feed route (CTP_PRIMARY_…, CTP_BACKUP_…) must look like.

type Verdict = { readonly severity: 'error' | 'warning'; readonly problem: string; readonly advice: string } | null;

export interface RouteRule {
  /** After the route's prefix; the first name is the one we use, the others are understood. */
  readonly names: readonly [string, ...string[]];
  readonly required: boolean;
  /** May come as NAME_FILE instead, and is never shown. */
  readonly secret: boolean;
  readonly advice: string;
  readonly judge: (value: string) => Verdict;
}

export const ROUTE_RULES: readonly RouteRule[] = [
  {
    names: ['MD_FRONT', 'MD_ADDRESS'],
    required: true,
    secret: false,
    advice: 'set the market data front, such as tcp://front.broker:41213',
    judge: judgeFronts,
  },
  {
    names: ['TD_FRONT', 'TD_ADDRESS'],
    required: true,
    secret: false,
    advice: 'set the trading front, which answers contract queries, such as tcp://front.broker:41205',
    judge: judgeFronts,
  },
  {
    names: ['BROKER_ID'],
    required: true,
    secret: false,
    advice: 'set the broker id, such as 9999',
    judge: (value) =>
      /^[A-Za-z0-9]{1,10}$/.test(value) ? null : error('is no broker id', 'use up to 10 letters and digits'),
  },
  {
    names: ['USER_ID', 'INVESTOR_ID', 'USERNAME'],
    required: true,
    secret: false,
    advice: 'set the user id of the account',
    judge: (value) =>
      /^[A-Za-z0-9_.-]{1,15}$/.test(value)
        ? placeholder(value)
        : error('is no user id', 'use up to 15 letters, digits, dots, dashes and underscores'),
  },
  {
    names: ['PASSWORD'],
    required: true,
    secret: true,
    advice: 'set the password, better as a file of mode 0600 named in …_PASSWORD_FILE',
    // The field of the protocol holds 40 characters.
    judge: (value) =>
      value.length <= 40 ? placeholder(value) : error('is longer than 40 characters', 'set the real password'),
  },
  {
    names: ['APP_ID', 'APPID'],
    required: true,
    secret: false,
    advice: 'set the client id that the broker registered for this program',
    judge: (value) =>
      /^\S{1,32}$/.test(value)
        ? placeholder(value)
        : error('is no client id', 'use up to 32 characters without spaces'),
  },
  {
    names: ['AUTH_CODE'],
    required: true,
    secret: true,
    advice: 'set the code that goes with the client id, better as a file named in …_AUTH_CODE_FILE',
    judge: (value) =>
      /^\S{1,32}$/.test(value)
        ? placeholder(value)
        : error('is no authentication code', 'use the code as the broker gave it'),
  },
  { ...limitRule('RATE_LIMIT_MAX', 1, 10_000), advice: 'set how many contracts one window may take, such as 500' },
  { ...limitRule('RATE_LIMIT_WINDOW_SECONDS', 1, 3_600), advice: 'set the length of the window in seconds, such as 1' },
];

function limitRule(name: string, least: number, most: number): Omit<RouteRule, 'advice'> {
  return {
    names: [name],
    required: false,
    secret: false,
    judge: (value) => {
      const isWhole = /^\d{1,9}$/.test(value) && Number(value) >= least && Number(value) <= most;
      return isWhole ? null : error('is no such limit', `use a whole number from ${least} to ${most}`);
    },
  };
}

// The exchange's public test bench answers real log-ins with simulated data.
const TEST_FRONTS: readonly string[] = ['180.168.146.187', '218.202.237.33', '182.254.243.31'];

export function frontsOf(value: string): readonly string[] {
  return value.split(',').map((front) => front.trim().toLowerCase().replace(/\/$/, ''));
}

function judgeFronts(value: string): Verdict {
  for (const front of frontsOf(value)) {
    const match = /^(?:tcp|ssl):\/\/([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]):(\d{1,5})$/.exec(front);
    const port = Number(match?.[2]);
    if (match === null || port < 1 || port > 65_535) return error('is no front address', 'write tcp://host:port');
    const host = match[1] ?? '';
    if (/^(?:localhost|127\.|0\.0\.0\.0|\[::1?\])/.test(host) || /(?:^|\.)example(?:\.|$)/.test(host)) {
      return warning('is an address of this host or an example', 'set the address that the broker gave you');
    }
    if (TEST_FRONTS.includes(host) || host.includes('simnow')) {
      return warning('is a front of the public test bench', 'set the address of the production front');
    }
  }
  return null;
}

function placeholder(value: string): Verdict {
  return /^(?:<.*>|\.{3}|x{3,}|\*+|todo|tbd|change_?-?me|your[_-].*|placeholder|secret|password|dummy|test|example)$/i.test(
    value,
  )
    ? error('is a placeholder', 'set the real value')
    : null;
}

function error(problem: string, advice: string): Verdict {
  return { severity: 'error', problem, advice };
}

function warning(problem: string, advice: string): Verdict {
  return { severity: 'warning', problem, advice };
}
