// Time as the roles know it: the machine's, or a simulation's.

import type { Clock } from '../../effects/clock.ts';

export type SimClock = Pick<Clock, 'wallMs' | 'monotonicMs' | 'sleep'>;
