/** How to reach one API server, simulated or real. */
export interface Access {
  readonly name: string;
  readonly server: string;
  readonly token: string;
  readonly kubeconfig: string;
  /** PEM of the authority that signed its certificate, in base64; none where it speaks plain HTTP. */
  readonly caData?: string;
}
