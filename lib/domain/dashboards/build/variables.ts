// Variables of a dashboard, as Grafana's builders make them.

import type { VariableKind, VariableSpec } from '../spec.ts';
import type { Sdk } from './sdk.ts';
import { METRICS } from './sources.ts';

interface Built {
  build(): ReturnType<InstanceType<Sdk['dashboard']['QueryVariableBuilder']>['build']>;
}

/** How Grafana's own editor stores the form of a variable query; the text decides again when it is edited. */
const QUERY_FORMS = { label_names: 0, label_values: 1, metrics: 2, query_result: 3 } as const;
const ALL = { text: 'All', value: '$__all' };

export function buildVariable(sdk: Sdk, variable: VariableSpec): Built {
  return KINDS[variable.kind](sdk, variable);
}

const KINDS = {
  query: (sdk, { name, label, query, multi, all }) => {
    const form = /^\w+(?=\()/.exec(query)?.[0];
    const builder = new sdk.dashboard.QueryVariableBuilder(name)
      .label(label)
      .datasource(METRICS)
      .definition(query)
      .query({
        query,
        refId: 'PrometheusVariableQueryEditor-VariableQuery',
        qryType: QUERY_FORMS[form as keyof typeof QUERY_FORMS] ?? 5,
      })
      .refresh(sdk.dashboard.VariableRefresh.OnTimeRangeChanged)
      .sort(sdk.dashboard.VariableSort.NaturalAsc)
      .multi(multi)
      .includeAll(all);
    // Not the list of values: it would leave out series without the label, and grow past what a URL holds.
    return all ? builder.allValue('.*').current(ALL) : builder;
  },
  custom: (sdk, { name, label, query, multi, all }) => {
    const values = query.split(',').map((value) => value.trim());
    const builder = new sdk.dashboard.CustomVariableBuilder(name)
      .label(label)
      .values(values.join(','))
      .multi(multi)
      .includeAll(all);
    return all ? builder.current(ALL) : builder.current({ text: values[0] ?? '', value: values[0] ?? '' });
  },
  interval: (sdk, { name, label, query }) => {
    const first = query.split(',')[0]?.trim() ?? '';
    return new sdk.dashboard.IntervalVariableBuilder(name)
      .label(label)
      .values(query)
      .current({ text: first, value: first });
  },
  datasource: (sdk, { name, label, query }) =>
    new sdk.dashboard.DatasourceVariableBuilder(name).label(label).type(query),
  textbox: (sdk, { name, label, query }) =>
    new sdk.dashboard.TextBoxVariableBuilder(name)
      .label(label)
      .defaultValue(query)
      .current({ text: query, value: query }),
} satisfies Record<VariableKind, (sdk: Sdk, variable: VariableSpec) => Built>;
