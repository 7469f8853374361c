/** What a provider found out, before anything judges it. */
export type Evidence = PrometheusEvidence | HttpEvidence | JobEvidence;

export interface PrometheusEvidence {
  readonly kind: 'prometheus';
  /** Of a scalar: one, without labels. */
  readonly samples: readonly Sample[];
  /** The server's own doubts about its answer, such as a store that it could not ask. */
  readonly warnings?: readonly string[];
}

export interface Sample {
  /** May be NaN or infinite. */
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
}

export interface HttpEvidence {
  readonly kind: 'http';
  readonly status: number;
  /** The parsed answer, or why there is none. An empty answer is `null`. */
  readonly body: { readonly ok: true; readonly json: unknown } | { readonly ok: false; readonly why: string };
}

export interface JobEvidence {
  readonly kind: 'job';
  readonly complete: boolean;
  /** Pods that succeeded and failed, by the Job's status. */
  readonly succeeded: number;
  readonly failed: number;
  readonly message: string;
}
