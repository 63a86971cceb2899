// Shows metrics to whoever scrapes them while a run lasts.

export interface ExporterRequest {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** The text exposition of this moment. */
  readonly render: () => Promise<string>;
}

export type OpenedExporter =
  | { readonly ok: true; readonly url: string; readonly close: () => Promise<void> }
  | { readonly ok: false; readonly reason: string };

/** Never throws: a run goes on without being watched. */
export interface Exporter {
  open(request: ExporterRequest): Promise<OpenedExporter>;
}
