// The part of prom-client's registry that is used: the package declares types only for its root.

declare module 'prom-client/lib/registry.js' {
  interface RenderedValue {
    readonly metricName?: string;
    readonly labels: Readonly<Record<string, string | number>>;
    readonly value: number;
  }
  interface RenderedMetric {
    readonly name: string;
    readonly help: string;
    readonly type: 'gauge' | 'counter' | 'histogram';
    readonly values: readonly RenderedValue[];
  }
  class Registry {
    registerMetric(metric: { readonly name: string; get(): Promise<RenderedMetric> }): void;
    metrics(): Promise<string>;
  }
  export = Registry;
}
