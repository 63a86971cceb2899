// Links of dashboards and panels.

import type { LinkSpec } from '../spec.ts';
import type { Sdk } from './sdk.ts';

export function buildLink(sdk: Sdk, { title, url, dashboard, tags }: LinkSpec) {
  const { DashboardLinkBuilder, DashboardLinkType } = sdk.dashboard;
  if (tags.length > 0)
    return new DashboardLinkBuilder(title)
      .type(DashboardLinkType.Dashboards)
      .tags([...tags])
      .icon('external link')
      .asDropdown(true)
      .includeVars(true)
      .keepTime(true);
  if (dashboard !== undefined)
    return new DashboardLinkBuilder(title)
      .type(DashboardLinkType.Link)
      .icon('dashboard')
      .url(`/d/${dashboard}`)
      .includeVars(true)
      .keepTime(true);
  return new DashboardLinkBuilder(title)
    .type(DashboardLinkType.Link)
    .icon('external link')
    .url(url ?? '')
    .targetBlank(true);
}
