import type { FieldError } from '@keelson/domain';

/**
 * How to reach one API server. Plain JSON, so that it can be encrypted and stored.
 * The `…Data` fields are base64 of PEM, as in a kubeconfig; `server` may carry a path prefix.
 */
export interface ClusterConnection {
  readonly server: string;
  readonly caData?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly tlsServerName?: string;
  readonly token?: string;
  readonly clientCertData?: string;
  readonly clientKeyData?: string;
  readonly username?: string;
  readonly password?: string;
}

/** What a user gives: a kubeconfig (YAML or JSON text) or the parts of a connection. */
export type ConnectionInput =
  | { readonly kubeconfig: string }
  | { readonly server: string; readonly caData?: string; readonly token?: string };

/** `errors[].path` are JSON Pointers into the request body; `warnings` are for people. */
export type ParsedConnection =
  | { readonly ok: true; readonly connection: ClusterConnection; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly errors: readonly FieldError[] };
