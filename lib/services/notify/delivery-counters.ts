// Each attempt to tell somebody, counted.

import type { Delivery } from '../../base/delivery.ts';
import { METRIC } from '../../base/metric-names.ts';
import type { Metrics } from '../metrics/metrics.ts';

export function countDelivery(metrics: Metrics, method: string, delivery: Delivery): void {
  if (delivery.ok) metrics.increment(METRIC.alertDeliverySuccess, { delivery_method: method });
  else metrics.increment(METRIC.alertDeliveryFailures, { delivery_method: method, error: delivery.code });
}
